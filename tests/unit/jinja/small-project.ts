import {
  askingBlockFunction,
  askingFunction,
  blockFunction,
  hostFunction,
} from '../../../src/jinja/host-function.ts';
import { Suspended, TemplateHost } from '../../../src/jinja/host.ts';
import type {
  Question,
  RenderOptions,
  Rendered,
  Scope,
  TemplateText,
} from '../../../src/jinja/host.ts';
import { MacroLibrary } from '../../../src/jinja/library.ts';
import type { PyObject, Value } from '../../../src/jinja/py/values.ts';
import { isEtlError } from '../../../src/kernel/error.ts';
import type { EtlError } from '../../../src/kernel/error.ts';

/** The macros of a small project. */
const FILES: readonly [packageName: string, path: string, text: string][] = [
  [
    'dbt',
    'macros/engine.sql',
    `{% macro type_text() %}{{ return(adapter.dispatch('type_text', 'dbt')()) }}{% endmacro %}
{% macro default__type_text() %}text{% endmacro %}
{% macro default__quote_all(xs) %}{% for x in xs %}"{{ x }}"{{ ', ' if not loop.last }}{% endfor %}{% endmacro %}
{% macro first_value(sql) %}{{ return(run_query(sql).rows[0][0]) }}{% endmacro %}`,
  ],
  ['dbt_postgres', 'macros/adapter.sql', '{% macro postgres__type_text() %}varchar{% endmacro %}'],
  [
    'tools',
    'macros/tools.sql',
    `{# a comment with {% macro not_a_macro() %} #}
{% macro quote_all(xs) %}{{ return(adapter.dispatch('quote_all', 'tools')(xs)) }}{% endmacro %}
{% macro postgres__quote_all(xs) %}tools-postgres{% endmacro %}
{% macro sibling() %}[{{ label() }}]{% endmacro %}
{% macro label() %}from tools{% endmacro %}
{% test positive(model, column_name) %}select * from {{ model }} where {{ column_name }} <= 0{% endtest %}
{% materialization dull, adapter='postgres' %}dull{% endmaterialization %}

{% macro fails(x) %}

  {{ x.no.such }}
{% endmacro %}`,
  ],
  ['tools', 'macros/broken.sql', '\n{% macro broken() %}\n{{ 1 + }}{% endmacro %}'],
  [
    'shop',
    'macros/shop.sql',
    `{% macro default__quote_all(xs) %}root wins{% endmacro %}
{% macro label() %}from shop{% endmacro %}
{% macro cents(column, scale: int = 100) %}{{ column }} * {{ scale }}{% endmacro %}
{% macro log_it(m) %}{{ log(m) }}{% endmacro %}
{% macro two() %}{{ tools.label() }}{% endmacro %}
{% macro around() %}<{{ caller() }}>{% endmacro %}`,
  ],
];

/** The library of the small project. */
export const library = new MacroLibrary();
for (const [packageName, path, text] of FILES) library.addFile({ packageName, path, text });
/** Its rules for names. */
export const rules = {
  library,
  rootPackage: 'shop',
  internalPackages: ['dbt_postgres', 'dbt'],
  dispatchPrefixes: ['postgres', 'default'],
  searchOrder: {},
};
/** Its host. */
export const host = new TemplateHost(rules);

/** What the last attempt logged. */
export const logged: { messages: unknown[] } = { messages: [] };

const row = (value: Value): PyObject => ({
  pyItem: (key) => (key === 0 || key === 'id' ? value : undefined),
});
class Result implements PyObject {
  readonly rows: PyObject[];
  constructor(value: Value) {
    this.rows = [new Row(value)];
  }
  pyAttr(name: string): Value {
    return name === 'rows' ? this.rows : undefined;
  }
}
class Row implements PyObject {
  readonly #value: Value;
  constructor(value: Value) {
    this.#value = value;
  }
  pyItem(key: Value): Value {
    return row(this.#value).pyItem?.(key);
  }
}
class Adapter implements PyObject {
  readonly #dispatch: (name: string, namespace: Value) => Value;
  constructor(dispatch: (name: string, namespace: Value) => Value) {
    this.#dispatch = dispatch;
  }
  pyAttr(name: string): Value {
    if (name !== 'dispatch') return undefined;
    return hostFunction('dispatch', ([macro, namespace], kwargs) =>
      this.#dispatch(String(macro), namespace ?? kwargs?.get('macro_namespace')),
    );
  }
}

/** The names of a node: what a run has, in small. */
export const scope: Scope = (attempt) => {
  const results = new Map<unknown, Value>();
  logged.messages = [];
  return {
    execute: true,
    adapter: new Adapter((name, namespace) => attempt.dispatch(name, namespace)),
    ref: hostFunction('ref', (args) => `"shop"."${String(args.at(-1))}"`),
    site: hostFunction('site', () => `${attempt.site?.file}:${attempt.site?.line}`),
    rendered: hostFunction('rendered', ([text]) => attempt.renderText(String(text))),
    log: hostFunction('log', ([message]) => {
      logged.messages.push(message);
      return '';
    }),
    shout: blockFunction('shout', (body, [times]) => body.toUpperCase().repeat(Number(times ?? 1))),
    run_query: askingFunction('run_query', function* ([sql]) {
      return new Result(yield { kind: 'sql', sql });
    }),
    statement: askingBlockFunction('statement', function* (body, [name]) {
      results.set(name, new Result(yield { kind: 'sql', sql: body.trim() }));
      return '';
    }),
    load_result: hostFunction('load_result', ([name]) => results.get(name) ?? null),
  };
};

/** How to render. */
export interface Options extends RenderOptions {
  readonly packageName?: string;
  readonly by?: TemplateHost;
}
/** A model's text. */
export const template = (text: string, options: Options = {}): TemplateText => ({
  packageName: options.packageName ?? 'shop',
  path: 'models/m.sql',
  text,
});

/** The answer to a question. */
export const answer = (question: Question): string => `<${String(question['sql'])}>`;

/** Renders as the product does: synchronously first, asking when that was suspended. */
export function render(text: string, options: Options = {}): Rendered & { asked: number } {
  const by = options.by ?? host;
  const first = by.render(template(text, options), scope, options);
  if (!(first instanceof Suspended)) return { ...first, asked: 0 };
  const running = by.renderAsking(template(text, options), scope, options);
  let asked = 0;
  let step = running.next();
  while (step.done !== true) {
    asked++;
    step = running.next(answer(step.value));
  }
  return { ...step.value, asked };
}

/** The error of a failing template. */
export function failure(text: string, options: Options = {}): EtlError {
  try {
    render(text, options);
  } catch (error) {
    if (isEtlError(error)) return error;
    throw error;
  }
  throw new Error(`did not fail: ${text}`);
}
