// The scanner against the engine's own lexer, whose words normalizeQueryKeepNames gives back: what it takes for code, the scanner does.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { scanSql } from '../../../src/sql/scan.ts';
import { clients, type Clients } from '../../support/clickhouse-clients.ts';

let on: Clients;
beforeAll(async () => {
  on = await clients();
});
afterAll(() => on.close());

const TEXTS = 4000;
// a heredoc stands alone: right behind a number or another dollar the engine accepts none
const QUOTES = ["'", "''", '"', '`', '‘', '’', '“', '”', '\\', ' $$ ', ' $a$ ', ' $b$ ', ' a$a$'];
const COMMENTS = ['-- ', '--', '-', '/*', '*/', '/', '//', '#', '# ', '#!', '*', '\n', '\r'];
const OTHERS = [' ', '(', ';', '1', '−', 'é', '\0', '\u00a0', "x'", "E'", 'qa ', ' qb ', ' qc'];

const wordsIn = (text: string): string =>
  [...text.matchAll(/q(?:a|b|c|last)/g)].map(([word]) => `${word} `).join('');

it('cuts texts where the engine does', async () => {
  const unit = fc.constantFrom(...QUOTES, ...COMMENTS, ...OTHERS);
  const texts = fc
    .sample(fc.array(unit, { minLength: 2, maxLength: 12 }), { numRuns: TEXTS, seed: 1 })
    .map((units) => ` ${units.join('')} qlast `);
  const given = texts.map((text) => `'${Buffer.from(text).toString('hex')}'`).join(',');
  const { text: answer } = await on.ask(
    `SELECT hex(normalizeQueryKeepNames(unhex(arrayJoin([${given}])))) FORMAT TSV`,
  );
  const lexed = answer.split('\n').slice(0, -1);
  expect(lexed).toHaveLength(TEXTS);
  let alike = 0;
  texts.forEach((text, i) => {
    // up to the first thing that is no token: there the engine gives up
    const engines = wordsIn(Buffer.from(lexed[i] ?? '', 'hex').toString());
    const ours = [...scanSql(text, true)]
      .filter(({ kind }) => kind === 'code' || kind === 'name')
      .map(({ start, end }) => text.slice(start, end))
      .join(' ');
    expect(wordsIn(ours).startsWith(engines), JSON.stringify(text)).toBe(true);
    if (wordsIn(ours) === engines) alike++;
  });
  expect(alike).toBeGreaterThan(TEXTS / 4);
});
