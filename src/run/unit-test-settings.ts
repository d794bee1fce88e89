// What etl reads from the meta of a unit test, where dbt reads nothing: a clock that stands still, a CTE whose rows are expected.
import type { Dialect } from '../adapter/contract.ts';
import { didYouMean } from '../kernel/did-you-mean.ts';
import { EtlError } from '../kernel/error.ts';
import type { UnitTestNode } from '../manifest/unit-test.ts';
import type { CompiledNode } from '../plan/compiler.ts';
import { cteRows } from '../sql/cte-rows.ts';
import { freezeClock } from '../sql/frozen-clock.ts';

const SETTINGS: readonly string[] = ['cte', 'now'];
const TIME = /^\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)?$/;

/** What is read of a unit test here. */
type Settled = Pick<UnitTestNode, 'unique_id' | 'model' | 'config' | 'place'>;

const refused = (test: Settled, message: string, hint: string): EtlError =>
  new EtlError([
    { code: 'ETL6110', severity: 'error', message, at: test.place, node: test.unique_id, hint },
  ]);

/**
 * What a unit test reads of its model: the compiled SQL with the time of `meta: {etl: {now: …}}`, and the rows of the CTE of
 * `meta: {etl: {cte: …}}`. Throws an EtlError ETL6110 when one of them cannot be used.
 */
export function withSettings(
  dialect: Dialect,
  test: Settled,
  compiled: CompiledNode,
): CompiledNode {
  const { etl } = (test.config['meta'] ?? {}) as { readonly etl?: unknown };
  if (etl === undefined || etl === null) return compiled;
  const names = typeof etl === 'object' ? Object.keys(etl) : [JSON.stringify(etl)];
  for (const name of names)
    if (!SETTINGS.includes(name))
      throw refused(
        test,
        `meta.etl of a unit test has no setting ${name}`,
        `${didYouMean(name, SETTINGS) ?? ''} Its settings: ${SETTINGS.join(', ')}.`.trim(),
      );
  const { now, cte } = etl as { readonly now?: unknown; readonly cte?: unknown };
  const shown = cte === undefined ? compiled : onlyCte(dialect, test, compiled, cte);
  return now === undefined ? shown : frozen(dialect, test, shown, now);
}

function onlyCte(
  { analysis }: Dialect,
  test: Settled,
  compiled: CompiledNode,
  name: unknown,
): CompiledNode {
  const wanted = typeof name === 'string' ? name : JSON.stringify(name);
  const { names, sql } = cteRows(compiled.sql, wanted, analysis.backslashEscapes);
  if (sql !== undefined) return { ...compiled, sql };
  // its inputs stand in front of its own
  const own = names.filter((one) => !one.startsWith('__dbt__cte__'));
  throw refused(
    test,
    `${test.model} has no CTE "${wanted}"`,
    `${didYouMean(wanted, own) ?? ''} ${own.length === 0 ? 'It has none at all.' : `Its CTEs: ${own.join(', ')}.`}`.trim(),
  );
}

function frozen(
  dialect: Dialect,
  test: Settled,
  compiled: CompiledNode,
  now: unknown,
): CompiledNode {
  const at = now instanceof Date ? now.toISOString().slice(0, 19) : now;
  if (typeof at !== 'string' || !TIME.test(at))
    throw refused(
      test,
      `now of meta.etl is no time: ${JSON.stringify(now)}`,
      "Write a day and a time: now: '2024-01-01 10:00:00'.",
    );
  const full = at.length === 10 ? `${at} 00:00:00` : at.length === 16 ? `${at}:00` : at;
  const { backslashEscapes } = dialect.analysis;
  const { sql, before } = freezeClock(compiled.sql, dialect.clockWords(full), backslashEscapes);
  return { ...compiled, sql, locate: (offset) => compiled.locate(before(offset)) };
}
