// The small text machines of the site.
import { expect, test } from 'vitest';
import fc from 'fast-check';
import { beginningOf } from '../../../src/site/data/plain-text.ts';
import { safeAddress } from '../../../src/site/text/address.ts';
import { decoded } from '../../../src/site/text/entities.ts';
import { sqlTokens } from '../../../src/site/text/sql-tokens.ts';

const kinds = (sql: string): readonly string[] =>
  sqlTokens(sql)
    .filter(({ text }) => text.trim() !== '')
    .map(({ kind, text }) => `${kind}:${text}`);

test('SQL with templates', () => {
  expect(
    kinds(`select "a b", 'it''s', 1.5 from {{ ref('x') }} -- why\n/* x */ {% if a %}{# no #}`),
  ).toEqual([
    'keyword:select',
    'name:"a b"',
    'plain:, ',
    "string:'it''s'",
    'plain:, ',
    'number:1.5',
    'keyword:from',
    "template:{{ ref('x') }}",
    'comment:-- why',
    'comment:/* x */',
    'template:{% if a %}',
    'comment:{# no #}',
  ]);
});

test('words within names are no keywords; what does not end goes to the end', () => {
  expect(kinds('selected from_date')).toEqual(['plain:selected from_date']);
  expect(kinds("'open")).toEqual(["string:'open"]);
  expect(kinds('$$ a select $$ {{ open')).toEqual(['string:$$ a select $$', 'template:{{ open']);
});

test('the pieces are the text, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (sql) => {
      expect(
        sqlTokens(sql)
          .map(({ text }) => text)
          .join(''),
      ).toBe(sql);
    }),
  );
});

test('addresses that run something lead nowhere', () => {
  expect(safeAddress('https://a.example/x?y=1#z')).toBe('https://a.example/x?y=1#z');
  expect(safeAddress('mailto:a@b.example')).toBe('mailto:a@b.example');
  for (const bad of [
    'javascript:alert(1)',
    ' java\tscript:alert(1)',
    '\u0001javascript:alert(1)',
    'data:text/html,<script>1</script>',
    'vbscript:x',
    'file:///etc/passwd',
    '//evil.example',
    'x.html',
    '',
  ])
    expect(safeAddress(bad), bad).toBeUndefined();
});

test('entities are the characters they mean; others stay', () => {
  expect(decoded('a &lt;b&gt; &amp; &#39;c&#x27; &nope; &#0; &#99999999;')).toBe(
    "a <b> & 'c' &nope; &#0; &#99999999;",
  );
});

test('the beginning of a description is plain', () => {
  expect(beginningOf('# Head\n\n- **bold** [text](http://x)\n- `code`')).toBe(
    'Head bold text code',
  );
  expect(beginningOf('word '.repeat(100))).toHaveLength(160);
});
