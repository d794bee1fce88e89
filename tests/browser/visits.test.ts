// The site as a reader meets it, each time on a page of its own: what is saved, chosen, printed, and what is not there.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { SMALL_MANIFEST } from '../support/site-artifacts.ts';
import {
  launch,
  open,
  visit,
  writeSiteOf,
  writeSmallSite,
  type SiteOnDisk,
} from './support/browser.ts';

let browser: Browser;
let site: SiteOnDisk;

beforeAll(async () => {
  browser = await launch();
  site = await writeSmallSite();
});
afterAll(async () => {
  await browser?.close();
  await site?.remove();
});

const textOf = (page: Page, selector: string): Promise<string> =>
  page.locator(selector).innerText();
const MARGIN = '#/node/model.shop.margin';

test('pictures are saved as SVG, PNG and Mermaid', async () => {
  const { page, problems } = await visit(browser, site.index, { acceptDownloads: true });
  await open(page, '#/lineage');
  for (const [button, file, begins] of [
    ['SVG', 'shop-lineage.svg', '<svg'],
    ['PNG', 'shop-lineage.png', '\u{fffd}PNG'],
    ['Mermaid', 'shop-lineage.mmd', 'flowchart LR'],
  ] as const) {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: button, exact: true }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(file);
    let text = '';
    for await (const chunk of await download.createReadStream()) text += String(chunk);
    expect(text.startsWith(begins), text.slice(0, 20)).toBe(true);
  }
  expect(problems).toEqual([]);
  await page.close();
});

test('the search is made ready in the pauses, before anybody asks for it', async () => {
  const { page, requests } = await visit(browser, site.index);
  await page.waitForSelector('#search[data-warm]');
  expect(requests.filter((address) => address.includes('/data/t/'))).toEqual([]);
  await page.locator('#search').fill('margin');
  expect(await page.locator('[role=option]').first().innerText()).toContain('margin');
  await page.close();
});

test('dark and Portuguese are chosen and kept', async () => {
  const { page } = await visit(browser, site.index, { colorScheme: 'light' });
  const paper = (): Promise<string> =>
    page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await paper();
  await page.locator('#theme').selectOption('dark');
  expect(await paper()).not.toBe(light);
  await page.locator('#lang').selectOption('pt');
  expect(await textOf(page, '#pages')).toContain('Linhagem');
  await page.reload();
  await page.waitForSelector('main h1');
  expect(await paper()).not.toBe(light);
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('pt-BR');
  await page.close();
});

test('the site works without a network, and on paper', async () => {
  const { page, problems } = await visit(browser, site.index);
  await page.context().setOffline(true);
  await open(page, MARGIN);
  expect(await textOf(page, 'main h1')).toBe('margin');
  await page.emulateMedia({ media: 'print' });
  expect(await page.locator('#pages').isVisible()).toBe(false);
  expect(await page.locator('#sql').isVisible()).toBe(true);
  expect((await page.pdf()).length).toBeGreaterThan(1000);
  expect(problems).toEqual([]);
  await page.close();
});

test('a graph is printed on white, also where the screen is dark', async () => {
  const { page, problems } = await visit(browser, site.index);
  await page.emulateMedia({ colorScheme: 'dark' });
  await open(page, '#/lineage');
  const corner = (): Promise<number> =>
    page.locator('main canvas').evaluate((canvas) => {
      const pixel = (canvas as HTMLCanvasElement).getContext('2d')?.getImageData(2, 2, 1, 1).data;
      return pixel?.[0] ?? -1;
    });
  await expect.poll(corner).toBeLessThan(64);
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  await expect.poll(corner).toBeGreaterThan(240);
  await page.emulateMedia({ media: 'screen', colorScheme: 'dark' });
  await expect.poll(corner).toBeLessThan(64);
  expect(problems).toEqual([]);
  await page.close();
});

test('a shard that is not there is told of', async () => {
  const broken = await writeSiteOf({ manifest: SMALL_MANIFEST });
  await rm(join(broken.folder, 'data/m'), { recursive: true });
  const { page } = await visit(browser, broken.index);
  await page.evaluate((hash) => (location.hash = hash), MARGIN);
  await expect.poll(() => textOf(page, 'main')).toContain('cannot be loaded');
  await page.close();
  await broken.remove();
});
