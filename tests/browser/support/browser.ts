// A real browser on the site: Debian's Chromium, driven by playwright-core, which brings none of its own.
import { existsSync } from 'node:fs';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { withChanges } from '../../../src/api/previous-site.ts';
import { writeSite } from '../../../src/api/write-site.ts';
import { siteFolder } from '../../../src/site/data/files.ts';
import type { SiteData } from '../../../src/site/data/format.ts';
import { singleFile } from '../../../src/site/data/single-file.ts';
import { siteData, type SiteArtifacts } from '../../../src/site/data/site-data.ts';
import { readShell } from '../../../src/site/shell.ts';
import {
  pastRun,
  SMALL_BEFORE,
  SMALL_CATALOG,
  SMALL_HISTORY,
  SMALL_LINEAGE,
  SMALL_MANIFEST,
  SMALL_PROFILES,
  SMALL_RESULTS,
  SMALL_SOURCES,
} from '../../support/site-artifacts.ts';

const CHROMIUM = process.env['ETL_TEST_CHROMIUM'] ?? '/usr/bin/chromium';

export function launch(): Promise<Browser> {
  if (!existsSync(CHROMIUM))
    throw new Error(
      `there is no Chromium at ${CHROMIUM}: apt-get update && apt-get install -y chromium, or name it with ETL_TEST_CHROMIUM`,
    );
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A page, what it asked for, and what went wrong in it. */
export interface Visit {
  readonly page: Page;
  readonly requests: readonly string[];
  readonly problems: readonly string[];
}
export async function visit(
  browser: Browser,
  address: string,
  options: Parameters<Browser['newPage']>[0] = {},
): Promise<Visit> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
  const requests: string[] = [];
  const problems: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(address);
  await page.waitForSelector('main h1');
  return { page, requests, problems };
}

/** A site on the disk. */
export interface SiteOnDisk {
  readonly folder: string;
  readonly index: string;
  /** the same site in one file */
  readonly single: string;
  remove(): Promise<void>;
}
export async function writeSiteOf({
  before,
  ...artifacts
}: SiteArtifacts & {
  /** what a site before was made from */
  readonly before?: SiteArtifacts | undefined;
}): Promise<SiteOnDisk> {
  const folder = await mkdtemp(join(tmpdir(), 'etl-site-'));
  const dataOf = (given: SiteArtifacts, day: number): SiteData =>
    siteData(given, { generatedAt: new Date(`2026-01-0${day}T04:00:00Z`) });
  if (before !== undefined) await writeSite(dataOf(before, 1), { folder, pages: [] });
  const data = await withChanges(dataOf(artifacts, 2), folder);
  const shell = await readShell();
  const files = [
    ...siteFolder(data, shell),
    { path: 'single.html', text: singleFile(data, shell) },
  ];
  for (const { path, text } of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const addressOf = (file: string): string => pathToFileURL(join(folder, file)).href;
  return {
    folder,
    index: addressOf('index.html'),
    single: addressOf('single.html'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The newest run of all, of which the ledger knows no end. */
const killed = {
  ...pastRun(4, [{ id: 'exposure.shop.board', status: 'no-op', seconds: 0 }]),
  unfinished: true,
} as const;
/** The small project with everything that a site can know of it. */
export const writeSmallSite = (): Promise<SiteOnDisk> =>
  writeSiteOf({
    manifest: SMALL_MANIFEST,
    catalog: SMALL_CATALOG,
    runResults: SMALL_RESULTS,
    sources: SMALL_SOURCES,
    history: [...SMALL_HISTORY, killed],
    profiles: SMALL_PROFILES,
    lineage: SMALL_LINEAGE,
    before: SMALL_BEFORE,
  });

/** Goes to a page of the site. */
export async function open(page: Page, route: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, route);
  await page.waitForFunction(() => document.querySelector('main [role="status"]') === null);
}
