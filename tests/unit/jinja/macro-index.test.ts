import { describe, expect, test } from 'vitest';
import { indexBlocks, registryName } from '../../../src/jinja/macro-index.ts';
import type { Block } from '../../../src/jinja/macro-index.ts';
import type { MacroNode } from '../../../src/jinja/nodes.ts';
import { parseTemplate } from '../../../src/jinja/parser.ts';

const FILES = [
  '{% macro a() %}1{% endmacro %}\n\n  {%- macro b(x, y="%}") -%}{{ "{% endmacro %}" }}{%- endmacro -%}',
  "{% raw %}{% macro a() %}{% endraw %}{{ '{% macro b() %}' }}{% macro c() %}{% macro d() %}{% endmacro %}{% endmacro %}",
  '{# {% macro no() %} #}{% test positive(model) %}x{% endtest %}{% data_test zero(model) %}{% enddata_test %}',
  "{% materialization m, adapter='clickhouse' %}x{% endmaterialization %}{% materialization m, default %}{% endmaterialization %}",
  '{% snapshot orders %}\nselect 1\n{% endsnapshot %}\n{% docs orders %}text {{ 1 }}{% enddocs %}',
  "{% set x = '{% macro no() %}' %}{{ {'a': {'b': 1}} }}\n{% macro yes(a={'b': {}}) %}}}{% endmacro %}",
  "select '%}', '}}' {% if a %}{% macro inside() %}{% endmacro %}{% endif %}",
];

const macros = (text: string): MacroNode[] =>
  parseTemplate(text, 'f.sql').children.filter((node) => node.typename === 'Macro');

describe('the index of blocks', () => {
  test.each(FILES.slice(0, -1))('finds what the parser finds: %s', (text) => {
    const parsed = macros(text).map(({ kind, name, lineno }) => ({ kind, name, line: lineno + 1 }));
    const indexed = indexBlocks(text).map(({ kind, name, line }) => ({ kind, name, line }));
    expect(indexed).toEqual(parsed);
    expect(indexed.length).toBeGreaterThan(0);
  });

  test.each(FILES)('gives ranges that parse alone: %s', (text) => {
    for (const block of indexBlocks(text)) {
      const origin = { line: block.line - 1, column: block.column - 1, index: block.start };
      const [node] = parseTemplate(text.slice(block.start, block.end), 'f.sql', origin).children;
      expect(node).toMatchObject({ typename: 'Macro', name: block.name, lineno: block.line - 1 });
    }
    expect(indexBlocks(text).length).toBeGreaterThan(0);
  });

  test('cuts out the text between the tags', () => {
    const text = 'x\n{% snapshot orders %}\nselect 1\n{% endsnapshot %}';
    const [block] = indexBlocks(text);
    expect(text.slice(block?.bodyStart, block?.bodyEnd)).toBe('\nselect 1\n');
    expect(block).toMatchObject({ line: 2, column: 1 });
  });

  test('leaves out a block that is not closed', () => {
    expect(indexBlocks('{% macro a() %}x')).toEqual([]);
  });

  test.each<[Pick<Block, 'kind' | 'name' | 'adapter'>, string]>([
    [{ kind: 'macro', name: 'm' }, 'm'],
    [{ kind: 'data_test', name: 'm' }, 'test_m'],
    [{ kind: 'materialization', name: 'm', adapter: 'default' }, 'materialization_m_default'],
    [{ kind: 'snapshot', name: 'm' }, 'snapshot_m'],
  ])('the registry name of %o', (block, name) => {
    expect(registryName(block)).toBe(name);
  });
});
