import { describe, expect, test } from 'vitest';
import { MacroLibrary } from '../../../src/jinja/library.ts';
import { MacroResolver, macroMentions } from '../../../src/jinja/macro-calls.ts';

const names = (text: string): readonly string[] =>
  macroMentions(text).map((m) =>
    m.kind === 'dispatch'
      ? `dispatch ${m.namespace ?? '-'} ${m.name}`
      : `${m.packageName === undefined ? '' : `${m.packageName}.`}${m.name}`,
  );

describe('calls in a text', () => {
  test.each([
    ['{{ a() }}{% do b.c(1) %}{% call d() %}{% endcall %}', ['a', 'b.c', 'd']],
    ["{{ adapter.dispatch('x', 'pkg')(1) }}", ['dispatch pkg x']],
    ["{{ adapter.dispatch(macro_name='x', macro_namespace='pkg')() }}", ['dispatch pkg x']],
    ["{{ adapter.dispatch('x') (1) }}", ['dispatch - x']],
    ['{# a() #}{% raw %}{{ a() }}{% endraw %} b() {{ "c()" }}{{ \'d()\' }}', []],
    ['{% macro own(x=other()) %}{{ x }}{% endmacro %}', ['other']],
    ['{{ this.include(database=false) }}{{ x.y.z() }}{{ f(g(1)) }}', ['this.include', 'f', 'g']],
  ])('%s', (text, expected) => {
    expect(names(text)).toEqual(expected);
  });
});

test('names are resolved as dbt does: own package, root, built-in; dispatch through the namespace', () => {
  const library = new MacroLibrary();
  const add = (packageName: string, text: string): void =>
    library.addFile({ packageName, path: `${packageName}.sql`, text });
  const macro = (name: string, body = ''): string => `{% macro ${name}() %}${body}{% endmacro %}`;
  add('dbt', macro('both') + macro('only_dbt') + macro('default__x') + macro('default__y'));
  add('dbt_postgres', macro('postgres__x'));
  add(
    'pkg',
    macro('helper', '{{ both() }}{{ local() }}{{ only_dbt() }}{{ dbt.both() }}') + macro('local'),
  );
  add('shop', macro('both') + macro('default__y'));
  add(
    'shop',
    macro(
      'asks',
      "{{ pkg.helper() }}{{ adapter.dispatch('x', 'dbt')() }}{{ adapter.dispatch('y', 'dbt')() }}{{ nothing() }}",
    ),
  );
  const resolver = new MacroResolver({
    library,
    rootPackage: 'shop',
    internalPackages: ['dbt_postgres', 'dbt'],
    dispatchPrefixes: ['postgres', 'default'],
    searchOrder: {},
  });
  const called = (packageName: string, name: string): readonly string[] => {
    const entry = library.find(packageName, name);
    return entry === undefined ? [] : resolver.calledBy(entry).map((e) => e.uniqueId);
  };
  expect(called('pkg', 'helper')).toEqual([
    'macro.shop.both',
    'macro.pkg.local',
    'macro.dbt.only_dbt',
    'macro.dbt.both',
  ]);
  expect(called('shop', 'asks')).toEqual([
    'macro.pkg.helper',
    'macro.dbt_postgres.postgres__x',
    'macro.shop.default__y',
  ]);
});
