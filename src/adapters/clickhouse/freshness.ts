// How old is a source? The engine computes both moments, so that zones and exactness are its own.
import type { Dialect } from '../../adapter/contract.ts';
import type { Scalar } from '../../adapter/statement.ts';
import { repeatable } from './statements.ts';

const micros = (value: Scalar | undefined): bigint => BigInt(String(value));

/** The newest moment of a source; a DateTime is an instant, a Date or a text counts as UTC. */
export const freshness: Dialect['freshness'] = ({ relation, loadedAt, filter }) => {
  // each of the author's texts ends with a line end, for it may end with a comment
  const where = filter === undefined ? '' : `WHERE ${filter}\n`;
  // the alias is ours: an alias that hides the column it is made from is an error here
  const newest =
    'field' in loadedAt
      ? `SELECT maxOrNull(${loadedAt.field}\n) AS __etl_newest\nFROM ${relation}\n${where}`
      : `SELECT (\n${loadedAt.query}\n) AS __etl_newest\n`;
  return {
    statement: repeatable(
      'read',
      `SELECT toUnixTimestamp64Micro(toDateTime64(__etl_newest, 6, 'UTC')) AS max_loaded_at,
  toUnixTimestamp64Micro(now64(6)) AS snapshotted_at
FROM (
${newest})`,
    ),
    decode: (row) => ({
      maxLoadedAt: row['max_loaded_at'] == null ? null : micros(row['max_loaded_at']),
      snapshottedAt: micros(row['snapshotted_at']),
    }),
  };
};
