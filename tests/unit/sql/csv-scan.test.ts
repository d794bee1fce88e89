// The scanner of bytes against the reader of texts, over files of every kind and cut into blocks anywhere.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CsvFeed } from '../../../src/sql/csv-feed.ts';
import { fieldText, QUOTED, type CsvVisitor } from '../../../src/sql/csv-scan.ts';
import { readCsv } from '../../../src/sql/csv.ts';
import { cut } from '../../support/seed-text.ts';

/** What was told of whole records, as `readCsv` gives them. */
class Records implements CsvVisitor {
  readonly found: unknown[] = [];
  #fields: { text: string; quoted: boolean }[] = [];

  field(bytes: Buffer, column: number, from: number, to: number, noticed: number): void {
    if (column === 0) this.#fields = [];
    this.#fields.push({
      text: fieldText(bytes, from, to, noticed),
      quoted: (noticed & QUOTED) !== 0,
    });
  }

  record(_bytes: Buffer, _from: number, _to: number, line: number): void {
    const [first] = this.#fields;
    const isBlank = this.#fields.length === 1 && first?.text === '' && !first.quoted;
    if (!isBlank) this.found.push({ line, fields: this.#fields });
  }
}

const text = fc.string({
  unit: fc.constantFrom('a', ',', '"', '""', '\n', '\r', '\r\n', ' ', 'ç', '§', '😀', ';'),
  maxLength: 40,
});
const places = fc.array(fc.nat({ max: 80 }), { maxLength: 12 });

test.each([',', ';', '§', '\t'])('records cut at %j are those of the text', (delimiter) => {
  fc.assert(
    fc.property(text, places, (csv, where) => {
      const records = new Records();
      const feed = new CsvFeed(delimiter, records);
      const whole = [...cut(csv, where).map((block) => feed.take(block)), feed.end()];
      expect(records.found).toEqual([...readCsv(csv, delimiter)]);
      expect(Buffer.concat(whole).toString()).toBe(csv);
    }),
    { numRuns: 500 },
  );
});

test('a record of many blocks is not looked at with each of them', () => {
  let told = 0;
  const feed = new CsvFeed(',', { field: () => told++, record: () => undefined });
  for (let i = 0; i < 1000; i++) feed.take(Buffer.from(i === 0 ? 'a,"' : 'x'));
  expect(told).toBeLessThan(20);
});
