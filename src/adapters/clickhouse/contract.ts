// Tables that are made from a contract. A column holds NULL only where its type says so, and CHECK is the one constraint that
// this engine enforces.
import type {
  ContractColumn,
  ContractConstraint,
  ContractRequest,
} from '../../adapter/contract.ts';
import { md5 } from '../../kernel/hash.ts';
import { ident, text } from './quote.ts';
import { engineType } from './types.ts';

const BARE = /^Nullable\((.*)\)$/s;
const LOW = /^LowCardinality\((.*)\)$/s;

/** What of a type counts: neither whether NULL is allowed nor how the values are stored. */
export function contractType(type: string): string {
  const inner = BARE.exec(type)?.[1] ?? LOW.exec(type)?.[1];
  return inner === undefined ? type : contractType(inner);
}

/** The type of a column: with not_null one without NULL. */
function columnType({ type, constraints }: ContractColumn): string {
  const written = engineType(type);
  if (!constraints.some((c) => c.type === 'not_null')) return written;
  const low = LOW.exec(written)?.[1];
  return low === undefined
    ? (BARE.exec(written)?.[1] ?? written)
    : `LowCardinality(${BARE.exec(low)?.[1] ?? low})`;
}

/** A query without a row, whose columns are those of the contract. */
export const typed = (columns: readonly ContractColumn[]): string =>
  `SELECT ${columns.map((c) => `defaultValueOfTypeName(${text(columnType(c))}) AS ${ident(c.name)}`).join(', ')} LIMIT 0`;

function checkText(c: ContractConstraint): readonly string[] {
  if (c.type !== 'check' || c.expression === null || c.expression.trim() === '') return [];
  const name = c.name ?? `check_${md5(c.expression).slice(0, 8)}`;
  return [`CONSTRAINT ${ident(name)} CHECK (${c.expression}\n)`];
}

/** The codec first: the engine refuses them the other way round. */
const storageOf = ({ storage = {} }: ContractColumn): readonly string[] => {
  const { codec, ttl } = storage;
  return [
    ...(typeof codec === 'string' ? [`CODEC(${codec})`] : []),
    ...(typeof ttl === 'string' ? [`TTL ${ttl}`] : []),
  ];
};

/** The columns and constraints of CREATE TABLE. */
export function definition({ columns, constraints }: ContractRequest): string {
  const own = columns.map((column) => {
    const custom = column.constraints.flatMap((c) =>
      c.type === 'custom' && c.expression !== null ? [c.expression] : [],
    );
    return [ident(column.name), columnType(column), ...storageOf(column), ...custom].join(' ');
  });
  const checks = [...columns.flatMap((c) => c.constraints), ...constraints].flatMap(checkText);
  const customs = constraints.flatMap((c) =>
    c.type === 'custom' && c.expression !== null ? [c.expression] : [],
  );
  return [...own, ...new Set(checks), ...customs].map((line) => `  ${line}`).join(',\n');
}
