// The table of codes, the pages about them and the source agree.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { CODES } from '../../src/kernel/codes.ts';
import { pagesAgainst, unknown, unused } from './codes.ts';
import { sources } from './floors.ts';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const codes = Object.keys(CODES);
const src = sources(at('src')).filter(({ file }) => file !== 'kernel/codes.ts');
const folder = at('docs/errors');
const pages = existsSync(folder)
  ? readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md')
  : [];

test('every code has its page in docs/errors, and every page its code', () => {
  expect(pagesAgainst(codes, pages)).toEqual([]);
});

test('every page begins with its code and title', () => {
  const wrong = Object.entries(CODES)
    .filter(([code]) => pages.includes(`${code}.md`))
    .filter(([code, title]) => {
      const [heading = ''] = readFileSync(join(folder, `${code}.md`), 'utf8').split('\n');
      return !(heading.startsWith('# ') && heading.includes(code) && heading.includes(title));
    })
    .map(([code, title]) => `${code}.md should begin with "# ${code}: ${title}"`);
  expect(wrong).toEqual([]);
});

test('every code of the table is used somewhere in src', () => {
  expect(unused(codes, src)).toEqual([]);
});

test('every code that src produces is in the table', () => {
  expect(unknown(codes, src)).toEqual([]);
});

test('the guards bite', () => {
  const file = { file: 'run/a.ts', text: "report({ code: 'ETL1001' }); // see ETL9999" };
  expect(unused(['ETL1001', 'ETL1002'], [file])).toEqual(['ETL1002']);
  expect(unknown(['ETL1002'], [file])).toEqual(['run/a.ts: ETL1001']);
  expect(pagesAgainst(['ETL1001', 'ETL1002'], ['ETL1001.md', 'ETL1003.md'])).toEqual([
    'no page for ETL1002',
    'no code for the page ETL1003.md',
  ]);
});
