// The site as a reader meets it: opened from the disk, and served.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { serve, type Serving } from '../../src/site/serve.ts';
import {
  launch,
  open,
  visit,
  writeSmallSite,
  type SiteOnDisk,
  type Visit,
} from './support/browser.ts';

let browser: Browser;
let site: SiteOnDisk;
let serving: Serving;

beforeAll(async () => {
  browser = await launch();
  site = await writeSmallSite();
  serving = await serve({ folders: [{ path: site.folder }], host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await browser?.close();
  await serving?.close();
  await site?.remove();
});

const textOf = (page: Page, selector: string): Promise<string> =>
  page.locator(selector).innerText();
const MARGIN = '#/node/model.shop.margin';

describe.each(['folder', 'single', 'served'] as const)('%s', (form) => {
  let seen: Visit;
  let page: Page;
  beforeAll(async () => {
    const addresses = { folder: site.index, single: site.single, served: `${serving.address}/` };
    seen = await visit(browser, addresses[form]);
    ({ page } = seen);
  });
  afterAll(async () => {
    // nothing went wrong, and nothing was asked for beyond the files of the site
    expect(seen.problems).toEqual([]);
    for (const request of seen.requests)
      expect(request).toMatch(
        form === 'served' ? /^http:\/\/127\.0\.0\.1:\d+\// : /^(file|data|blob):/,
      );
    await page.close();
  });

  test('the overview tells what failed and what is stale', async () => {
    await open(page, '#/');
    expect(await textOf(page, 'main h1')).toBe('shop');
    const text = await textOf(page, 'main');
    expect(text).toContain('Read this.');
    expect(text).toContain('not_null_margin_id');
    expect(text).toContain('Got 3 results');
    expect(text).toContain('crm.orders');
    expect(text).not.toContain('ana@secret.example');
  });

  test('a model: description, columns, tests, facts, SQL', async () => {
    await open(page, MARGIN);
    expect(await page.locator('.markdown strong').first().innerText()).toBe('earned');
    expect(await textOf(page, 'table.columns')).toContain('from the warehouse');
    expect(await textOf(page, 'table.columns')).toContain('not in the warehouse');
    expect(await textOf(page, '#tests')).toContain('failed');
    expect(await textOf(page, '#sql')).toContain("select '<b>' as x");
    await page.getByRole('button', { name: 'Compiled' }).click();
    expect(await textOf(page, '#sql')).toContain('compiled_here');
    expect(await page.locator('#sql .sql-keyword').first().innerText()).toBe('select');
  });

  test('profiles of columns: nulls, ends, a histogram with its words', async () => {
    const row = page.locator('table.columns tr', { hasText: 'total' });
    expect(await row.innerText()).toMatch(/2\.5% null[^]*-3\.50 to 99\.00/);
    expect(await row.locator('svg rect').count()).toBe(10);
    expect(await row.locator('svg').getAttribute('aria-label')).toContain('34, 55, 53');
    expect(await textOf(page, '#columns')).toContain('of a sample of 200 rows');
  });

  test('columns lead to the columns that they come from', async () => {
    const row = page.locator('table.columns tr', { hasText: 'total' });
    expect(await row.innerText()).toMatch(
      /orders\.amount aggregated\s+db\.erp\.rates\.rate computed/,
    );
    expect(await row.innerText()).toContain('Perhaps from more: price_of() may read more');
    expect(await row.innerText()).toMatch(/Goes into\s+orders_history\.margin copied/);
    await row.getByRole('link', { name: 'orders.amount' }).click();
    await page.waitForFunction(() => location.hash.includes('model.shop.orders/column/amount'));
    await page.goBack();
  });

  test('columns are drawn through the models; a click follows another one', async () => {
    await open(page, MARGIN);
    await page.getByRole('link', { name: 'As a graph: total' }).click();
    await page.waitForSelector('.trace-list li');
    const shown = (): Promise<string> => textOf(page, '.trace-list');
    expect(await textOf(page, 'main h1')).toBe('Lineage of columns: margin.total');
    expect(await shown()).toMatch(/total ← .*orders\.amount \(aggregated\)/);
    expect(await shown()).toContain('db.erp.rates.rate (computed)');
    expect(await shown()).not.toContain('only decides');
    expect(await textOf(page, '.toolbar')).toContain('columns: 4, relations: 4');
    await page.locator('input[name=rows]').check();
    await page.waitForFunction(() =>
      document.querySelector('.trace-list')?.textContent.includes('filter'),
    );
    expect(await shown()).toContain('only decides about rows: orders.day (filter)');
    // the address keeps it
    await page.reload();
    await page.waitForSelector('.trace-list li');
    expect(await shown()).toContain('orders.day (filter)');
    await page.locator('input[name=up]').fill('0');
    await page.waitForFunction(
      () => !document.querySelector('.trace-list')?.textContent.includes('rates'),
    );
    // what was focused is in the middle of a large picture, or the whole is seen: here it is the whole
    await open(page, '#/lineage/columns/model.shop.margin/total?up=0&down=0');
    await page.waitForFunction(() =>
      document.querySelector('.toolbar')?.textContent.includes('columns: 1,'),
    );
    await page.waitForFunction(() => document.querySelector('canvas')?.dataset['zoom']);
    const box = await page.locator('canvas').boundingBox();
    if (box === null) throw new Error('no canvas');
    // one column below its name: the middle of the box is just below the name
    await page.locator('canvas').click({ position: { x: box.width / 2, y: box.height / 2 - 20 } });
    await page.waitForFunction(() => location.hash === '#/node/model.shop.margin');
    await open(page, '#/lineage/columns/model.shop.margin?up=0&down=0');
    await page.waitForFunction(() =>
      document.querySelector('.toolbar')?.textContent.includes('columns: 3,'),
    );
    await page.locator('canvas').click({ position: { x: box.width / 2, y: box.height / 2 + 20 } });
    await page.waitForFunction(() =>
      location.hash.startsWith('#/lineage/columns/model.shop.margin/'),
    );
  });

  test('every kind of node has its page', async () => {
    for (const [id, word] of [
      ['source.shop.crm.orders', 'warn: 12 hour'],
      ['seed.shop.prices', 'seeds/prices.csv'],
      ['snapshot.shop.orders_history', 'snapshots'],
      ['exposure.shop.board', 'ana@shop.example'],
      ['macro.shop.cents', 'x number'],
      ['macro.shop.cents', 'Used by (1)'],
      ['test.shop.not_null_margin_id', 'Failing rows: 3'],
    ]) {
      await open(page, `#/node/${id}`);
      expect(await textOf(page, 'main'), id).toContain(word);
    }
  });

  test('the address of a column leads to the column', async () => {
    await open(page, `${MARGIN}/column/total`);
    expect(await textOf(page, 'tr.chosen')).toContain('numeric');
  });

  test('the search works with the keyboard alone', async () => {
    await open(page, '#/');
    await page.keyboard.press('/');
    await page.keyboard.type('marg');
    expect(await page.locator('[role=option]').first().innerText()).toContain('margin');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => location.hash.includes('model.shop.margin'));
    // the address is there before the page
    await expect.poll(() => textOf(page, 'main h1')).toBe('margin');
    // SQL is found too, once it is there
    await page.locator('#search').fill('compiled_here ref');
    await page.locator('#search').fill("ref('orders')");
    await page.waitForFunction(() =>
      document.querySelector('[role=option]')?.textContent?.includes('margin'),
    );
  });

  test('the lineage takes selectors, and its address keeps them', async () => {
    await open(page, '#/lineage');
    const names = (): Promise<readonly string[]> => page.locator('.graph-list li').allInnerTexts();
    expect(await names()).toHaveLength(6);
    await page.locator('input[name=select]').fill('+margin,resource_type:model');
    expect(await names()).toEqual(['orders', 'margin']);
    expect(page.url()).toContain('select=');
    await page.reload();
    await page.waitForSelector('.graph-list li');
    expect(await names()).toEqual(['orders', 'margin']);
    await page.locator('input[name=select]').fill('tagg:x');
    expect(await textOf(page, '.problem')).toContain('"tagg"');
  });

  test('a graph moves, zooms, and opens what is clicked', async () => {
    await open(page, '#/lineage?select=margin');
    const canvas = page.locator('canvas');
    const zoom = (): Promise<number> =>
      canvas.evaluate((c) => Number((c as HTMLElement).dataset['zoom']));
    await page.waitForFunction(
      () => document.querySelector<HTMLElement>('canvas')?.dataset['zoom'],
    );
    const before = await zoom();
    await canvas.focus();
    await page.keyboard.press('+');
    await expect.poll(zoom).toBeGreaterThan(before);
    await page.keyboard.press('0');
    await expect.poll(zoom).toBe(before);
    // one node needs no more room than its neighbours in a list
    expect((await canvas.boundingBox())?.height).toBeLessThan(200);
    await canvas.click();
    await page.waitForFunction(() => location.hash.includes('model.shop.margin'));
  });

  test('in a graph arrows choose a node and Enter opens it', async () => {
    await open(page, '#/lineage?select=orders%2B1');
    await page.waitForFunction(() => document.querySelector('main h1')?.textContent === 'Lineage');
    // a mouse that lies on a node would choose it
    await page.mouse.move(0, 0);
    await page.locator('canvas').focus();
    const told = (): Promise<string> => textOf(page, '.under');
    await page.keyboard.press('ArrowRight');
    await expect.poll(told).toBe('orders');
    await page.keyboard.press('ArrowRight');
    await expect.poll(told).toBe('margin');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(told).toBe('orders');
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => location.hash === '#/node/model.shop.orders');
  });

  test('tables fit the screen, wide or narrow', async () => {
    const hidden = (): Promise<readonly number[]> =>
      page
        .locator('.wide:not(:has(.gantt))')
        .evaluateAll((all) => all.map((one) => one.scrollWidth - one.clientWidth));
    for (const [width, route] of [
      [1280, MARGIN],
      [390, MARGIN],
      [390, '#/'],
      [390, '#/runs'],
      [390, '#/list/model'],
    ] as const) {
      await page.setViewportSize({ width, height: 900 });
      await open(page, route);
      expect(Math.max(...(await hidden())), `${route} at ${width}`).toBe(0);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  test('an exposure is not told to be run, and a killed run is told of', async () => {
    await open(page, '#/node/exposure.shop.board');
    expect(await textOf(page, 'main')).not.toMatch(/skipped|not run|Run history/);
    await open(page, '#/runs');
    expect(await textOf(page, 'main .problem')).toContain('build of');
    await page.locator('#earlier summary').click();
    expect(await textOf(page, '#earlier tbody')).toContain('did not end');
    await page.locator('#earlier summary').click();
  });

  test('the run: bars by thread and the slowest', async () => {
    await open(page, '#/runs');
    expect(await page.locator('.gantt .bar').count()).toBe(5);
    expect(await textOf(page, '.bars')).toContain('1.5 s');
    // names of tests are long: they get room before the bars do
    const name = await page.locator('.bars td.name').first().boundingBox();
    expect(name?.width).toBeGreaterThan(400);
  });

  test('the change log tells what is otherwise than before', async () => {
    await open(page, '#/');
    await page.locator('a.card', { hasText: 'Changes' }).click();
    await page.waitForSelector('.changes');
    const text = await textOf(page, 'main');
    expect(text).toContain('Type of id: int → bigint');
    expect(text).toContain('Test added not_null_margin_id');
    expect(text).toContain('old_prices');
    await page.locator('.changes a').first().click();
    await page.waitForFunction(() => location.hash.includes('/node/'));
    await open(page, '#/runs');
  });

  test('earlier runs: charts with tables beside them, and failures over time', async () => {
    expect(await page.locator('#earlier .chart .bar').count()).toBe(8);
    expect(await textOf(page, '#failing')).toContain('not_null_margin_id');
    await page.locator('#earlier summary').click();
    expect(await page.locator('#earlier tbody tr').count()).toBe(4);
    await open(page, '#/node/test.shop.not_null_margin_id');
    await page.waitForSelector('#history');
    expect(await textOf(page, '#history')).toContain('Failures over time');
    await open(page, MARGIN);
    await page.waitForSelector('#history');
    const chart = page.locator('#history svg').first();
    expect(await chart.getAttribute('aria-label')).toContain('the last 0 ms, the highest 2.5 s');
    await page.locator('#history summary').click();
    expect(await textOf(page, '#history')).toContain('13');
  });
});
