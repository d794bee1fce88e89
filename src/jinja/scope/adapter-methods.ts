// The methods of `adapter` that ask the warehouse, or change it.
import type { Column } from '../../kernel/relation.ts';
import { fail } from '../faults.ts';
import type { Asking } from '../host-function.ts';
import { dictGet, isDict } from '../py/dict.ts';
import { str } from '../py/print.ts';
import type { Value } from '../py/values.ts';
import { TemplateColumn } from './column.ts';
import type {
  ActionQuestion,
  QueryAnswer,
  RelationAnswer,
  WarehouseQuestion,
} from './questions.ts';
import { Relation } from './relation.ts';
import type { EngineWords } from './settings.ts';
import { ask } from './statements.ts';

const relationOf = (value: Value, what: string): Relation =>
  value instanceof Relation ? value : fail(`${what} needs a relation`, 'TypeError');

const named = (answer: RelationAnswer, engine: EngineWords): Relation =>
  Relation.of(answer.relation, engine.style, { type: answer.kind });

const columnsOf = (columns: readonly Column[], engine: EngineWords): Value[] =>
  columns.map((column) => new TemplateColumn(column.name, column.type, engine.style.quote));

const part = (value: Value): string | undefined =>
  value === undefined || value === null ? undefined : str(value);

type Ask = (values: readonly Value[]) => Asking;

/** How a method reaches the macros of its render. */
export interface MacroCalls {
  readonly call: CallMacro;
  /** whether the project has its own version of an engine's macro: it answers in the method's place, as in dbt */
  readonly isProjects: (name: string) => boolean;
}

export interface Method {
  readonly parameters: readonly string[];
  readonly start: Ask;
  /** what the method gives while parsing */
  readonly parsing: () => Value;
}

const addressed = (database: Value, schema: Value): { schema: string; database?: string } => {
  const outer = part(database);
  return { schema: part(schema) ?? '', ...(outer === undefined ? {} : { database: outer }) };
};

export function readingMethods(
  engine: EngineWords,
  { call, isProjects }: MacroCalls,
): Record<string, Method> {
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
    get_columns_in_relation: {
      ...columnsMethod,
      *start(values) {
        return isProjects('get_columns_in_relation')
          ? yield* call('get_columns_in_relation', values)
          : yield* columnsMethod.start(values);
      },
    },
    /** what the engine's own macro says */
    observed_columns: columnsMethod,
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
    already_exists: {
      parameters: ['schema', 'name'],
      *start([schema, name]) {
        const relation = { schema: part(schema) ?? '', name: part(name) ?? '' };
        return (
          (yield* ask<RelationAnswer | undefined>({ kind: 'relation', relation })) !== undefined
        );
      },
      parsing: () => false,
    },
    create_table_sql: {
      parameters: ['relation', 'sql'],
      *start([relation, sql]) {
        const { address } = relationOf(relation, 'create_table_sql');
        return yield* ask<string>({ kind: 'table_sql', relation: address, sql: str(sql ?? '') });
      },
      parsing: () => '',
    },
    create_schema_sql: {
      parameters: ['relation'],
      *start([relation]) {
        const { schema, database } = relationOf(relation, 'create_schema_sql').address;
        return yield* ask<string>({
          kind: 'schema_sql',
          schema,
          ...(database === undefined ? {} : { database }),
        });
      },
      parsing: () => '',
    },
    seed_columns: {
      parameters: [],
      *start() {
        const { columns } = yield* ask<QueryAnswer>({ kind: 'seed_table' });
        return columns.map((c) => new TemplateColumn(c.name, c.type, engine.style.quote));
      },
      parsing: () => [],
    },
    expand_target_column_types: {
      parameters: ['from_relation', 'to_relation'],
      *start([from, to]) {
        yield* widen(relationOf(from, 'expand_target_column_types'), to, engine, call);
        return '';
      },
      parsing: () => '',
    },
    ...snapshotMethods(),
    check_schema_exists: {
      parameters: ['database', 'schema'],
      *start([database, schema]) {
        return yield* ask<boolean>({ kind: 'schema_exists', ...addressed(database, schema) });
      },
      parsing: () => false,
    },
  };
}

