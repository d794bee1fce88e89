import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quickTree } from '../../../src/project/yaml-quick.ts';
import { parseAnyYaml, parseYaml } from '../../../src/project/yaml.ts';
import type { YamlDocument, YamlPath } from '../../../src/project/yaml.ts';

function pathsOf(value: unknown, path: YamlPath): YamlPath[] {
  const below =
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, item]) =>
          pathsOf(item, [...path, Array.isArray(value) ? Number(key) : key]),
        )
      : [];
  return [path, [...path, 'not there'], ...below];
}

const said = ({ value, diagnostics }: ReturnType<typeof parseYaml>): unknown => ({
  diagnostics,
  value: value?.value,
  exact: value?.exact([]),
  places: value && pathsOf(value.value, []).map((path) => placesOf(value, path)),
});

const placesOf = (document: YamlDocument, path: YamlPath): unknown => [
  path,
  document.spanOf(path),
  document.keySpanOf(path),
  document.textSpanOf(path),
];

const PIECES = [
  'a:',
  'a: ',
  'key: b',
  'name: -1',
  '- x',
  '- name: y',
  '-',
  '- - z',
  '"quoted"',
  "'it''s'",
  '"{{ doc(\'x\') }}"',
  '{a: 1, b: [x, y,], c: {}}',
  '[]',
  '{a: "b: c", d: 1.0}',
  '[1, "2",\n  3]',
  '# comment',
  ' # said',
  '#none',
  'more text',
  'on',
  '~',
  'a: b: c',
  'a:b',
  'null: 1.0',
  '&x 1',
  '*x',
  '<<: {a: 2}',
  '---',
  '...',
  '|\n    text\n',
  '>-\n    text\n',
  '!tag',
  '? q',
  "'open",
  '\t',
  '\u{1F600}',
  '\u00A0',
  ': ',
  ',',
  'key:  ',
];
const lines = fc.array(
  fc.record({
    indent: fc.constantFrom(0, 0, 2, 2, 4, 4, 6, 1, 3),
    pieces: fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 3 }),
    end: fc.constantFrom('\n', '\n', '\n', '\n\n', ' \n', ''),
  }),
  { maxLength: 9 },
);
const text = lines.map((all) =>
  all.map(({ indent, pieces, end }) => ' '.repeat(indent) + pieces.join('') + end).join(''),
);

/** `QUICK_TEXTS=100000 npx vitest …` for more of them. */
const RUNS = Number(process.env['QUICK_TEXTS'] ?? 2000);

test(
  'what is read quickly is read as the YAML library reads it: values, places, warnings',
  { timeout: 60_000 },
  () => {
    fc.assert(
      fc.property(text, (yaml) => {
        if (quickTree(yaml) === undefined) return;
        expect(said(parseYaml(yaml, 'f.yml'))).toEqual(said(parseAnyYaml(yaml, 'f.yml')));
      }),
      { numRuns: RUNS },
    );
  },
);

test('property files as people write them are read quickly', () => {
  const yaml = `version: 2

models:
  - name: orders # the ones that were paid
    description: "What was {{ doc('sold') }}"
    config: {tags: [daily, 'x'], meta: {owner: data}}
    columns:
    - name: id
      data_tests:
        - unique
        - accepted_values:
            arguments:
              values: ['it''s', 1.0, -2]
    -
      name: empty
      description:
`;
  expect(quickTree(yaml)).toBeDefined();
  expect(said(parseYaml(yaml, 'f.yml'))).toEqual(said(parseAnyYaml(yaml, 'f.yml')));
});
