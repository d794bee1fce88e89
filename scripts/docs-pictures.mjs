// Pictures of the reference project's site, eight kinds of pages in two widths: `node scripts/docs-pictures.mjs [site] [folder]`,
// after `etl build`, `etl lineage` and `etl docs generate`. Needs Chromium (/usr/bin/chromium, or ETL_TEST_CHROMIUM).
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const MODEL = 'model.cosmeticco.vw_margem_lucro_produtos_mensal';
const PAGES = [
  { name: 'overview', route: '#/' },
  { name: 'model', route: `#/node/${MODEL}` },
  { name: 'columns', route: '#/lineage/columns/model.cosmeticco.vendas_itens/valor_liquido?up=2' },
  { name: 'lineage', route: `#/lineage?focus=${MODEL}&up=2&down=2`, lang: 'pt' },
  { name: 'layer', route: '#/layer/gold' },
  { name: 'runs', route: '#/runs' },
  { name: 'glossary', route: '#/columns' },
  { name: 'test', route: '#/node/test.cosmeticco.revenue_is_conserved' },
];

const [site = 'target/docs', out = 'docs/pictures'] = process.argv.slice(2);
await mkdir(out, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.ETL_TEST_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
const index = pathToFileURL(join(resolve(site), 'index.html')).href;
try {
  for (const width of [1280, 390]) for (const page of PAGES) await picture(page, width);
} finally {
  await browser.close();
}

/** The page in Portuguese is the dark one, so that both are seen. */
async function picture({ name, route, lang }, width) {
  const page = await browser.newPage({
    viewport: { width, height: 844 },
    colorScheme: lang === undefined ? 'light' : 'dark',
  });
  await page.goto(`${index}${route}`);
  await page.waitForSelector('main h1');
  if (lang !== undefined) {
    if (width < 800) await page.locator('button.menu').click();
    await page.locator('#lang').selectOption(lang);
    if (width < 800) await page.locator('button.menu').click();
  }
  await page.waitForFunction(() => document.querySelector('main [role=status]') === null);
  // charts and graphs are drawn in the next frames
  await page.waitForTimeout(300);
  await page.screenshot({ path: join(out, `site-${name}-${width}.png`) });
  await page.close();
}
