import { expect, test } from 'vitest';
import { TemplateHost } from '../../../src/jinja/host.ts';
import { MacroLibrary } from '../../../src/jinja/library.ts';
import type { ExecutableNode } from '../../../src/manifest/node.ts';
import { Lanes } from '../../../src/plan/lane.ts';
import { BUILT_IN_MACROS } from '../../../src/project/built-in-macros.ts';

const node = (config: Readonly<Record<string, unknown>>): ExecutableNode =>
  ({ package_name: 'shop', resource_type: 'model', config }) as unknown as ExecutableNode;

function laneOf(
  macros: Readonly<Record<string, string>>,
  config: Readonly<Record<string, unknown>>,
  packagesMustAsk = true,
): string {
  const library = new MacroLibrary();
  for (const macro of BUILT_IN_MACROS) library.addFile(macro);
  for (const [packageName, text] of Object.entries(macros))
    library.addFile({ packageName, path: `${packageName}.sql`, text });
  const host = new TemplateHost({
    library,
    rootPackage: 'shop',
    internalPackages: ['dbt'],
    dispatchPrefixes: ['postgres', 'default'],
    searchOrder: {},
  });
  const lane = new Lanes(host, packagesMustAsk).of(node(config));
  return lane.kind === 'native' ? 'native' : lane.because.uniqueId;
}

const own = (name: string): string =>
  `{% materialization ${name} %}{{ return({'relations': []}) }}{% endmaterialization %}`;
const macro = (name: string): string => `{% macro ${name}() %}{% endmacro %}`;

test.each([
  ['nothing of its own', {}, { materialized: 'table' }, 'native'],
  [
    'a macro that is not called',
    { shop: macro('get_merge_sql') },
    { materialized: 'table' },
    'native',
  ],
  [
    'a macro of another strategy',
    { shop: macro('get_merge_sql') },
    { materialized: 'incremental', incremental_strategy: 'append' },
    'native',
  ],
  [
    'a macro of this strategy',
    { shop: macro('get_merge_sql') },
    { materialized: 'incremental', incremental_strategy: 'merge' },
    'macro.shop.get_merge_sql',
  ],
  [
    'the version of the engine',
    { shop: macro('postgres__create_table_as') },
    { materialized: 'table' },
    'macro.shop.postgres__create_table_as',
  ],
  [
    'a package has it, which nobody asks',
    { pkg: macro('create_table_as') },
    { materialized: 'table' },
    'native',
  ],
  [
    'the root replaces a built-in one',
    { shop: own('view, default') },
    { materialized: 'view' },
    'macro.shop.materialization_view_default',
  ],
  [
    'a package may not, unless it was asked for',
    { pkg: own('view, default') },
    { materialized: 'view' },
    'native',
  ],
  [
    'a package brings one of its own',
    { pkg: own('other, default') },
    { materialized: 'other' },
    'macro.pkg.materialization_other_default',
  ],
  [
    'the engine wins over the default',
    { shop: own('other, default'), pkg: own("other, adapter='postgres'") },
    { materialized: 'other' },
    'macro.pkg.materialization_other_postgres',
  ],
])('%s', (_, macros, config, expected) => {
  expect(laneOf(macros as Readonly<Record<string, string>>, config)).toBe(expected);
});

test('with the flag off a package replaces a built-in one', () => {
  expect(laneOf({ pkg: own('view, default') }, { materialized: 'view' }, false)).toBe(
    'macro.pkg.materialization_view_default',
  );
});
