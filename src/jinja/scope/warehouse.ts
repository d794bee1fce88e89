import type { Column } from '../../kernel/relation.ts';
import {
  askingBlockFunction,
  askingFunction,
  blockFunction,
  hostFunction,
  namedFunction,
} from '../host-function.ts';
import type { Asking } from '../host-function.ts';
import { fail } from '../faults.ts';
import { truthy } from '../py/compare.ts';
import { str } from '../py/print.ts';
import { bindArguments } from '../py/signature.ts';
import type { Args, Kwargs, PyObject, Value } from '../py/values.ts';
import { TemplateColumn } from './column.ts';
import type { QueryAnswer, RelationAnswer, WarehouseQuestion } from './questions.ts';
import { Relation } from './relation.ts';
import { ResultTable } from './result-table.ts';
import type { EngineWords } from './settings.ts';

/** Yields a question and returns its answer. */
function* ask<Answer>(question: WarehouseQuestion): Generator<WarehouseQuestion, Answer, unknown> {
  return (yield question) as Answer;
}

interface StoredResult {
  readonly response: Value;
  readonly data: Value;
  readonly table: Value;
}

const stored = (answer: QueryAnswer): StoredResult => {
  const table = new ResultTable(answer);
  const affected = answer.affected ?? table.rows.length;
  return {
    response: { _message: `OK ${affected}`, code: 'OK', rows_affected: affected },
    data: table.rows.map((row) => [...row]),
    table,
  };
};

/** `statement`, `load_result`, `store_result`, `store_raw_result`: results belong to one render. */
export function statementNames(execute: boolean): Record<string, Value> {
  const results = new Map<string, StoredResult>();
  const parameters = ['name', 'fetch_result', 'auto_begin', 'language'];
  function* send(body: string, args: Args, kwargs: Kwargs): Asking {
    const [name, fetch] = bindArguments('statement', parameters, args, kwargs);
    const answer = yield* ask<QueryAnswer>({
      kind: 'statement',
      name: name === undefined || name === null ? '' : str(name),
      sql: body,
      fetch: fetch !== undefined && truthy(fetch),
    });
    if (name !== undefined && name !== null) results.set(str(name), stored(answer));
    return '';
  }
  return {
    statement: execute
      ? askingBlockFunction('statement', send)
      : blockFunction('statement', () => ''),
    load_result: namedFunction('load_result', ['name'], ([name]) => {
      const result = results.get(str(name ?? ''));
      return result === undefined ? null : { ...result };
    }),
    store_result: namedFunction(
      'store_result',
      ['name', 'response', 'agate_table'],
      ([name, response, table]) => {
        results.set(str(name ?? ''), {
          response: response ?? null,
          data: [],
          table: table ?? null,
        });
        return '';
      },
    ),
    store_raw_result: hostFunction('store_raw_result', (_, kwargs) => {
      results.set(str(kwargs?.get('name') ?? ''), {
        response: { _message: str(kwargs?.get('message') ?? '') },
        data: [],
        table: kwargs?.get('agate_table') ?? null,
      });
      return '';
    }),
  };
}

const relationOf = (value: Value, what: string): Relation =>
  value instanceof Relation ? value : fail(`${what} needs a relation`, 'TypeError');

const named = (answer: RelationAnswer, engine: EngineWords): Relation =>
  Relation.of(answer.relation, engine.style, { type: answer.kind });

const columnsOf = (columns: readonly Column[], engine: EngineWords): Value[] =>
  columns.map((column) => new TemplateColumn(column.name, column.type, engine.style.quote));

const part = (value: Value): string | undefined =>
  value === undefined || value === null ? undefined : str(value);

type Ask = (values: readonly Value[]) => Asking;
interface Method {
  readonly parameters: readonly string[];
  readonly start: Ask;
  /** what the method gives while parsing */
  readonly parsing: () => Value;
}

const addressed = (database: Value, schema: Value): { schema: string; database?: string } => {
  const outer = part(database);
  return { schema: part(schema) ?? '', ...(outer === undefined ? {} : { database: outer }) };
};

