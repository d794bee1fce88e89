import { describe, expect, test } from 'vitest';
import { hostFunction } from '../../../src/jinja/host-function.ts';
import { TemplateHost } from '../../../src/jinja/host.ts';
import type { Rendered } from '../../../src/jinja/host.ts';
import { MacroLibrary } from '../../../src/jinja/library.ts';
import { locate } from '../../../src/jinja/source-map.ts';

const library = new MacroLibrary();
library.addFile({
  packageName: 'shop',
  path: 'macros/m.sql',
  text: '{% macro pair() %}\nbad_one,\nbad_two\n{% endmacro %}{% macro wrap() %}<{{ caller() }}>{% endmacro %}',
});
const host = new TemplateHost({
  library,
  rootPackage: 'shop',
  internalPackages: [],
  dispatchPrefixes: ['default'],
  searchOrder: {},
});

const render = (text: string, origin?: { line: number; column: number }): Rendered =>
  host.render(
    { packageName: 'shop', path: 'models/m.sql', text, ...(origin && { origin }) },
    () => ({
      ref: hostFunction('ref', ([name]) => `"s"."${String(name)}"`),
    }),
  ) as Rendered;

/** The place of a part of the rendered text. */
function placeOf(text: string, part: string, origin?: { line: number; column: number }): string {
  const rendered = render(text, origin);
  const offset = rendered.text.indexOf(part);
  expect(offset, `${part} in ${rendered.text}`).toBeGreaterThanOrEqual(0);
  const { line, column } = locate(rendered.map, offset);
  return `${line}:${column}`;
}

describe('a rendered offset leads back', () => {
  test.each([
    ['plain text', 'select a\nfrom bad', 'bad', '2:6'],
    ['the inside of an expression', "select *\nfrom {{ ref('x') }} t", '"s"', '2:9'],
    ['the middle of what an expression printed', "select *\nfrom {{ ref('x') }} t", 's"."x', '2:9'],
    ['text after an expression', "from {{ ref('orders') }} where bad", 'bad', '1:32'],
    ['text after a trimming tag', 'a {%- if true -%}   \n  bad {%- endif %}', 'bad', '2:3'],
    ['text of a loop', '{% for x in [1, 2] %}\n{{ x }} bad{% endfor %}', 'bad', '2:9'],
    ['what a macro printed: its call', 'select\n  {{ pair() }}', 'bad_two', '2:6'],
    ['a raw block', 'a {% raw %}{{ bad }}{% endraw %}', 'bad', '1:15'],
    ['text after a comment', '{# one\ntwo #}bad', 'bad', '2:7'],
    ['a call block: its tag', 'x\n{% call wrap() %}bad{% endcall %}', 'bad', '2:4'],
    [
      'a set block: where it is printed',
      '{% set q %}bad{% endset %}\nselect {{ q }}',
      'bad',
      '2:11',
    ],
    ['CRLF line ends', 'select a\r\nfrom {{ 1 }}\r\nbad', 'bad', '3:1'],
    ['a line after one of two expressions', '{{ 1 }}{{ 22 }}\nbad', 'bad', '2:1'],
  ])('%s', (_, text, part, place) => {
    expect(placeOf(text, part)).toBe(place);
  });

  test('to the file when the text stands in the middle of it', () => {
    expect(placeOf('bad\nand {{ 1 }} worse', 'bad', { line: 10, column: 5 })).toBe('10:5');
    expect(placeOf('bad\nand {{ 1 }} worse', 'worse', { line: 10, column: 5 })).toBe('11:13');
  });

  test('an empty text maps to its start', () => {
    const { map } = render('');
    expect(locate(map, 0)).toEqual({ file: 'models/m.sql', line: 1, column: 1 });
  });
});
