// The site of the reference project: every page opens, and every link leads to a page, and none is wider than the window.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser } from 'playwright-core';
import { etl } from '../support/etl.ts';
import { launch, visit } from './support/browser.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
let browser: Browser;
let out = '';
beforeAll(async () => {
  browser = await launch();
  out = await mkdtemp(join(tmpdir(), 'etl-reference-'));
});
afterAll(async () => {
  await browser?.close();
  await rm(out, { recursive: true, force: true });
});

test('no link of the reference project is dead', async () => {
  const { code, output } = await etl(
    ['docs', 'generate', '--empty-catalog', '--no-compile', '--target-path', out],
    { cwd: ROOT },
  );
  expect(code, output).toBe(0);
  const { page, problems } = await visit(browser, pathToFileURL(join(out, 'docs/index.html')).href);
  const found = await page.evaluate(async () => {
    const settled = async (): Promise<void> => {
      for (let i = 0; i < 200; i++) {
        await new Promise((done) => setTimeout(done, 5));
        if (document.querySelector('main [role=status]') === null) return;
      }
    };
    const seen = new Set<string>();
    const waiting = ['#/'];
    const dead: string[] = [];
    const wide: string[] = [];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      // a column is a place on the page of its node
      const address = next.replace(/\/column\/.*/, '');
      if (seen.has(address)) continue;
      seen.add(address);
      location.hash = address;
      await settled();
      const title = document.querySelector('main h1')?.textContent ?? '';
      if (title === '' || title === 'There is no such page.') dead.push(address);
      if (document.documentElement.scrollWidth > document.documentElement.clientWidth)
        wide.push(address);
      for (const link of document.querySelectorAll('a[href^="#/"]'))
        waiting.push(link.getAttribute('href') ?? '');
    }
    return { dead, wide, pages: seen.size };
  });
  expect(found.dead).toEqual([]);
  expect(found.wide, 'pages that scroll sideways').toEqual([]);
  expect(found.pages).toBeGreaterThan(300);
  expect(problems).toEqual([]);
  await page.close();
});
