import type { RelationKind, RelationName } from '../../kernel/relation.ts';
import { namedFunction } from '../host-function.ts';
import { isDict, dictEntries } from '../py/dict.ts';
import { truthy } from '../py/compare.ts';
import { str } from '../py/print.ts';
import type { PyObject, Value } from '../py/values.ts';

const PARTS = ['database', 'schema', 'identifier'] as const;
type Part = (typeof PARTS)[number];
type Policy = Readonly<Record<Part, boolean>>;

/** dbt's words for kinds of relations. */
export type RelationType =
  | 'table'
  | 'view'
  | 'cte'
  | 'materialized_view'
  | 'external'
  | 'dictionary';

/** How an engine writes names. */
export interface QuotingStyle {
  /** quotes one identifier */
  readonly quote: (identifier: string) => string;
  readonly policy: Policy;
}

interface Shape {
  readonly database: string | null;
  readonly schema: string | null;
  readonly identifier: string | null;
  readonly type: RelationType | null;
  readonly include: Policy;
  readonly style: QuotingStyle;
  /** rows to read at most (`--empty` reads none); null: all */
  readonly limit: number | null;
  /** condition that the rows read must hold (`--sample`); null: none */
  readonly filter?: string | null;
  /** subqueries have a name */
  readonly isNamed?: boolean;
}

const ALL: Policy = { database: true, schema: true, identifier: true };
const METHODS = [
  'include',
  'quote',
  'render',
  'incorporate',
  'without_identifier',
  'replace_path',
  'information_schema',
  'matches',
  'get',
  'to_dict',
  'create',
] as const;
const PROPERTIES = [
  ...PARTS,
  'name',
  'table',
  'type',
  'is_table',
  'is_view',
  'is_cte',
  'is_materialized_view',
  'is_pointer',
  'can_be_renamed',
  'can_be_replaced',
  'path',
  'quote_policy',
  'include_policy',
  'quote_character',
  'metadata',
] as const;

const textOrNull = (value: Value): string | null =>
  value === null || value === undefined || str(value) === '' ? null : str(value);

/** A table or view as templates handle it: prints as its quoted, qualified name. */
export class Relation implements PyObject {
  readonly pyType: string = 'Relation';
  /** packages know a relation by `is mapping` and its metadata */
  readonly pyMapping = true;
  readonly shape: Shape;

  constructor(shape: Shape) {
    this.shape = shape;
  }

  /** The relation of a name. */
  static of(
    name: {
      readonly database?: string | null;
      readonly schema: string | null;
      readonly name: string | null;
    },
    style: QuotingStyle,
    more: Partial<Pick<Shape, 'type' | 'limit' | 'filter' | 'isNamed'>> = {},
  ): Relation {
    return new Relation({
      database: name.database ?? null,
      schema: name.schema,
      identifier: name.name,
      type: more.type ?? null,
      include: ALL,
      style,
      limit: more.limit ?? null,
      filter: more.filter ?? null,
      isNamed: more.isNamed ?? false,
    });
  }

  /** The address, for the engine. */
  get address(): RelationName {
    const { database, schema, identifier } = this.shape;
    return {
      ...(database === null ? {} : { database }),
      schema: schema ?? '',
      name: identifier ?? '',
    };
  }

  /** The kind, for the engine. */
  get kind(): RelationKind {
    const { type } = this.shape;
    return type === null || type === 'cte' ? 'table' : type;
  }

  /** The quoted, qualified name, without a limit. */
  render(): string {
    const { include, style } = this.shape;
    return PARTS.filter((part) => include[part] && this.shape[part] !== null)
      .map((part) => {
        const text = this.shape[part] ?? '';
        return style.policy[part] ? style.quote(text) : text;
      })
      .join('.');
  }

  with(change: Partial<Shape>): Relation {
    return new Relation({ ...this.shape, ...change });
  }

  pyStr(): string {
    const { limit, filter } = this.shape;
    const text = this.render();
    const rows = limit === 0 ? 'where false limit 0' : `limit ${limit}`;
    const limited =
      limit === null ? text : `(select * from ${text} ${rows})${this.#called('limit')}`;
    return filter === null || filter === undefined
      ? limited
      : `(select * from ${limited} where ${filter})${this.#called('et_filter')}`;
  }

