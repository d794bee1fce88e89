import type { Scope, TemplateHost } from '../jinja/host.ts';
import { toPython } from '../jinja/py/convert.ts';
import { Dict } from '../jinja/py/dict.ts';
import type { Value } from '../jinja/py/values.ts';
import { isYamlMap } from './yaml.ts';

/** A text that is a call is one, with or without braces. */
const CALL = /^\s*(env_var|ref|var|source|doc)\s*\(.+\)\s*$/;

/** What the texts are rendered with. */
export interface ArgumentRender {
  readonly host: TemplateHost;
  readonly packageName: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** the scope of the test itself, but without the arguments */
  readonly scope: Scope;
  /** dbt's parse phase */
  readonly forgiving: boolean;
}

function rendered(value: unknown, isColumnName: boolean, by: ArgumentRender): Value {
  if (typeof value === 'string') {
    if (isColumnName) return value;
    const text = CALL.test(value) ? `{{ ${value} }}` : value;
    if (!text.includes('{')) return text;
    const { packageName, file: path, line, column } = by;
    const template = { packageName, path, text, origin: { line, column } };
    return toPython(by.host.renderNative(template, by.scope, { forgiving: by.forgiving }));
  }
  if (Array.isArray(value)) return value.map((item) => rendered(item, false, by));
  if (isYamlMap(value) && Object.getPrototypeOf(value) === Object.prototype)
    return new Dict(
      Object.entries(value).map(([key, item]): [Value, Value] => [key, rendered(item, false, by)]),
    );
  return toPython(value);
}

/**
 * The arguments of a generic test as its macro gets them: the name `_dbt_generic_test_kwargs` of its scope. They are rendered
 * before the test's own text, each with the test's scope.
 */
export function testArguments(kwargs: Readonly<Record<string, unknown>>, by: ArgumentRender): Dict {
  return new Dict(
    Object.entries(kwargs).map(([key, value]): [Value, Value] => [
      key,
      rendered(value, key === 'column_name', by),
    ]),
  );
}
