// What the last run and the last look at freshness said.
import type { FreshnessRow, ResultRow, Run } from './format.ts';
import { isDone } from './status.ts';
import { isMap, listAt, mapAt, numberAt, said, textAt, type Json } from './json.ts';

type PlaceOf = (id: string) => number | undefined;

/** The last run of run_results.json. */
export function runOf(json: Json, placeOf: PlaceOf): Run {
  return {
    command: textAt(mapAt(json, 'args'), 'which') || textAt(mapAt(json, 'args'), 'command'),
    finishedAt: textAt(mapAt(json, 'metadata'), 'generated_at'),
    elapsed: numberAt(json, 'elapsed_time') ?? 0,
    results: listAt(json, 'results')
      .filter(isMap)
      .filter((result) => isDone(textAt(result, 'status')))
      .map((result) => resultOf(result, placeOf)),
  };
}

function resultOf(result: Json, placeOf: PlaceOf): ResultRow {
  const id = textAt(result, 'unique_id');
  const spans = listAt(result, 'timing').filter(isMap);
  const moments = (key: string): readonly number[] =>
    spans.map((span) => momentOf(textAt(span, key))).filter((at) => Number.isFinite(at));
  const [from, to] = [moments('started_at'), moments('completed_at')];
  const rows = numberAt(mapAt(result, 'adapter_response'), 'rows_affected');
  return {
    id,
    status: textAt(result, 'status'),
    seconds: numberAt(result, 'execution_time') ?? 0,
    ...said({
      node: placeOf(id),
      thread: textAt(result, 'thread_id'),
      message: withoutRows(textAt(result, 'message')),
      failures: numberAt(result, 'failures'),
      rows: rows === undefined || rows < 0 ? undefined : rows,
      from: from.length > 0 ? Math.min(...from) : undefined,
      to: to.length > 0 ? Math.max(...to) : undefined,
    }),
  };
}

/** Moments without a zone are in UTC; an older dbt writes none. */
const momentOf = (text: string): number =>
  Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);

/** Engines show the values of a row in the details of an error; the site shows no data. */
const withoutRows = (message: string): string =>
  message
    .split('\n')
    .filter((line) => !/^\s*(detail:|failing row contains|context: +copy )/i.test(line))
    .join('\n');

/** The results of sources.json. */
export const freshnessOf = (json: Json, placeOf: PlaceOf): readonly FreshnessRow[] =>
  listAt(json, 'results')
    .filter(isMap)
    .map((result) => {
      const id = textAt(result, 'unique_id');
      return {
        id,
        status: textAt(result, 'status'),
        ...said({
          node: placeOf(id),
          loadedAt: textAt(result, 'max_loaded_at'),
          checkedAt: textAt(result, 'snapshotted_at'),
          ageSeconds: numberAt(result, 'max_loaded_at_time_ago_in_s'),
        }),
      };
    });
