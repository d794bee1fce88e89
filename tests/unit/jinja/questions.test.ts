import { describe, expect, test } from 'vitest';
import { templateError } from '../../../src/jinja/errors.ts';
import { Suspended } from '../../../src/jinja/host.ts';
import { fromPython } from '../../../src/jinja/py/convert.ts';
import { isEtlError } from '../../../src/kernel/error.ts';
import { answer, host, logged, render, scope, template } from './small-project.ts';

describe('questions', () => {
  const ASKING: readonly [text: string, expected: string, questions: number][] = [
    ["{% set v = first_value('select 1') %}{{ v }}", '<select 1>', 1],
    [
      "{% call statement('s', fetch_result=true) %} select {{ 1 + 1 }} {% endcall %}{{ load_result('s').rows[0].id }}",
      '<select 2>',
      1,
    ],
    [
      "{% for i in range(3) %}{{ dbt.first_value('select ' ~ i) }};{% endfor %}",
      '<select 0>;<select 1>;<select 2>;',
      3,
    ],
    ["{{ log('once') }}{{ run_query('select 1') is defined }}", 'True', 1],
    [
      "{% call statement('a') %}{{ first_value('x') }}{% endcall %}{{ load_result('a').rows[0].id }}",
      '<<x>>',
      2,
    ],
    ["select {{ cents('a') }}", 'select a * 100', 0],
  ];

  test.each(ASKING)('%s', (text, expected, questions) => {
    const { text: got, asked } = render(text);
    expect(got).toBe(expected);
    expect(asked).toBe(questions);
    if (text.includes('log(')) expect(logged.messages).toEqual(['once']);
  });

  test('the synchronous door stops before the function starts', () => {
    const first = host.render(template("{{ run_query('x') }}"), scope);
    expect(first).toEqual(new Suspended('run_query'));
  });

  test('500 renders interleave, and each question is asked exactly once', () => {
    const renders = Array.from({ length: 500 }, (_, i) => {
      const [text, expected] = ASKING[i % ASKING.length] ?? ['', ''];
      const running = host.renderAsking(template(`${i}: ${text}`), scope);
      return { running, expected: `${i}: ${expected}`, reply: undefined as unknown, got: '' };
    });
    let questions = 0;
    let open = renders;
    while (open.length > 0) {
      open = open.filter((one) => {
        const step = one.running.next(one.reply);
        if (step.done === true) one.got = step.value.text;
        else {
          questions++;
          one.reply = answer(step.value);
        }
        return step.done !== true;
      });
    }
    expect(renders.map((one) => one.got)).toEqual(renders.map((one) => one.expected));
    const expected = renders.reduce((sum, _, i) => sum + (ASKING[i % ASKING.length]?.[2] ?? 0), 0);
    expect(questions).toBe(expected);
  });

  test('a failing answer is an error of the template, with its place and its macros', () => {
    const running = host.renderAsking(template("\n{{ first_value('broken') }}"), scope);
    running.next();
    let thrown: unknown;
    try {
      running.throw(templateError('ETL5001', 'relation "broken" does not exist'));
    } catch (error) {
      thrown = error;
    }
    expect(isEtlError(thrown) && thrown.diagnostics[0]).toMatchObject({
      code: 'ETL5001',
      at: { file: 'macros/engine.sql', line: 4 },
      related: [
        { message: 'in macro first_value (macros/engine.sql:4)' },
        { message: 'called from (models/m.sql:2)' },
      ],
    });
  });

  test('a question inside a filter is refused', () => {
    const running = host.renderAsking(template("{{ 'x' | map('first_value') }}"), scope);
    expect(() => running.next()).toThrow(/No filter named/);
  });
});

describe('calling a macro', () => {
  test('gives its value and the macros it is', () => {
    const called = host.callMacro(
      { packageName: 'shop', name: 'cents', args: ['a'], kwargs: { scale: 10 } },
      scope,
    );
    expect(called).toEqual({ value: 'a * 10', macros: new Set(['macro.shop.cents']) });
  });

  test('is suspended before a question and goes on with its answer', () => {
    const call = { packageName: 'dbt', name: 'first_value', args: ['select 1'] };
    expect(host.callMacro(call, scope)).toBeInstanceOf(Suspended);
    const running = host.callMacroAsking(call, scope);
    expect(running.next().value).toEqual({ kind: 'sql', sql: 'select 1' });
    const last = running.next(7);
    expect(last.done === true && fromPython(last.value.value)).toBe(7);
  });

  test('an unknown macro gets a hint', () => {
    expect(() => host.callMacro({ packageName: 'shop', name: 'cent' }, scope)).toThrow(
      /there is no macro cent/,
    );
  });
});
