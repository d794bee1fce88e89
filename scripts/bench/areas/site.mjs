// The documentation site of generated projects: how long it takes to write, to open and to use.
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { figuresOf } from '../figures.mjs';
import { runOnce } from '../measure.mjs';
import { artifactsOf } from '../site-artifacts.mjs';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const ETL = join(ROOT, 'bin/etl.cjs');
const CHROMIUM = process.env.ETL_TEST_CHROMIUM ?? '/usr/bin/chromium';
const QUERIES = ['m', 'mo', 'model_12', 'column_3', 'board', 'current_date', 'model_7 gold'];

/** Sites of 2,000 and 10,000 models with fifteen columns. Returns measurements; needs Chromium. */
export async function measureSite({ runs, say }) {
  const measurements = [];
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    for (const models of [2000, 10_000])
      measurements.push(...(await measureSize(browser, models, runs, say)));
  } finally {
    await browser.close();
  }
  return { measurements, versions: { chromium: browser.version() } };
}

async function measureSize(browser, models, runs, say) {
  const dir = await mkdtemp(join(tmpdir(), 'etl-bench-site-'));
  try {
    for (const [file, value] of Object.entries(artifactsOf(models)))
      await writeFile(join(dir, file), JSON.stringify(value));
    const generate = () =>
      runOnce({
        command: process.execPath,
        args: [ETL, 'docs', 'generate', '--from-artifacts', dir],
        cwd: dir,
      });
    const found = { generate: [], ready: [], draw: [], search: [] };
    for (let i = 0; i < Math.min(3, runs); i++) found.generate.push(await generate());
    const site = join(dir, 'docs');
    say(`${models} models: ${await sizesOf(site)}`);
    for (let i = 0; i < runs; i++) {
      const seen = await visit(browser, pathToFileURL(join(site, 'index.html')).href);
      found.ready.push({ ms: seen.ready });
      found.draw.push({ ms: seen.draw });
      found.search.push({ ms: seen.search });
    }
    const one = (name, list, goal) => ({
      name: `${name}, ${models} models`,
      ours: figuresOf(list),
      goal,
    });
    const large = models > 2000;
    return [
      one('generate from artifacts', found.generate, large ? '6 s' : undefined),
      one('ready, file://', found.ready, large ? '1 s' : '0.5 s'),
      one('redraw of the whole graph, worst', found.draw, '16 ms'),
      one('search, worst key', found.search, large ? undefined : '10 ms'),
    ];
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function sizesOf(site) {
  const gz = async (file) => Math.round(gzipSync(await readFile(join(site, file))).length / 1024);
  const shards = await readdir(join(site, 'data/m'));
  const first = (await stat(join(site, 'data/m/0.js'))).size;
  return `index ${await gz('data/index.js')} KB gz, runs ${await gz('data/runs.js')} KB gz, ${shards.length} shards of ${Math.round(first / 1024)} KB (${await gz('data/m/0.js')} KB gz), script ${await gz('app.js')} KB gz`;
}

/** Opens the site once in a fresh page and uses it. */
async function visit(browser, address) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(address);
  await page.waitForFunction(() => performance.getEntriesByName('etl-ready').length > 0);
  const ready = await page.evaluate(() => performance.getEntriesByName('etl-ready')[0].startTime);
  const search = await searched(page);
  await page.evaluate(() => {
    location.hash = '#/lineage';
  });
  await page.waitForFunction(() => document.querySelector('canvas')?.dataset.ms);
  const draw = await drawn(page);
  await page.close();
  return { ready, search, draw };
}

/** The slowest of some queries over names and texts, as they are first typed and then again, by somebody who has seen the page for a moment. */
async function searched(page) {
  await page.waitForFunction(() => document.querySelector('#search').dataset.warm === 'yes');
  await page.locator('#search').focus();
  await page.waitForFunction(() => document.querySelector('#search').dataset.texts === 'here');
  let worst = 0;
  for (let round = 0; round < 2; round++)
    for (const query of QUERIES) {
      await page.locator('#search').fill(query);
      const ms = await page.evaluate(() => Number(document.querySelector('#search').dataset.ms));
      worst = Math.max(worst, ms);
    }
  await page.keyboard.press('Escape');
  return worst;
}

async function drawn(page) {
  await page.locator('canvas').focus();
  let worst = 0;
  for (const key of [
    '+',
    '+',
    '+',
    '+',
    '+',
    '+',
    '+',
    '+',
    '+',
    '+',
    '+',
    '+',
    'ArrowLeft',
    'ArrowDown',
    '-',
    '0',
    'ArrowRight',
    '+',
    '-',
  ]) {
    await page.keyboard.press(key);
    await page.waitForTimeout(40);
    worst = Math.max(
      worst,
      await page.evaluate(() => Number(document.querySelector('canvas').dataset.ms)),
    );
  }
  return worst;
}
