// `statement`, `load_result` and their like: the results belong to one render.
import {
  askingBlockFunction,
  askingFunction,
  blockFunction,
  hostFunction,
  namedFunction,
} from '../host-function.ts';
import type { Asking } from '../host-function.ts';
import { templateError } from '../errors.ts';
import { truthy } from '../py/compare.ts';
import { str } from '../py/print.ts';
import { bindArguments } from '../py/signature.ts';
import type { Args, Kwargs, Value } from '../py/values.ts';
import type { QueryAnswer, WarehouseQuestion } from './questions.ts';
import { ResultTable } from './result-table.ts';

/** Yields a question and returns its answer. */
export function* ask<Answer>(
  question: WarehouseQuestion,
): Generator<WarehouseQuestion, Answer, unknown> {
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
  const loaded = new Set<string>();
  const keep = (name: string, result: StoredResult): void => {
    results.set(name, result);
    loaded.delete(name);
  };
  const parameters = ['name', 'fetch_result', 'auto_begin', 'language'];
  function* send(body: string, args: Args, kwargs: Kwargs): Asking {
    const [name, fetch, autoBegin, language] = bindArguments('statement', parameters, args, kwargs);
    if (language !== undefined && language !== null && str(language) !== 'sql')
      throw templateError(
        'ETL4002',
        `statements in the language "${str(language)}" cannot be run here`,
        'Only SQL is sent to this engine: write the model in SQL.',
      );
    const answer = yield* ask<QueryAnswer>({
      kind: 'statement',
      name: name === undefined || name === null ? '' : str(name),
      sql: body,
      fetch: fetch !== undefined && truthy(fetch),
      autoBegin: autoBegin === undefined || truthy(autoBegin),
    });
    if (name !== undefined && name !== null) keep(str(name), stored(answer));
    return '';
  }
  return {
    statement: execute
      ? askingBlockFunction('statement', send)
      : blockFunction('statement', () => ''),
    load_result: namedFunction('load_result', ['name'], ([given]) => {
      const name = str(given ?? '');
      const result = results.get(name);
      if (result === undefined) return null;
      if (loaded.has(name))
        throw templateError(
          'ETL2003',
          `The 'statement' result named '${name}' has already been loaded into a variable`,
          'Keep it: {% set result = load_result(...) %}, then use result as often as you like.',
        );
      // the last result of a materialization may be asked for again and again, as in dbt
      if (name !== 'main') loaded.add(name);
      return { ...result };
    }),
    store_result: namedFunction(
      'store_result',
      ['name', 'response', 'agate_table'],
      ([name, response, table]) => {
        keep(str(name ?? ''), {
          response: response ?? null,
          data: [],
          table: table ?? null,
        });
        return '';
      },
    ),
    store_raw_result: namedFunction(
      'store_raw_result',
      ['name', 'message', 'code', 'rows_affected', 'agate_table'],
      ([name, message, code, affected, table]) => {
        keep(str(name ?? ''), {
          response: {
            _message: str(message ?? ''),
            code: code ?? null,
            rows_affected: affected ?? null,
          },
          data: [],
          table: table ?? null,
        });
        return '';
      },
    ),
    load_agate_table: execute
      ? askingFunction('load_agate_table', function* () {
          return new ResultTable(yield* ask<QueryAnswer>({ kind: 'seed_table' }));
        })
      : hostFunction('load_agate_table', () => null),
  };
}
