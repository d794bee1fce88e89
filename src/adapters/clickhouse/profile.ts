import { BARS, profileOf, type ProfiledAs } from '../../adapter/profile.ts';
import type { Dialect } from '../../adapter/contract.ts';
import { ident, relation as relationText } from './quote.ts';
import { repeatable } from './statements.ts';

/** Numbers and moments have a place between two others, texts have a length. */
function profiledAs(type: string): ProfiledAs {
  const plain = type.replace(/^LowCardinality\((.*)\)$/, '$1').replace(/^Nullable\((.*)\)$/, '$1');
  if (
    /^(U?Int\d+|Float\d+|BFloat16|Decimal\d*\b|Date\b|Date32\b|DateTime\b|DateTime64\b)/.test(plain)
  )
    return 'value';
  return /^(String|FixedString)\b/.test(plain) ? 'length' : 'nulls';
}

const keptOf = (column: string, as: ProfiledAs, kept: string): string =>
  as === 'value'
    ? `${column} AS ${kept}`
    : as === 'length'
      ? `lengthUTF8(${column}) AS ${kept}`
      : `if(isNull(${column}), NULL, 1) AS ${kept}`;

/** What no column is called, nor begins with: ClickHouse takes a name for what was called so in the same SELECT before it looks for a column. */
function stemBeside(columns: readonly { readonly name: string }[]): string {
  let stem = 'x';
  while (columns.some(({ name }) => name.startsWith(stem))) stem += 'x';
  return stem;
}

const endsOf = (as: ProfiledAs, kept: string, i: number): string =>
  as === 'nulls'
    ? `count(${kept}) AS c${i}`
    : `count(${kept}) AS c${i}, toString(min(${kept})) AS lo${i}, toString(max(${kept})) AS hi${i},
  groupArrayIf(assumeNotNull(toFloat64(${kept})), ifNull(isFinite(toFloat64(${kept})), 0)) AS v${i}`;

const toldOf = (as: ProfiledAs, i: number): string =>
  as === 'nulls'
    ? `c${i}`
    : `c${i}, lo${i}, hi${i}, if(empty(v${i}), NULL, toJSONString(arrayMap(b -> arrayCount(v -> least(${BARS - 1}, if(arrayMax(v${i}) > arrayMin(v${i}),
    toInt32(floor((v - arrayMin(v${i})) / (arrayMax(v${i}) - arrayMin(v${i})) * ${BARS})), 0)) = b, v${i}), range(${BARS})))) AS h${i}`;

/** One statement for a relation; of a large one the rows that come first are looked at. */
export const profile: Dialect['profile'] = ({ relation, columns, limit }) => {
  const as = columns.map(({ type }) => profiledAs(type));
  const stem = stemBeside(columns);
  const kept = columns.map(({ name }, i) => keptOf(ident(name), as[i] ?? 'nulls', `${stem}${i}`));
  const named = columns.map(({ name }, i) => ({ name, as: as[i] ?? ('nulls' as const) }));
  return {
    statement: repeatable(
      'read',
      `SELECT n, ${as.map(toldOf).join(',\n  ')}
FROM (
SELECT count() AS n, ${as.map((one, i) => endsOf(one, `${stem}${i}`, i)).join(',\n  ')}
FROM (SELECT ${kept.join(', ')} FROM ${relationText(relation)} LIMIT ${limit})
)`,
    ),
    decode: (row) => profileOf(row, named, { limit, isSample: false }),
  };
};