function readingMethods(engine: EngineWords): Record<string, Method> {
  const columnsMethod: Method = {
    parameters: ['relation'],
    *start([relation]) {
      const { address } = relationOf(relation, 'get_columns_in_relation');
      return columnsOf(
        yield* ask<readonly Column[]>({ kind: 'columns', relation: address }),
        engine,
      );
    },
    parsing: () => [],
  };
  return {
    get_relation: {
      parameters: ['database', 'schema', 'identifier'],
      *start([database, schema, identifier]) {
        const answer = yield* ask<RelationAnswer | undefined>({
          kind: 'relation',
          relation: { ...addressed(database, schema), name: part(identifier) ?? '' },
        });
        return answer === undefined ? null : named(answer, engine);
      },
      parsing: () => null,
    },
    load_cached_relation: {
      parameters: ['relation'],
      *start([relation]) {
        const { address } = relationOf(relation, 'load_relation');
        const answer = yield* ask<RelationAnswer | undefined>({
          kind: 'relation',
          relation: address,
        });
        return answer === undefined ? null : named(answer, engine);
      },
      parsing: () => null,
    },
    get_columns_in_relation: columnsMethod,
    get_columns_in_table: columnsMethod,
    get_column_schema_from_query: {
      parameters: ['sql'],
      *start([sql]) {
        return columnsOf(
          yield* ask<readonly Column[]>({ kind: 'query_columns', sql: str(sql ?? '') }),
          engine,
        );
      },
      parsing: () => [],
    },
    get_missing_columns: {
      parameters: ['from_relation', 'to_relation'],
      *start([from, to]) {
        const have = yield* ask<readonly Column[]>({
          kind: 'columns',
          relation: relationOf(to, 'get_missing_columns').address,
        });
        const want = yield* ask<readonly Column[]>({
          kind: 'columns',
          relation: relationOf(from, 'get_missing_columns').address,
        });
        const names = new Set(have.map((column) => column.name));
        return columnsOf(
          want.filter((column) => !names.has(column.name)),
          engine,
        );
      },
      parsing: () => [],
    },
    list_relations_without_caching: {
      parameters: ['schema_relation'],
      *start([relation]) {
        const { schema, database } = relationOf(relation, 'list_relations').address;
        const answer = yield* ask<readonly RelationAnswer[]>({
          kind: 'relations',
          schema,
          ...(database === undefined ? {} : { database }),
        });
        return answer.map((found) => named(found, engine));
      },
      parsing: () => [],
    },
    list_relations: {
      parameters: ['database', 'schema'],
      *start([database, schema]) {
        const answer = yield* ask<readonly RelationAnswer[]>({
          kind: 'relations',
          ...addressed(database, schema),
        });
        return answer.map((found) => named(found, engine));
      },
      parsing: () => [],
    },
    check_schema_exists: {
      parameters: ['database', 'schema'],
      *start([database, schema]) {
        return yield* ask<boolean>({ kind: 'schema_exists', ...addressed(database, schema) });
      },
      parsing: () => false,
    },
  };
}

function writingMethods(): Record<string, Method> {
  const action = (name: 'create_schema' | 'drop_schema' | 'drop' | 'truncate'): Method => ({
    parameters: ['relation'],
    *start([value]) {
      const relation = relationOf(value, name);
      yield* ask<undefined>({
        kind: 'action',
        action: name,
        relation: relation.address,
        relationKind: relation.kind,
      });
      return '';
    },
    parsing: () => '',
  });
  return {
    create_schema: action('create_schema'),
    drop_schema: action('drop_schema'),
    drop_relation: action('drop'),
    truncate_relation: action('truncate'),
    rename_relation: {
      parameters: ['from_relation', 'to_relation'],
      *start([from, to]) {
        const relation = relationOf(from, 'rename_relation');
        yield* ask<undefined>({
          kind: 'action',
          action: 'rename',
          relation: relation.address,
          relationKind: relation.kind,
          to: relationOf(to, 'rename_relation').address,
        });
        return '';
      },
      parsing: () => '',
    },
    commit: {
      parameters: [],
      *start() {
        yield* ask<undefined>({ kind: 'action', action: 'commit' });
        return '';
      },
      parsing: () => '',
    },
  };
}

const NOTHING = [
  'cache_added',
  'cache_dropped',
  'cache_renamed',
  'expand_target_column_types',
  'verify_database',
];

/** `adapter`: what templates may ask and order; `dispatch` comes from the render. */
export class AdapterObject implements PyObject {
  readonly pyType = 'adapter';
  readonly #engine: EngineWords;
  readonly #execute: boolean;
  readonly #dispatch: Value;
  #known: Readonly<Record<string, Method>> | undefined;

  constructor(engine: EngineWords, execute: boolean, dispatch: Value) {
    this.#engine = engine;
    this.#execute = execute;
    this.#dispatch = dispatch;
  }

  get #methods(): Readonly<Record<string, Method>> {
    return (this.#known ??= { ...readingMethods(this.#engine), ...writingMethods() });
  }

  pyStr(): string {
    return `<adapter ${this.#engine.type}>`;
  }

  pyNames(): Iterable<string> {
    return [
      'dispatch',
      'type',
      'quote',
      'quote_as_configured',
      'quote_seed_column',
      'Relation',
      'Column',
      ...Object.keys(this.#methods),
    ];
  }

  pyAttr(name: string): Value {
    const method = Object.hasOwn(this.#methods, name) ? this.#methods[name] : undefined;
    if (method !== undefined)
      return this.#execute
        ? askingFunction(name, (args, kwargs) =>
            method.start(bindArguments(name, method.parameters, args, kwargs)),
          )
        : hostFunction(name, () => method.parsing());
    if (NOTHING.includes(name)) return hostFunction(name, () => '');
    const { style, columns, type } = this.#engine;
    switch (name) {
      case 'dispatch':
        return this.#dispatch;
      case 'type':
        return namedFunction(name, [], () => type);
      case 'quote':
        return namedFunction(name, ['identifier'], ([identifier]) =>
          style.quote(str(identifier ?? '')),
        );
      case 'quote_as_configured':
        return namedFunction(name, ['identifier', 'quote_key'], ([identifier, key]) => {
          const place = str(key ?? 'identifier');
          const quoted =
            place === 'database' || place === 'schema'
              ? style.policy[place]
              : style.policy.identifier;
          return quoted ? style.quote(str(identifier ?? '')) : str(identifier ?? '');
        });
      case 'quote_seed_column':
        return namedFunction(name, ['column', 'quote_config'], ([column, wanted]) =>
          wanted === false ? str(column ?? '') : style.quote(str(column ?? '')),
        );
      case 'standardize_grants_dict':
        return namedFunction(name, ['grants_table'], () => ({}));
      case 'Column':
        return columns;
      default:
        return undefined;
    }
  }
}
