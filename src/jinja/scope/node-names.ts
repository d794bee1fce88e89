import type { RenderAttempt } from '../attempt.ts';
import { askingFunction, hostFunction, namedFunction } from '../host-function.ts';
import type { Args, Kwargs, PyObject, Value } from '../py/values.ts';
import { str } from '../py/print.ts';
import { isNumber, toNumber } from '../py/values.ts';
import { callValue } from '../py/access.ts';
import { BASE_MAKERS } from './base-names.ts';
import { ConfigObject } from './config-object.ts';
import { ExceptionsObject } from './exceptions.ts';
import { lazyNames } from './lazy-names.ts';
import type { Maker, Makers } from './lazy-names.ts';
import { RARE_MAKERS, RefFunction } from './rare-names.ts';
import { relationFactory } from './relation.ts';
import { templateError } from '../errors.ts';
import type { NodeSettings, RefCall } from './settings.ts';
import { AdapterObject } from './adapter.ts';
import { statementNames } from './statements.ts';

export type { RefCall } from './settings.ts';

/** Takes the arguments of `ref` apart: name, or package and name, and `v` or `version`. */
function refCall(args: Args, kwargs: Kwargs): RefCall {
  for (const key of kwargs?.keys() ?? [])
    if (key !== 'v' && key !== 'version')
      throw templateError('ETL2003', `ref() got an unexpected keyword argument "${key}"`);
  const wanted = kwargs?.get('version') ?? kwargs?.get('v');
  const version =
    wanted === undefined || wanted === null
      ? undefined
      : isNumber(wanted)
        ? toNumber(wanted)
        : str(wanted);
  const [first, second] = args;
  if (args.length === 1) return { packageName: undefined, name: str(first), version };
  if (args.length === 2) return { packageName: str(first), name: str(second), version };
  throw templateError('ETL2003', `ref() takes one or two names, ${args.length} were given`);
}

/** What the id of a snapshot's version is made of: the columns of the key, and the time. */
const SCD_ARGS = namedFunction('scd_args', ['primary_key', 'updated_at'], ([key, time]) => [
  ...(Array.isArray(key) ? (key as Value[]) : [key ?? null]),
  time ?? null,
]);

/** `api.Relation`: `create(…)`, or called itself. */
class RelationApi implements PyObject {
  readonly pyType = 'type';
  readonly #create: PyObject;

  constructor(create: PyObject) {
    this.#create = create;
  }

  pyCall(args: Args, kwargs: Kwargs): Value {
    return this.#create.pyCall?.(args, kwargs);
  }

  pyAttr(name: string): Value {
    if (name === 'create' || name === 'create_from') return this.#create;
    return name === 'scd_args' ? SCD_ARGS : undefined;
  }
}

const dispatchOf = (attempt: RenderAttempt): Value =>
  namedFunction('dispatch', ['macro_name', 'macro_namespace'], ([name, namespace]) =>
    attempt.dispatch(str(name ?? ''), namespace),
  );

const STATEMENTS = '@statements';
const fromStatements: (name: string) => Maker<NodeSettings> = (name) => (_, __, find) =>
  (find(STATEMENTS) as Readonly<Record<string, Value>>)[name];

const tryOrCompilerError = hostFunction('try_or_compiler_error', (args, kwargs) => {
  const [message, callee, ...rest] = args;
  try {
    return callValue(callee, rest, kwargs);
  } catch {
    throw templateError('ETL2004', str(message ?? ''));
  }
});

const MAKERS: Makers<NodeSettings> = {
  ...BASE_MAKERS,
  ...RARE_MAKERS,
  ref: (settings) =>
    new RefFunction(
      (args, kwargs) => settings.ref(refCall(args, kwargs)),
      () => settings.runtimeConfig?.(),
    ),
  source: (settings) =>
    hostFunction('source', (args) => {
      if (args.length !== 2)
        throw templateError('ETL2003', `source() takes two names, ${args.length} were given`);
      return settings.source(str(args[0]), str(args[1]));
    }),
  config: ({ config }) => new ConfigObject(config),
  execute: ({ execute }) => execute,
  this: ({ thisRelation }) => thisRelation,
  adapter: ({ engine, execute }, attempt) =>
    new AdapterObject(engine, execute, {
      dispatch: dispatchOf(attempt),
      lookup: (name) => attempt.lookup(name),
      call: (name, args) => attempt.callMacro(name, args),
      isProjects: (name) => attempt.isProjects(name),
    }),
  api: ({ engine }) => ({
    Relation: new RelationApi(relationFactory(engine.style)),
    Column: engine.columns,
  }),
  column: ({ engine }) => engine.columns,
  exceptions: ({ warn }) => new ExceptionsObject(warn),
  // they share the results of one attempt
  [STATEMENTS]: ({ execute }) => statementNames(execute),
  statement: fromStatements('statement'),
  load_result: fromStatements('load_result'),
  store_result: fromStatements('store_result'),
  store_raw_result: fromStatements('store_raw_result'),
  load_agate_table: fromStatements('load_agate_table'),
  is_incremental: (settings) => namedFunction('is_incremental', [], () => settings.isIncremental()),
  render: (_, attempt) =>
    attempt.canAsk
      ? askingFunction('render', (args, kwargs) =>
          attempt.renderTextAsking(str(args[0] ?? kwargs?.get('string') ?? '')),
        )
      : namedFunction('render', ['string'], ([text]) => attempt.renderText(str(text ?? ''))),
  try_or_compiler_error: () => tryOrCompilerError,
  context_macro_stack: () => [],
  database: ({ thisRelation }) => thisRelation?.shape.database ?? null,
  schema: ({ thisRelation }) => thisRelation?.shape.schema ?? null,
  sql: () => null,
  compiled_code: () => null,
  pre_hooks: () => [],
  post_hooks: () => [],
  graph: ({ graph }) => graph(),
  model: ({ model }) => model?.(),
  builtins: (_, __, find) => ({
    ref: find('ref'),
    source: find('source'),
    config: find('config'),
    var: find('var'),
    env_var: find('env_var'),
  }),
};

/** The names of one node's template. Made anew for every attempt: results and captures belong to it. */
export const nodeNames = (
  settings: NodeSettings,
  attempt: RenderAttempt,
): Readonly<Record<string, Value>> => lazyNames(MAKERS, settings, attempt, settings.extra);
