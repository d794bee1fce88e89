import type { Dialect } from '../../adapter/contract.ts';
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import { requireFacts } from './facts.ts';

/** What a replacement would silently take away: refused with the names, and the live relation is not touched. */
export function hazards(request: Parameters<Dialect['hazards']>[0]): readonly Diagnostic[] {
  const { live, target, becomes } = request;
  if (live === undefined) return [];
  const where = `${target.schema}.${target.name}`;
  if (live.kind === 'external')
    return [
      {
        code: 'ETL4001',
        severity: 'error',
        message: `${where} is a foreign table, which is not replaced by a ${becomes}`,
        hint: 'Drop or rename it, or give the model another alias.',
      },
    ];
  // its rows can be read again by its query, so nothing but the query is lost; the model has the new one
  if (live.kind === 'materialized_view' && becomes !== 'materialized_view')
    return [
      {
        code: 'ETL4001',
        severity: 'warning',
        message: `${where} is a materialized view; a ${becomes} takes its place`,
        hint: 'If this project did not make it, stop: rename it, or give the model another alias.',
      },
    ];
  const { obstacles, foreignKeys, numberings } = requireFacts(live);
  const [key] = foreignKeys;
  if (becomes !== 'table' && key !== undefined)
    return [
      {
        code: 'ETL4001',
        severity: 'error',
        message: `${where} cannot become a ${becomes}: the foreign key ${key.name} of ${key.schema}.${key.table} refers to it`,
        hint: 'Drop the foreign key first, or keep the model a table.',
      },
    ];
  // A view is replaced in place and keeps all of it.
  if (live.kind === 'view' && becomes === 'view') return [];
  if (obstacles.length === 0)
    return numberings.map((name) => ({
      code: 'ETL4001',
      severity: 'warning',
      message: `${where} is made anew: the sequence ${name}, which numbered its rows, goes with the old table`,
      hint: 'What adds rows of its own to this table has to number them itself.',
    }));
  return [
    {
      code: 'ETL4001',
      severity: 'error',
      message: `replacing ${where} would lose what belongs to it: ${obstacles.join(', ')}`,
      hint: 'Remove these first, or make the model incremental, so that its table stays.',
    },
  ];
}
