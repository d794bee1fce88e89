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
      const feed = new CsvFeed(delimiter, records, 'x.csv');
      const whole = [...cut(csv, where).map((block) => feed.take(block)), feed.end()];
      expect(records.found).toEqual([...readCsv(csv, delimiter)]);
      expect(Buffer.concat(whole).toString()).toBe(csv);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['a quote that is not closed', 'id,name\n1,"a\nb"\n2,é,"x\n', 'the quote', 4, 5],
  ['a record without an end', 'id,name\n1,', 'the record', 2, 1],
])('%s is refused before it fills the memory', (_what, begin, message, line, column) => {
  const feed = new CsvFeed(',', { field: () => undefined, record: () => undefined }, 'seeds/x.csv');
  const block = Buffer.alloc(1 << 20, 'x');
  feed.take(Buffer.from(begin));
  for (let i = 0; i < 63; i++) feed.take(block);
  const more = (): void => {
    for (let i = 0; i < 2; i++) feed.take(block);
  };
  expect(more).toThrow(
    expect.objectContaining({
      diagnostics: [
        expect.objectContaining({
          code: 'ETL7004',
          message: expect.stringContaining(message) as string,
          at: { file: 'seeds/x.csv', line, column },
        }),
      ],
    }) as Error,
  );
});

test('a record of many blocks is not looked at with each of them', () => {
  let told = 0;
  const feed = new CsvFeed(',', { field: () => told++, record: () => undefined }, 'x.csv');
  for (let i = 0; i < 1000; i++) feed.take(Buffer.from(i === 0 ? 'a,"' : 'x'));
  expect(told).toBeLessThan(20);
});
