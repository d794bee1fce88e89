import { BARS, profileOf, type ProfiledAs } from '../../adapter/profile.ts';
import type { Dialect } from '../../adapter/contract.ts';
import { ident, relationText } from './quote.ts';
import { repeatable } from './statements.ts';

type Kind = 'number' | 'moment' | 'text' | 'other';

function kindOf(type: string): Kind {
  if (type.endsWith(']')) return 'other';
  if (/^(smallint|integer|bigint|numeric|real|double precision)\b/.test(type)) return 'number';
  if (/^(date|timestamp)\b/.test(type)) return 'moment';
  return /^(text|character varying|character|citext)\b/.test(type) ? 'text' : 'other';
}
const AS: Readonly<Record<Kind, ProfiledAs>> = {
  number: 'value',
  moment: 'value',
  text: 'length',
  other: 'nulls',
};

/** What is kept of a column: `x` for its nulls and its ends, `f` for its place between them; what has no place is left out of `f`. */
function keptOf(column: string, kind: Kind, i: number): string {
  switch (kind) {
    case 'number':
      return `${column} as x${i}, case when ${column} between -1e300 and 1e300 then ${column}::float8 end as f${i}`;
    case 'moment':
      return `${column} as x${i}, case when isfinite(${column}) then extract(epoch from ${column})::float8 end as f${i}`;
    case 'text':
      return `length(${column}) as x${i}, length(${column})::float8 as f${i}`;
    case 'other':
      return `case when ${column} is not null then 1 end as x${i}`;
  }
}

const barsOf = (i: number): string => `(select json_agg(coalesce(q.k, 0) order by b.b)::text
  from generate_series(0, ${BARS - 1}) as b(b) left join (
    select case when s.fhi${i} > s.flo${i}
        then least(${BARS - 1}, floor((d.f${i} - s.flo${i}) / (s.fhi${i} - s.flo${i}) * ${BARS}))::int else 0 end as b, count(*) as k
    from d where d.f${i} is not null group by 1) as q on q.b = b.b)`;

/** One statement for a relation. A large table is looked at in pages from everywhere in it, a large view in what comes first. */
export const profile: Dialect['profile'] = ({ relation, kind, columns, rows, limit }) => {
  const kinds = columns.map(({ type }) => kindOf(type));
  const isSample = kind !== 'view' && rows !== undefined && rows > limit;
  const share = isSample ? Math.max(0.0001, (100 * limit) / rows) : 100;
  const sample = isSample ? ` tablesample system (${share.toFixed(6)}) repeatable (1)` : '';
  const kept = columns.map(({ name }, i) => keptOf(ident(name), kinds[i] ?? 'other', i));
  const ends = kinds.flatMap((k, i) => [
    `count(x${i}) as c${i}`,
    ...(k === 'other'
      ? []
      : [
          `min(x${i}) as lo${i}, max(x${i}) as hi${i}, min(f${i}) as flo${i}, max(f${i}) as fhi${i}`,
        ]),
  ]);
  const told = kinds.flatMap((k, i) => [
    `s.c${i}`,
    ...(k === 'other'
      ? []
      : [
          `s.lo${i}::text as lo${i}, s.hi${i}::text as hi${i}, case when s.flo${i} is not null then ${barsOf(i)} end as h${i}`,
        ]),
  ]);
  const named = columns.map(({ name }, i) => ({ name, as: AS[kinds[i] ?? 'other'] }));
  return {
    statement: repeatable(
      'read',
      `with d as materialized (
select ${kept.join(',\n  ')}
from ${relationText(relation)}${sample} limit ${isSample ? 2 * limit : limit}
), s as (
select count(*) as n, ${ends.join(',\n  ')}
from d
)
select s.n, ${told.join(',\n  ')}
from s`,
    ),
    decode: (row) => profileOf(row, named, { limit, isSample }),
  };
};
