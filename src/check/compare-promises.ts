// What property files say of the columns of models, beside the columns that their SQL gives: contracts and descriptions.
import type { Session } from '../adapter/contract.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { didYouMean } from '../kernel/did-you-mean.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import { contractOf } from '../plan/contract.ts';
import { mismatches, mismatchTable } from '../run/preflight.ts';
import type { CheckContext } from './check-context.ts';
import { listed } from './listed.ts';
import type { TypedColumn, Verdict } from './verdict.ts';

/** The contracts that are broken, by node, of the selected models that are sound and were judged just now. */
export async function brokenContracts(
  ctx: CheckContext,
  session: Session,
  verdicts: ReadonlyMap<NodeId, Verdict>,
  clean: ReadonlyMap<NodeId, unknown>,
): Promise<ReadonlyMap<NodeId, readonly Diagnostic[]>> {
  const found = new Map<NodeId, readonly Diagnostic[]>();
  for (const [id, { standing }] of verdicts) {
    const node = ctx.manifest.nodes[id];
    if (node === undefined || standing !== 'ok' || clean.has(id) || !ctx.selected.has(id)) continue;
    const list = await contractDifferences(ctx, session, node);
    if (list.length > 0) found.set(id, list);
  }
  return found;
}

async function contractDifferences(
  { dialect, places }: CheckContext,
  session: Session,
  node: ExecutableNode,
): Promise<readonly Diagnostic[]> {
  const promised = contractOf(node, dialect, new Map());
  if (promised.value === undefined) return promised.diagnostics;
  const { contract } = promised.value;
  if (contract === undefined) return [];
  const place = places?.get(node.unique_id);
  const relation = place === undefined ? node.relation_name : dialect.relation(place);
  const typed = async (sql: string): Promise<readonly TypedColumn[]> => {
    const { columns } = await session.read(dialect.limited(sql, 0, {}));
    return columns.map(({ name, type }) => ({ name, type: dialect.contractType(type) }));
  };
  try {
    const given = await typed(`select * from ${relation}`);
    const wanted = await typed(dialect.typed(contract.columns));
    const different = mismatches(given, wanted);
    if (different.length > 0)
      return [broken(node, `the contract of ${node.name} is broken:\n${mismatchTable(different)}`)];
  } catch (error) {
    if (!isStatementFailure(error)) throw error;
    return [broken(node, `the contract of ${node.name} is refused: ${error.error.message}`)];
  }
  return [];
}

const broken = (node: ExecutableNode, message: string): Diagnostic => ({
  code: 'ETL6048',
  severity: 'error',
  message,
  at: node.place,
  node: node.unique_id,
  hint: 'Cast the column in the SQL, or correct its data_type in the property file.',
});

/** Columns that a property file of the project describes and the SQL does not give. */
export function undescribed(
  manifest: Manifest,
  id: NodeId,
  given: readonly TypedColumn[],
): readonly Diagnostic[] {
  const node = manifest.nodes[id];
  if (node === undefined || node.resource_type === 'test' || given.length === 0) return [];
  // what a package describes is its author's affair
  if (node.package_name !== manifest.project_name) return [];
  const names = given.map((c) => c.name);
  const folded = new Set(names.map((name) => name.toLowerCase()));
  const missing = Object.values(node.columns).filter(({ name, quote }) =>
    quote === true ? !names.includes(name) : !folded.has(name.toLowerCase()),
  );
  if (missing.length === 0) return [];
  const [first] = missing;
  const meant =
    missing.length === 1 && first !== undefined ? didYouMean(first.name, names) : undefined;
  return [
    {
      code: 'ETL6049',
      severity: 'warning',
      message: `the property file describes columns that ${node.name} does not give: ${missing.map((c) => c.name).join(', ')}`,
      at: node.place,
      node: node.unique_id,
      hint: `${meant === undefined ? '' : `${meant} `}It gives: ${listed(names)}.`,
    },
  ];
}
