import type { RenderAttempt } from '../attempt.ts';
import { hostFunction, namedFunction } from '../host-function.ts';
import type { Args, Kwargs, PyObject, Value } from '../py/values.ts';
import { str } from '../py/print.ts';
import { isNumber, toNumber } from '../py/values.ts';
import { baseNames } from './base-names.ts';
import { ConfigObject } from './config-object.ts';
import { ExceptionsObject } from './exceptions.ts';
import { relationFactory } from './relation.ts';
import { templateError } from '../errors.ts';
import type { NodeSettings, RefCall } from './settings.ts';
import { AdapterObject, statementNames } from './warehouse.ts';

export type { RefCall } from './settings.ts';

/** Takes the arguments of `ref` apart: name, or package and name, and `v` or `version`. */
export function refCall(args: Args, kwargs: Kwargs): RefCall {
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
    return name === 'create' || name === 'create_from' ? this.#create : undefined;
  }
}

const dispatchOf = (attempt: RenderAttempt): Value =>
  namedFunction('dispatch', ['macro_name', 'macro_namespace'], ([name, namespace]) =>
    attempt.dispatch(str(name ?? ''), namespace),
  );

/** The names of one node's template. Made anew for every attempt: results and captures belong to it. */
export function nodeNames(settings: NodeSettings, attempt: RenderAttempt): Record<string, Value> {
  const { engine, execute } = settings;
  const ref = hostFunction('ref', (args, kwargs) => {
    const call = refCall(args, kwargs);
    return settings.ref(call);
  });
  const source = hostFunction('source', (args) => {
    if (args.length !== 2)
      throw templateError('ETL2003', `source() takes two names, ${args.length} were given`);
    return settings.source(str(args[0]), str(args[1]));
  });
  const config = new ConfigObject(settings.config);
  const names: Record<string, Value> = {
    ...baseNames(settings, attempt),
    ref,
    source,
    config,
    execute,
    this: settings.thisRelation,
    adapter: new AdapterObject(engine, execute, dispatchOf(attempt)),
    api: { Relation: new RelationApi(relationFactory(engine.style)), Column: engine.columns },
    column: engine.columns,
    exceptions: new ExceptionsObject(settings.warn),
    ...statementNames(execute),
    is_incremental: namedFunction('is_incremental', [], () => settings.isIncremental()),
    render: namedFunction('render', ['string'], ([text]) => attempt.renderText(str(text ?? ''))),
    try_or_compiler_error: hostFunction('try_or_compiler_error', (args, kwargs) => {
      const [message, callee, ...rest] = args;
      try {
        return (callee as PyObject).pyCall?.(rest, kwargs);
      } catch {
        throw templateError('ETL2004', str(message ?? ''));
      }
    }),
    context_macro_stack: [],
    database: settings.thisRelation?.shape.database ?? null,
    schema: settings.thisRelation?.shape.schema ?? null,
    sql: null,
    compiled_code: null,
    pre_hooks: [],
    post_hooks: [],
    ...settings.extra,
  };
  names['builtins'] = { ref, source, config, var: names['var'], env_var: names['env_var'] };
  // building these costs more than most templates take, and few look at them
  for (const [name, make] of [
    ['graph', settings.graph],
    ['model', settings.model],
  ] as const) {
    if (make === undefined || Object.hasOwn(settings.extra, name)) continue;
    let made: Value;
    Object.defineProperty(names, name, { enumerable: true, get: () => (made ??= make()) });
  }
  return names;
}
