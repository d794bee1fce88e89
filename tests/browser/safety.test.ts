// What a project full of traps does to the site (nothing), and who can use the site (everybody).
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import axe from 'axe-core';
import type { Browser } from 'playwright-core';
import {
  SMALL_BEFORE,
  SMALL_CATALOG,
  SMALL_HISTORY,
  SMALL_LINEAGE,
  SMALL_MANIFEST,
  SMALL_PROFILES,
  SMALL_RESULTS,
  SMALL_SOURCES,
} from '../support/site-artifacts.ts';
import { hostileArtifacts } from './support/hostile.ts';
import { launch, open, visit, writeSiteOf, type SiteOnDisk } from './support/browser.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

const PAGES = [
  '#/',
  '#/runs',
  '#/columns',
  '#/changes',
  '#/list/model',
  '#/list/test',
  '#/layer/gold',
  '#/lineage',
  '#/lineage/columns/model.shop.margin/total?rows=1',
  '#/search?q=a',
] as const;

describe('script injections', () => {
  let site: SiteOnDisk;
  const { artifacts, ids, before: hostileBefore } = hostileArtifacts();
  beforeAll(async () => {
    site = await writeSiteOf({ ...artifacts, before: { manifest: hostileBefore } });
  });
  afterAll(() => site?.remove());

  test.each(['index', 'single'] as const)('no text of the project runs: %s', async (form) => {
    const { page, problems, requests } = await visit(browser, site[form]);
    for (const route of [
      ...PAGES,
      ...ids.flatMap((id) => [
        `#/node/${encodeURIComponent(id)}`,
        `#/lineage/columns/${encodeURIComponent(id)}?rows=1`,
      ]),
    ]) {
      await open(page, route);
      const found = await page.evaluate(() => ({
        ran: 'hacked' in globalThis,
        scripts: document.querySelectorAll('body script:not([src]):not([data-part])').length,
        handlers: [...document.querySelectorAll('*')].filter((element) =>
          [...element.attributes].some(({ name }) => name.startsWith('on')),
        ).length,
        bad: [...document.querySelectorAll('main a')]
          .map((a) => a.getAttribute('href') ?? '')
          .filter((href) => !/^(#|https?:\/\/|mailto:)/.test(href)),
        strangers: document.querySelectorAll(
          'iframe, object, embed, form[action], base, link[href^=http], img, svg script',
        ).length,
      }));
      expect(found, route).toEqual({
        ran: false,
        scripts: form === 'single' ? 1 : 0,
        handlers: 0,
        bad: [],
        strangers: 0,
      });
    }
    // what was written is read as it was written
    await open(page, `#/node/${encodeURIComponent(ids[0] ?? '')}`);
    expect(await page.locator('main').innerText()).toContain('<img src=x onerror=');
    expect(problems).toEqual([]);
    for (const request of requests) expect(request).toMatch(/^file:/);
    await page.close();
  });

  test('a hostile address is no way in', async () => {
    const { page, problems } = await visit(
      browser,
      `${site.index}#/node/<img src=x onerror=globalThis.hacked=1>?q="><script>globalThis.hacked=1</script>`,
    );
    expect(await page.evaluate(() => 'hacked' in globalThis)).toBe(false);
    expect(problems).toEqual([]);
    await page.close();
  });
});

describe('accessibility', () => {
  let site: SiteOnDisk;
  beforeAll(async () => {
    site = await writeSiteOf({
      manifest: SMALL_MANIFEST,
      catalog: SMALL_CATALOG,
      runResults: SMALL_RESULTS,
      sources: SMALL_SOURCES,
      history: SMALL_HISTORY,
      profiles: SMALL_PROFILES,
      lineage: SMALL_LINEAGE,
      before: SMALL_BEFORE,
    });
  });
  afterAll(() => site?.remove());

  const nodes = [
    'model.shop.margin',
    'source.shop.crm.orders',
    'seed.shop.prices',
    'snapshot.shop.orders_history',
    'exposure.shop.board',
    'macro.shop.cents',
    'test.shop.not_null_margin_id',
  ].map((id) => `#/node/${id}`);

  test.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 390],
  ] as const)(
    '%s, %i pixels wide: no serious finding on any kind of page',
    async (colorScheme, width) => {
      // the policy of the page would keep the audit out as well
      const { page } = await visit(browser, site.index, {
        colorScheme,
        bypassCSP: true,
        viewport: { width, height: 900 },
      });
      await page.evaluate(axe.source);
      for (const route of [...PAGES, ...nodes]) {
        await open(page, route);
        const serious = await page.evaluate(async () => {
          const { axe: audit } = globalThis as unknown as {
            axe: {
              run: () => Promise<{
                violations: { id: string; impact: string; nodes: { html: string }[] }[];
              }>;
            };
          };
          for (const closed of document.querySelectorAll('details')) closed.open = true;
          const { violations } = await audit.run();
          return violations
            .filter(({ impact }) => impact === 'serious' || impact === 'critical')
            .map(({ id, nodes: where }) => `${id}: ${where[0]?.html ?? ''}`);
        });
        expect(serious, route).toEqual([]);
        const isWider = await page.evaluate(
          () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
        );
        expect(isWider, `${route} scrolls sideways`).toBe(false);
      }
      await page.close();
    },
  );

  test('the keyboard reaches the content and every control', async () => {
    const { page } = await visit(browser, site.index);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('skip');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
    await open(page, '#/node/model.shop.margin');
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
    const reached = new Set<string>();
    for (let i = 0; i < 80; i++) {
      await page.keyboard.press('Tab');
      reached.add(
        await page.evaluate(() => {
          const at = document.activeElement;
          return `${at?.tagName} ${at?.textContent?.slice(0, 20)}`;
        }),
      );
    }
    for (const control of ['BUTTON Copy', 'BUTTON Compiled', 'CANVAS ', 'BUTTON SVG', 'A cents'])
      expect([...reached]).toContain(control);
    await page.close();
  });
});