/** Texts of the target that are too short for those of the source are widened, by the macro that does such a thing. */
function* widen(from: Relation, to: Value, engine: EngineWords, call: CallMacro): Asking {
  const target = relationOf(to, 'expand_target_column_types');
  const columns = function* (relation: Relation): Generator<WarehouseQuestion, Value[], unknown> {
    return columnsOf(
      yield* ask<readonly Column[]>({ kind: 'columns', relation: relation.address }),
      engine,
    );
  };
  const have = yield* columns(target);
  for (const wanted of yield* columns(from)) {
    if (!(wanted instanceof TemplateColumn)) continue;
    const own = have.find((c) => c instanceof TemplateColumn && c.name === wanted.name);
    if (!(own instanceof TemplateColumn) || !own.canExpandTo(wanted)) continue;
    const type = `character varying(${wanted.stringSize})`;
    yield* call('alter_column_type', [target, own.name, type]);
  }
  return '';
}

/** Snapshot tables are known by their columns. */
function snapshotMethods(): Record<string, Method> {
  const check = (needed: (names: Value, strategy: Value) => readonly string[]): Ask =>
    function* ([relation, names, strategy]) {
      const { address } = relationOf(relation, 'valid_snapshot_target');
      const have = new Set(
        (yield* ask<readonly Column[]>({ kind: 'columns', relation: address })).map((c) =>
          c.name.toLowerCase(),
        ),
      );
      const missing = needed(names, strategy).filter((name) => !have.has(name.toLowerCase()));
      if (missing.length > 0)
        fail(`the snapshot target is not a snapshot table: it lacks ${missing.join(', ')}`);
      return '';
    };
  const spelled = (names: Value, keys: readonly string[]): readonly string[] =>
    keys.map((key) => (isDict(names) ? str(dictGet(names, key) ?? key) : key));
  const always = ['dbt_scd_id', 'dbt_valid_from', 'dbt_valid_to'];
  return {
    valid_snapshot_target: {
      parameters: ['relation', 'column_names'],
      start: check((names) => spelled(names, always)),
      parsing: () => '',
    },
    assert_valid_snapshot_target_given_strategy: {
      parameters: ['relation', 'column_names', 'strategy'],
      start: check((names, strategy) => {
        const hard = isDict(strategy) ? dictGet(strategy, 'hard_deletes') : undefined;
        return spelled(names, hard === 'new_record' ? [...always, 'dbt_is_deleted'] : always);
      }),
      parsing: () => '',
    },
  };
}

/** What changes the warehouse: the macros of these names, so that a project's own versions count. */
const BY_MACRO: Readonly<Record<string, readonly string[]>> = {
  create_schema: ['relation'],
  drop_schema: ['relation'],
  drop_relation: ['relation'],
  truncate_relation: ['relation'],
  rename_relation: ['from_relation', 'to_relation'],
};

export type CallMacro = (name: string, args: readonly Value[]) => Asking;

export function writingMethods(call: CallMacro): Record<string, Method> {
  const action = (
    name: string,
    parameters: readonly string[],
    question: (relations: readonly Relation[]) => Omit<ActionQuestion, 'kind'>,
  ): Method => ({
    parameters,
    *start(values) {
      const relations = parameters.map((_, i) => relationOf(values[i], name));
      yield* ask<undefined>({ ...question(relations), kind: 'action' } as ActionQuestion);
      return '';
    },
    parsing: () => '',
  });
  const byMacro = Object.entries(BY_MACRO).map(([name, parameters]): [string, Method] => [
    name,
    {
      parameters,
      *start(values) {
        for (const i of parameters.keys()) relationOf(values[i], name);
        yield* call(name, values);
        return '';
      },
      parsing: () => '',
    },
  ]);
  return {
    ...Object.fromEntries(byMacro),
    begin: action('begin', [], () => ({ action: 'begin' })),
    commit: action('commit', [], () => ({ action: 'commit' })),
    publish_relation: action('publish_relation', ['staged', 'target'], ([staged, target]) => ({
      action: 'publish',
      ...(staged === undefined ? {} : { relation: staged.address, relationKind: staged.kind }),
      ...(target === undefined ? {} : { to: target.address }),
    })),
    load_seed: action('load_seed', ['relation'], ([relation]) => ({
      action: 'load_seed',
      ...(relation === undefined ? {} : { relation: relation.address }),
    })),
  };
}
