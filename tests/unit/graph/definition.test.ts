// Entries of selectors.yml: what they select, and what is refused.
import { expect, test } from 'vitest';
import { graphOf } from '../../../src/graph/graph.ts';
import { select, type SelectOptions } from '../../../src/graph/select/select.ts';
import { aManifest, aModel, aSource, aTest } from '../../support/a-manifest.ts';

const nodes = [
  aSource('erp', 'orders', {}),
  aModel('raw', { reads: ['source.shop.erp.orders'], tags: ['nightly'] }),
  aModel('clean', { reads: ['model.shop.raw'], tags: ['nightly', 'cheap'] }),
  aModel('mart', { reads: ['model.shop.clean'], config: { materialized: 'incremental' } }),
  aModel('other', { tags: ['cheap'] }),
  aTest('clean_ok', { reads: ['model.shop.clean', 'model.shop.other'] }),
];
function run(definitions: Readonly<Record<string, unknown>>, options: SelectOptions) {
  const selectors = Object.fromEntries(
    Object.entries(definitions).map(([name, definition]) => [
      name,
      {
        name,
        description: '',
        default: name === 'usual',
        definition,
        place: { file: 'selectors.yml', line: 1, column: 1 },
      },
    ]),
  );
  const manifest = { ...aManifest(nodes), selectors };
  const { value, diagnostics } = select(manifest, graphOf(manifest), options);
  return {
    names: [...(value ?? [])].map((id) => id.split('.').slice(2).join('.')),
    messages: diagnostics.map((d) => `${d.code} ${d.message}`),
  };
}
const names = (definition: unknown): readonly string[] =>
  run({ x: definition }, { selector: 'x' }).names;

test.each<readonly [string, unknown, readonly string[]]>([
  ['a text', 'tag:nightly', ['clean', 'raw', 'clean_ok']],
  ['a text with graph operators', 'raw+1', ['clean', 'raw', 'clean_ok']],
  ['a key and a value', { tag: 'nightly' }, ['clean', 'raw', 'clean_ok']],
  ['a dotted key', { 'config.materialized': 'incremental' }, ['mart']],
  ['method and value', { method: 'fqn', value: 'other' }, ['other', 'clean_ok']],
  [
    'parents, to a depth',
    { method: 'fqn', value: 'mart', parents: true, parents_depth: 1 },
    ['clean', 'mart', 'clean_ok'],
  ],
  [
    'children',
    { method: 'fqn', value: 'raw', children: true, indirect_selection: 'empty' },
    ['clean', 'mart', 'raw', 'clean_ok'],
  ],
  [
    'how tests come along',
    { method: 'fqn', value: 'other', indirect_selection: 'cautious' },
    ['other'],
  ],
  ['exclude', { method: 'tag', value: 'nightly', exclude: [{ tag: 'cheap' }] }, ['raw']],
  ['union', { union: ['mart', { tag: 'cheap' }] }, ['clean', 'mart', 'other', 'clean_ok']],
  ['intersection', { intersection: [{ tag: 'cheap' }, 'tag:nightly'] }, ['clean', 'clean_ok']],
  [
    'a set with an exclusion',
    { union: [{ tag: 'nightly' }, 'other', { exclude: ['clean'] }] },
    ['other', 'raw'],
  ],
  [
    'sets within sets',
    { union: [{ intersection: [{ tag: 'cheap' }, { tag: 'nightly' }] }, 'mart'] },
    ['clean', 'mart', 'clean_ok'],
  ],
])('%s', (_, definition, expected) => {
  expect(names(definition).toSorted()).toEqual([...expected].toSorted());
});

test('childrens_parents', () => {
  expect(names({ method: 'fqn', value: 'raw', childrens_parents: true })).toContain('other');
});
test('one selector names another, in any order, and so does --select', () => {
  const definitions = {
    late: { union: [{ method: 'selector', value: 'early' }, 'mart'] },
    early: { method: 'fqn', value: 'raw', indirect_selection: 'empty' },
  };
  expect(run(definitions, { selector: 'late' }).names).toEqual(['mart', 'raw']);
  expect(run(definitions, { select: ['selector:early+1'] }).names).toEqual([
    'clean',
    'raw',
    'clean_ok',
  ]);
  expect(run(definitions, { select: ['selector:late'], exclude: ['mart'] }).names).toEqual(['raw']);
});
test('the default counts when nothing is asked for', () => {
  const definitions = { usual: 'other' };
  expect(run(definitions, {}).names).toEqual(['other', 'clean_ok']);
  expect(run(definitions, { select: ['mart'] }).names).toEqual(['mart']);
  expect(run(definitions, { exclude: ['other'] }).names).toContain('mart');
});
test('--selector beside --select is told', () => {
  expect(run({ x: 'mart' }, { selector: 'x', select: ['other'] })).toMatchObject({
    names: ['mart'],
    messages: [expect.stringContaining('ignored')],
  });
});

test('a pattern of names stands for all of them', () => {
  const definitions = {
    one_a: { method: 'fqn', value: 'raw', indirect_selection: 'empty' },
    one_b: 'mart',
    two: 'other',
    all: { union: ['selector:one_[ab]'] },
  };
  expect(run(definitions, { selector: 'all' }).names).toEqual(['mart', 'raw']);
  expect(
    run(definitions, { select: ['selector:one_?+1'], exclude: ['selector:*o'] }).names,
  ).toEqual(['clean', 'mart', 'raw']);
});
test('selectors that cannot be followed do no harm until they are used', () => {
  const definitions = {
    a: { method: 'selector', value: 'b' },
    b: { union: ['mart', 'selector:a'] },
    lost: { method: 'selector', value: 'bb' },
    fine: 'mart',
  };
  expect(run(definitions, { selector: 'fine' })).toEqual({ names: ['mart'], messages: [] });
  expect(run(definitions, { selector: 'a' }).messages).toEqual([
    'ETL3007 selectors name each other in a circle: a → b → a',
  ]);
  expect(run(definitions, { select: ['selector:lost'] }).messages).toEqual([
    'ETL3007 There is no selector "bb".',
  ]);
});
test('an unknown key is told and has no effect', () => {
  const x = { method: 'fqn', value: 'other', childs: true };
  expect(run({ x }, { selector: 'x' })).toEqual({
    names: ['other', 'clean_ok'],
    messages: ['ETL1005 selector "x": unknown key "childs"'],
  });
});

test.each<readonly [string, Readonly<Record<string, unknown>>, string]>([
  ['an unknown method', { a: { tga: 'x' } }, '"tga" in "tga:x" is not a selection method'],
  [
    'two exclusions',
    { a: { union: ['x', { exclude: ['y'] }, { exclude: ['z'] }] } },
    'more than one',
  ],
  ['a set beside a set', { a: { union: ['x'], intersection: ['y'] } }, 'beside "union"'],
  ['a list', { a: ['x'] }, 'a text or a mapping'],
])('refused: %s', (_, definitions, words) => {
  const { messages } = run(definitions, { select: ['mart'] });
  expect(messages.join('\n')).toContain(words);
});
test('an unknown name after --selector', () => {
  expect(run({ nightly: 'mart' }, { selector: 'nigthly' }).messages).toEqual([
    'ETL3007 There is no selector "nigthly".',
  ]);
});
