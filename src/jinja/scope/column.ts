import { namedFunction } from '../host-function.ts';
import { str } from '../py/print.ts';
import { bindArguments } from '../py/signature.ts';
import type { Args, Kwargs, PyObject, Value } from '../py/values.ts';

const STRINGS =
  /^(text|character varying|character|varchar|char|bpchar|string|fixedstring|nullable\(string\))/i;
const INTEGERS =
  /^(nullable\()?(smallint|integer|bigint|int|int2|int4|int8|int16|int32|int64|uint\w*|serial\w*|smallserial|bigserial)\b/i;
const NUMERICS = /^(nullable\()?(numeric|decimal)/i;
const FLOATS = /^(nullable\()?(real|float\w*|double precision|double)/i;
const SIZE = /\((\d+)(?:\s*,\s*(\d+))?\)/;

const NAMES = [
  'name',
  'column',
  'quoted',
  'dtype',
  'data_type',
  'expanded_data_type',
  'char_size',
  'numeric_precision',
  'numeric_scale',
  'is_string',
  'is_integer',
  'is_numeric',
  'is_float',
  'is_number',
  'string_size',
  'can_expand_to',
  'literal',
] as const;

/** A column as templates handle it. */
export class TemplateColumn implements PyObject {
  readonly pyType: string = 'Column';
  readonly name: string;
  /** the engine's own text of the type */
  readonly type: string;
  readonly #quote: (identifier: string) => string;

  constructor(name: string, type: string, quote: (identifier: string) => string) {
    this.name = name;
    this.type = type;
    this.#quote = quote;
  }

  pyStr(): string {
    return `<Column ${this.name} (${this.type})>`;
  }

  pyNames(): Iterable<string> {
    return NAMES;
  }

  pyEq(other: Value): boolean {
    return other instanceof TemplateColumn && other.name === this.name && other.type === this.type;
  }

  pyHash(): string {
    return `${this.name} ${this.type}`;
  }

  pyAttr(name: string): Value {
    const [, first, second] = SIZE.exec(this.type) ?? [];
    switch (name) {
      case 'name':
      case 'column':
        return this.name;
      case 'quoted':
        return this.#quote(this.name);
      case 'dtype':
        return this.type.replace(SIZE, '').trim();
      case 'data_type':
      case 'expanded_data_type':
        return this.type;
      case 'char_size':
        return STRINGS.test(this.type) && first !== undefined ? Number(first) : null;
      case 'numeric_precision':
        return NUMERICS.test(this.type) && first !== undefined ? Number(first) : null;
      case 'numeric_scale':
        return NUMERICS.test(this.type) && second !== undefined ? Number(second) : null;
      case 'is_string':
      case 'is_integer':
      case 'is_numeric':
      case 'is_float':
      case 'is_number':
        return namedFunction(name, [], () => this.#is(name));
      case 'string_size':
        return namedFunction(name, [], () => this.stringSize);
      case 'can_expand_to':
        return namedFunction(
          name,
          ['other_column'],
          ([other]) => other instanceof TemplateColumn && this.canExpandTo(other),
        );
      case 'literal':
        return namedFunction(name, ['value'], ([value]) => `${str(value ?? null)}::${this.type}`);
      default:
        return undefined;
    }
  }

  /** How many characters the type takes; dbt's 256 where it does not say. */
  get stringSize(): number {
    return Number(SIZE.exec(this.type)?.[1] ?? 256);
  }

  /** Whether both are texts and this one is the shorter. */
  canExpandTo(other: TemplateColumn): boolean {
    return this.#is('is_string') && other.#is('is_string') && other.stringSize > this.stringSize;
  }

  #is(question: string): boolean {
    if (question === 'is_string') return STRINGS.test(this.type);
    if (question === 'is_integer') return INTEGERS.test(this.type);
    if (question === 'is_numeric') return NUMERICS.test(this.type);
    if (question === 'is_float') return FLOATS.test(this.type);
    return INTEGERS.test(this.type) || NUMERICS.test(this.type) || FLOATS.test(this.type);
  }
}

const CONSTRUCTOR = ['column', 'dtype', 'char_size', 'numeric_precision', 'numeric_scale'];
const SIZED_STRINGS = /^(character varying|varchar|character|char)$/i;

/** The text of a type whose sizes are given beside it, as the catalog of an engine tells them. */
function sized(type: string, { size, precision, scale }: Readonly<Record<string, Value>>): string {
  if (SIZED_STRINGS.test(type) && typeof size === 'number')
    return `character varying(${str(size)})`;
  const isNumeric = /^(numeric|decimal)$/i.test(type);
  return isNumeric && typeof precision === 'number' && typeof scale === 'number'
    ? `${type}(${str(precision)},${str(scale)})`
    : type;
}

/** What `api.Column` is: `create`, `translate_type`, `string_type`, `numeric_type`; called, it makes a column. */
export class ColumnApi implements PyObject {
  readonly pyType = 'type';
  readonly #quote: (identifier: string) => string;
  readonly #translate: (type: string) => string;

  constructor(quote: (identifier: string) => string, translate: (type: string) => string) {
    this.#quote = quote;
    this.#translate = translate;
  }

  pyCall(args: Args, kwargs: Kwargs): Value {
    const [name, dtype, size, precision, scale] = bindArguments(
      'Column',
      CONSTRUCTOR,
      args,
      kwargs,
    );
    const type = sized(str(dtype ?? ''), { size, precision, scale });
    return new TemplateColumn(str(name ?? ''), type, this.#quote);
  }

  pyNames(): Iterable<string> {
    return ['create', 'translate_type', 'string_type', 'numeric_type'];
  }

  pyAttr(name: string): Value {
    switch (name) {
      case 'create':
        return namedFunction(
          name,
          ['name', 'label_or_dtype'],
          ([column, type]) =>
            new TemplateColumn(str(column ?? ''), this.#translate(str(type ?? '')), this.#quote),
        );
      case 'translate_type':
        return namedFunction(name, ['dtype'], ([type]) => this.#translate(str(type ?? '')));
      case 'string_type':
        return namedFunction(name, ['size'], ([size]) => `character varying(${str(size ?? 256)})`);
      case 'numeric_type':
        return namedFunction(name, ['dtype', 'precision', 'scale'], ([type, precision, scale]) =>
          precision === undefined || precision === null || scale === undefined || scale === null
            ? str(type ?? 'numeric')
            : `${str(type ?? 'numeric')}(${str(precision)},${str(scale)})`,
        );
      default:
        return undefined;
    }
  }
}
