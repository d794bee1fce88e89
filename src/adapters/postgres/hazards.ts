import type { Dialect } from '../../adapter/contract.ts';
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import { type Facts, requireFacts } from './facts.ts';
import { partitioning } from './partitions.ts';

const numbered = (where: string, numberings: readonly string[]): readonly Diagnostic[] =>
  numberings.map((name) => ({
    code: 'ETL4001',
    severity: 'warning',
    message: `${where} is made anew: the sequence ${name}, which numbered its rows, goes with the old table`,
    hint: 'What adds rows of its own to this table has to number them itself.',
  }));

/** how the facts call them */
const PARTITIONS = 'partitions';

/** What a table takes over from a table, and a view cannot have. */
const ofTablesOnly = ({ belongings, ownConstraints }: Facts): readonly string[] => {
  const { rowSecurity, policies, publications } = belongings;
  return [
    ...ownConstraints.map(({ name }) => `constraint ${name}`),
    ...(rowSecurity === 'off' ? [] : ['row security']),
    ...policies.map(({ name }) => `policy ${name}`),
    ...publications.map(({ name }) => `publication ${name}`),
  ];
};

/** The new table is in the publication, but its rows were written before it was. */
const notSent = (where: string, { belongings, publishedWithAll }: Facts): readonly Diagnostic[] => {
  const names = [...belongings.publications.map(({ name }) => name), ...publishedWithAll];
  return names.length === 0
    ? []
    : [
        {
          code: 'ETL4042',
          severity: 'warning',
          message: `${where} is made anew and stays in ${names.map((name) => `the publication ${name}`).join(', ')}, whose subscribers are not sent the new rows`,
          hint: 'Make the model incremental, so that its changes are sent; or let the subscribers copy the table anew.',
        },
      ];
};

/** What a replacement would silently take away: refused with the names, and the live relation is not touched. */
export function hazards(request: Parameters<Dialect['hazards']>[0]): readonly Diagnostic[] {
  const { live, target, becomes, config } = request;
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
  const facts = requireFacts(live);
  const { obstacles: lost, foreignKeys, numberings } = facts;
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
  const isCut = config !== undefined && partitioning(target, config) !== undefined;
  const obstacles = [
    ...lost.filter((what) => !isCut || what !== PARTITIONS),
    ...(becomes === 'table' ? [] : ofTablesOnly(facts)),
  ];
  if (obstacles.length === 0) return [...numbered(where, numberings), ...notSent(where, facts)];
  return [
    {
      code: 'ETL4001',
      severity: 'error',
      message: `replacing ${where} would lose what belongs to it: ${obstacles.join(', ')}`,
      hint: 'Remove these first, or make the model incremental, so that its table stays.',
    },
  ];
}
