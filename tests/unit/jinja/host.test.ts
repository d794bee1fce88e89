import { describe, expect, test } from 'vitest';
import { hostFunction } from '../../../src/jinja/host-function.ts';
import { TemplateHost } from '../../../src/jinja/host.ts';
import type { Rendered, Scope } from '../../../src/jinja/host.ts';
import { MacroLibrary } from '../../../src/jinja/library.ts';
import type { PyObject, Value } from '../../../src/jinja/py/values.ts';
import { failure, host, library, render, rules, scope, template } from './small-project.ts';

describe('names', () => {
  test.each([
    ['a macro of the root project', "{{ cents('amount') }}", 'amount * 100'],
    [
      'the adapter package before the default one',
      '{{ type_text() }} {{ dbt.type_text() }}',
      'varchar varchar',
    ],
    ['dispatch: packages outside, prefixes inside', "{{ tools.quote_all(['a']) }}", 'root wins'],
    ['siblings of a package only through its name', '{{ tools.sibling() }}', '[from shop]'],
    ['context as a mapping', "{{ context['cents']('x') }}{{ context.get('nope', 1) }}", 'x * 1001'],
    [
      'a generic test as a macro',
      "{{ tools.test_positive(ref('o'), 'id') }}",
      'select * from "shop"."o" where id <= 0',
    ],
    ['a macro that gets a block', '{% call around() %}body{% endcall %}', '<body>'],
    [
      'a function of the host that gets a block',
      '{% call shout(2) %}{{ 1 }}a{% endcall %}',
      '1A1A',
    ],
    ['a text rendered inside', "{{ rendered('{{ 1 + 1 }}{{ cents(2) }}') }}", '22 * 100'],
    ['the place of a call of the host', '\n{{ site() }}', '\nmodels/m.sql:2'],
  ])('%s', (_, text, expected) => {
    expect(render(text).text).toBe(expected);
  });

  test("the node's own package comes first", () => {
    expect(render('{{ tools.sibling() }}', { packageName: 'tools' }).text).toBe('[from tools]');
  });

  test('the search order of the project rules dispatch', () => {
    const by = new TemplateHost({ ...rules, searchOrder: { tools: ['tools', 'shop'] } });
    expect(render("{{ tools.quote_all(['a']) }}", { by }).text).toBe('tools-postgres');
  });

  test('a failed dispatch tells what was tried', () => {
    const [diagnostic] = failure("{{ adapter.dispatch('cent', 'tools')() }}").diagnostics;
    expect(diagnostic?.message).toContain(
      'shop.postgres__cent, shop.default__cent, tools.postgres__cent',
    );
    expect(failure("{{ adapter.dispatch('a.b') }}").message).toContain('not a macro name');
  });

  test('a macro of a model is not callable by its name, and the error says where it belongs', () => {
    const text = '{% macro local() %}x{% endmacro %}{{ local() }}';
    expect(failure(text).message).toContain('macros/');
  });

  test('a misspelt macro of a package gets a hint', () => {
    const [diagnostic] = failure('{{ tools.labl() }}').diagnostics;
    expect(diagnostic).toMatchObject({ code: 'ETL2002', hint: 'Did you mean "label"?' });
  });

  test('only the macros that the node itself called are told', () => {
    const { macros } = render("{{ cents('x') }}{{ two() }}{{ type_text() }}");
    expect([...macros]).toEqual(['macro.shop.cents', 'macro.shop.two', 'macro.dbt.type_text']);
  });

  test("the scope's own dbt object stands in for the engine's macros", () => {
    const native: Scope = (attempt) => ({
      ...scope(attempt),
      dbt: new Native(),
    });
    const text =
      "{{ dbt.dateadd() }} {{ dateadd() }} {{ adapter.dispatch('dateadd', 'dbt')() }} {{ dbt.type_text() }}";
    const rendered = host.render(template(text), native, {});
    expect((rendered as Rendered).text).toBe('native native native varchar');
  });
});

class Native implements PyObject {
  pyAttr(name: string): Value {
    return name === 'dateadd' ? hostFunction('dateadd', () => 'native') : undefined;
  }
}

describe('the library', () => {
  test('knows the blocks by their registry names', () => {
    expect(library.find('tools', 'materialization_dull_postgres')?.kind).toBe('materialization');
    expect(library.find('tools', 'not_a_macro')).toBeUndefined();
    expect(library.find('shop', 'cents')).toMatchObject({
      uniqueId: 'macro.shop.cents',
      line: 3,
      column: 1,
    });
    expect(library.find('shop', 'cents')?.arguments).toEqual([
      { name: 'column' },
      { name: 'scale', type: 'int' },
    ]);
  });

  test('keeps the later of two macros with one name and tells both', () => {
    const twice = new MacroLibrary();
    twice.addFile({ packageName: 'p', path: 'a.sql', text: '{% macro m() %}1{% endmacro %}' });
    twice.addFile({ packageName: 'p', path: 'b.sql', text: '{% macro m() %}2{% endmacro %}' });
    expect(twice.find('p', 'm')?.path).toBe('b.sql');
    expect(twice.duplicates().map((pair) => pair.map((entry) => entry.path))).toEqual([
      ['a.sql', 'b.sql'],
    ]);
  });
});

describe('the parse phase', () => {
  test('forgives what is not there, and tells its name once', () => {
    const { text, undefinedNames } = render("{{ not_installed.macro('x').y[0] }}|{{ nope }}", {
      forgiving: true,
    });
    expect(text).toBe('|');
    expect(undefinedNames).toEqual([
      { name: 'not_installed', line: 1, column: 4 },
      { name: 'nope', line: 1, column: 40 },
    ]);
  });

  test('the run phase does not', () => {
    expect(failure('{{ not_installed.macro() }}').message).toContain(
      "'not_installed' is undefined",
    );
  });

  test('names that are only asked about are not told', () => {
    const text = "{{ 'x' if nope is defined }}{{ nope | default('d') }}{{ ', ' if false }}";
    expect(render(text).undefinedNames).toEqual([]);
  });
});

describe('errors in macros', () => {
  test('have the place in the macro file and the way to it', () => {
    const [diagnostic] = failure('\n{{ tools.fails(1) }}').diagnostics;
    expect(diagnostic?.at).toEqual({ file: 'macros/tools.sql', line: 11, column: 10 });
    expect(diagnostic?.related?.map((one) => one.message)).toEqual([
      'in macro fails (macros/tools.sql:11)',
      'called from (models/m.sql:2)',
    ]);
  });

  test('a macro that does not parse fails where it is called, with its own place', () => {
    const [diagnostic] = failure('{{ tools.broken() }}').diagnostics;
    expect(diagnostic).toMatchObject({
      code: 'ETL2001',
      at: { file: 'macros/broken.sql', line: 3, column: 8 },
    });
    expect(diagnostic?.related?.at(-1)?.message).toBe('called from (models/m.sql:1)');
  });
});
