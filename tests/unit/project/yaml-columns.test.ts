// Columns written into property files: only what is asked for changes, whatever the file looks like.
import { expect, test } from 'vitest';
import { withColumns, type ColumnsWish } from '../../../src/project/yaml-columns.ts';

const wish = (more: Partial<ColumnsWish> = {}): ColumnsWish => ({
  kind: 'models',
  name: 'orders',
  set: [],
  add: [],
  ...more,
});
const written = (text: string, more: Partial<ColumnsWish>): string => {
  const made = withColumns(text, wish(more));
  return 'text' in made ? made.text : `problem: ${made.problem}`;
};
const ID = { name: 'id', type: 'integer' };

const FILE = `version: 2

models:
  # the orders
  - name: shops
  - name: orders   # all of them
    description: >-
      One row
      per order.
    columns:
      - name: id  # the key
        description: 'The "key".'

        data_tests: [not_null]
      # money
      -   name: amount
          data_type:    int   # cents
    config: {tags: [a,  b]}

seeds: []
`;

test('comments, order, blanks and quotes stay', () => {
  expect(
    written(FILE, {
      set: [ID, { name: 'AMOUNT', type: 'numeric(12,2)' }],
      add: [
        { name: 'shop', type: 'text', after: 'id' },
        { name: 'day', type: 'timestamp without time zone', after: 'shop' },
        { name: 'on', type: "Enum8('a: b' = 1)", after: 'amount' },
      ],
    }),
  ).toBe(`version: 2

models:
  # the orders
  - name: shops
  - name: orders   # all of them
    description: >-
      One row
      per order.
    columns:
      - name: id  # the key
        data_type: integer
        description: 'The "key".'

        data_tests: [not_null]
      - name: shop
        data_type: text
      - name: day
        data_type: timestamp without time zone
      # money
      -   name: amount
          data_type:    numeric(12,2)   # cents
      - name: "on"
        data_type: "Enum8('a: b' = 1)"
    config: {tags: [a,  b]}

seeds: []
`);
});

test.each([
  ['', 'models:\n  - name: orders\n    columns:\n      - name: id\n        data_type: integer\n'],
  [
    '# only this\n',
    '# only this\nmodels:\n  - name: orders\n    columns:\n      - name: id\n        data_type: integer\n',
  ],
  [
    'sources:\n- name: erp',
    'sources:\n- name: erp\n\nmodels:\n  - name: orders\n    columns:\n      - name: id\n        data_type: integer',
  ],
  [
    'models:\n- name: shops\n  description: |\n    Shops.\n',
    'models:\n- name: shops\n  description: |\n    Shops.\n- name: orders\n  columns:\n    - name: id\n      data_type: integer\n',
  ],
  [
    'models:\r\n  - name: orders\r\n    description: x\r\n',
    'models:\r\n  - name: orders\r\n    description: x\r\n    columns:\r\n      - name: id\r\n        data_type: integer\r\n',
  ],
  [
    'models: [{name: orders}]\n',
    'models: [{name: orders, columns: [{name: id, data_type: integer}]}]\n',
  ],
  [
    'models:\n  - {name: orders, columns: [{name: b}]}\n',
    'models:\n  - {name: orders, columns: [{name: id, data_type: integer}, {name: b}]}\n',
  ],
  [
    'models:\n  - name: orders\n    columns: []\n',
    'models:\n  - name: orders\n    columns: [{name: id, data_type: integer}]\n',
  ],
  [
    'models:\n  - name: orders\n    columns:\n      - name: b\n',
    'models:\n  - name: orders\n    columns:\n      - name: id\n        data_type: integer\n      - name: b\n',
  ],
])('a new column in %j', (before, after) => {
  expect(written(before, { add: [{ ...ID, after: undefined }] })).toBe(after);
});

test.each([
  ['- 1', 'the file is no mapping'],
  ['models: {a: b}\n', 'models is no list'],
  ['models: []\n', 'models is a list in brackets'],
  ['models:\n  - name: orders\n    columns: &c\n      x: 1\n', 'the columns of orders are no list'],
  ['models: [\n', 'the file is not valid YAML'],
  [
    'x: &c [{name: b}]\nmodels:\n  - name: orders\n    columns: *c\n',
    'the columns of orders are no list',
  ],
])('%j is left alone', (before, problem) => {
  expect(written(before, { add: [{ ...ID, after: undefined }] })).toBe(`problem: ${problem}`);
});

test('a type that a template fills in stays', () => {
  const before = "models:\n  - name: orders\n    columns: [{name: id, data_type: '{{ x }}'}]\n";
  expect(withColumns(before, wish({ set: [ID] }))).toEqual({ text: before, kept: ['id'] });
});

test('types in entries in brackets', () => {
  const before = 'models: [{name: orders, columns: [{name: id}, {name: b, data_type: int}]}]\n';
  expect(
    written(before, {
      set: [
        { name: 'id', type: 'Decimal(12, 2)' },
        { name: 'b', type: 'text' },
      ],
    }),
  ).toBe(
    'models: [{name: orders, columns: [{name: id, data_type: "Decimal(12, 2)"}, {name: b, data_type: text}]}]\n',
  );
});