  /** The name of a subquery, for engines that want one. */
  #called(what: string): string {
    return this.shape.isNamed === true ? ` _dbt_${what}_subq_${this.shape.identifier ?? ''}` : '';
  }

  pyRepr(): string {
    return `<Relation ${this.render()}>`;
  }

  pyBool(): boolean {
    return true;
  }

  pyEq(other: Value): boolean {
    return other instanceof Relation && other.render() === this.render();
  }

  pyHash(): string {
    return this.render();
  }

  pyNames(): Iterable<string> {
    return [...PROPERTIES, ...METHODS];
  }

  pyItem(key: Value): Value {
    return typeof key === 'string' && (PROPERTIES as readonly string[]).includes(key)
      ? this.pyAttr(key)
      : undefined;
  }

  pyAttr(name: string): Value {
    const { shape } = this;
    switch (name) {
      case 'database':
      case 'schema':
      case 'identifier':
      case 'type':
        return shape[name];
      case 'name':
      case 'table':
        return shape.identifier;
      case 'is_table':
        return shape.type === 'table';
      case 'is_view':
        return shape.type === 'view';
      case 'is_cte':
        return shape.type === 'cte';
      case 'is_materialized_view':
        return shape.type === 'materialized_view';
      case 'is_pointer':
        return false;
      case 'can_be_renamed':
      case 'can_be_replaced':
        return shape.type === 'table' || shape.type === 'view';
      case 'path':
        return { database: shape.database, schema: shape.schema, identifier: shape.identifier };
      case 'quote_policy':
        return { ...shape.style.policy };
      case 'include_policy':
        return { ...shape.include };
      case 'metadata':
        return { type: 'Relation' };
      case 'quote_character':
        return shape.style.quote('x').charAt(0);
      default:
        return this.#method(name);
    }
  }

  #policyFrom(values: readonly Value[], base: Policy): Policy {
    const pick = (i: number, part: Part): boolean => {
      const value = values[i];
      return value === undefined || value === null ? base[part] : truthy(value);
    };
    return {
      database: pick(0, 'database'),
      schema: pick(1, 'schema'),
      identifier: pick(2, 'identifier'),
    };
  }

  #method(name: string): Value {
    switch (name) {
      case 'include':
        return namedFunction(name, PARTS, (values) =>
          this.with({ include: this.#policyFrom(values, this.shape.include) }),
        );
      case 'quote':
        return namedFunction(name, PARTS, (values) =>
          this.with({
            style: {
              ...this.shape.style,
              policy: this.#policyFrom(values, this.shape.style.policy),
            },
          }),
        );
      case 'render':
        return namedFunction(name, [], () => this.render());
      case 'without_identifier':
        return namedFunction(name, [], () => this.with({ include: { ...ALL, identifier: false } }));
      case 'incorporate':
        return namedFunction(name, ['path', 'type', 'limit'], (values) =>
          this.#incorporate(values),
        );
      case 'replace_path':
        return namedFunction(name, PARTS, (values) =>
          this.with(
            Object.fromEntries(
              PARTS.flatMap((part, i) =>
                values[i] === undefined ? [] : [[part, textOrNull(values[i])]],
              ),
            ),
          ),
        );
      case 'information_schema':
        return namedFunction(name, ['view_name'], ([view]) =>
          this.with({
            schema: 'INFORMATION_SCHEMA',
            identifier: textOrNull(view ?? null),
            include: { ...ALL, identifier: view !== undefined && view !== null },
            style: {
              ...this.shape.style,
              policy: { ...this.shape.style.policy, schema: false, identifier: false },
            },
          }),
        );
      case 'matches':
        return namedFunction(name, PARTS, (values) =>
          PARTS.every((part, i) => {
            const wanted = values[i];
            return wanted === undefined || wanted === null || this.shape[part] === str(wanted);
          }),
        );
      case 'get':
        return namedFunction(name, ['key', 'default'], ([key, fallback]) =>
          key === undefined ? (fallback ?? null) : (this.pyItem(key) ?? fallback ?? null),
        );
      case 'to_dict':
        return namedFunction(name, ['omit_none'], () => ({
          database: this.shape.database,
          schema: this.shape.schema,
          identifier: this.shape.identifier,
          type: this.shape.type,
        }));
      case 'create':
        return relationFactory(this.shape.style);
      default:
        return undefined;
    }
  }

  #incorporate([path, type, limit]: readonly Value[]): Relation {
    const change: Record<string, Value> = {};
    if (isDict(path))
      for (const [key, value] of dictEntries(path))
        if ((PARTS as readonly Value[]).includes(key)) change[str(key)] = textOrNull(value);
    if (type !== undefined) change['type'] = textOrNull(type);
    if (limit !== undefined) change['limit'] = limit;
    return this.with(change);
  }
}

/** `api.Relation.create(database=…, schema=…, identifier=…, type=…)`. */
export const relationFactory = (style: QuotingStyle): PyObject =>
  namedFunction(
    'create',
    [...PARTS, 'type', 'limit'],
    ([database, schema, identifier, type, limit]) =>
      new Relation({
        database: textOrNull(database ?? null),
        schema: textOrNull(schema ?? null),
        identifier: textOrNull(identifier ?? null),
        type: textOrNull(type ?? null) as RelationType | null,
        include: ALL,
        style,
        limit: typeof limit === 'number' ? limit : null,
      }),
  );
