// How old is a source? The engine computes both moments, so that zones and exactness are its own.
import type { Dialect } from '../../adapter/contract.ts';
import type { Scalar } from '../../adapter/statement.ts';
import { repeatable } from './statements.ts';

const micros = (value: Scalar | undefined): bigint => BigInt(String(value));

/** The newest moment of a source; epoch of a timestamp without zone is that of UTC. */
export const freshness: Dialect['freshness'] = ({ relation, loadedAt, filter }) => {
  // each of the author's texts ends with a line end, for it may end with a comment
  const where = filter === undefined ? '' : `where ${filter}\n`;
  const newest =
    'field' in loadedAt
      ? `select max(${loadedAt.field}\n) as newest\nfrom ${relation}\n${where}`
      : `select (\n${loadedAt.query}\n) as newest\n`;
  return {
    statement: repeatable(
      'read',
      `select (extract(epoch from q.newest) * 1000000)::bigint as max_loaded_at,
  (extract(epoch from clock_timestamp()) * 1000000)::bigint as snapshotted_at
from (
${newest}) as q`,
    ),
    decode: (row) => ({
      maxLoadedAt: row['max_loaded_at'] == null ? null : micros(row['max_loaded_at']),
      snapshottedAt: micros(row['snapshotted_at']),
    }),
  };
};
