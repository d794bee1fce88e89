// The columns of what is not built from a query: sources from the lock file or from YAML, seeds from their files.
import type { Dialect } from '../adapter/contract.ts';
import type { Checked } from '../kernel/diagnostic.ts';
import { isEtlError } from '../kernel/error.ts';
import type { ExecutableNode, SourceNode } from '../manifest/node.ts';
import { seedColumns } from '../run/seed-columns.ts';
import type { SeedFile } from '../run/seed-survey.ts';
import type { LockedSources } from './source-lock.ts';
import type { TypedColumn } from './verdict.ts';

/** Columns that YAML gives a type, where it gives every one of them; undefined where it leaves one open or names none. */
export function declaredColumns(
  node: ExecutableNode | SourceNode,
  dialect: Dialect,
): readonly TypedColumn[] | undefined {
  const columns = Object.values(node.columns);
  if (columns.length === 0 || columns.some((c) => c.data_type === null)) return undefined;
  return columns.map(({ name, data_type: type, quote }) => ({
    name: quote === true ? name : dialect.bare(name),
    type: dialect.columnType(type ?? ''),
  }));
}

/** The columns of a source: as the warehouse had them when they were last pulled, else as YAML declares them. */
export const sourceColumns = (
  node: SourceNode,
  dialect: Dialect,
  locked: LockedSources | undefined,
): readonly TypedColumn[] | undefined =>
  locked?.columns.get(node.unique_id) ?? declaredColumns(node, dialect);

/** The columns of a seed as loading its file would make them. */
export async function columnsOfSeed(
  node: ExecutableNode,
  dialect: Dialect,
  seed: (node: ExecutableNode) => SeedFile,
): Promise<Checked<readonly TypedColumn[]>> {
  try {
    const { value, diagnostics } = await seedColumns(node, seed(node), dialect);
    return {
      value: value?.map(({ name, type }) => ({ name, type: dialect.columnType(type) })),
      diagnostics: diagnostics.filter((d) => d.severity === 'error'),
    };
  } catch (error) {
    if (!isEtlError(error)) throw error;
    return { value: undefined, diagnostics: error.diagnostics };
  }
}

/** The columns that YAML declares to be the primary key of a source. */
export const primaryKeyOf = (node: SourceNode, dialect: Dialect): readonly string[] =>
  Object.values(node.columns)
    .filter((c) => c.constraints.some(({ type }) => type === 'primary_key'))
    .map(({ name, quote }) => (quote === true ? name : dialect.bare(name)));
