// What a model promised in an earlier manifest and no longer does: dbt's rules of a breaking change.
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import type { Constraint, ModelConstraint, ModelNode } from '../../manifest/node.ts';
import type { PreviousNode } from '../../manifest/previous-state.ts';
import { canonical, isMap, mapOf, type Json } from './json.ts';

const KEEPS_CONSTRAINTS = new Set(['table', 'incremental']);

const contractOf = (old: PreviousNode): Json => mapOf(old['contract']);
const wasEnforced = (old: PreviousNode): boolean =>
  contractOf(old)['enforced'] === true ||
  mapOf(mapOf(old['config'])['contract'])['enforced'] === true;
const materializedOf = (old: PreviousNode): string =>
  String((mapOf(old['config'])['materialized'] ?? '') as string);

/** Whether the contract is what it was. Manifests without a checksum are compared by what the checksum is made of. */
export function sameContract(node: ModelNode, old: PreviousNode): boolean {
  const then = wasEnforced(old);
  if (!node.contract.enforced && !then) return true;
  if (node.contract.enforced !== then) return false;
  const checksum = contractOf(old)['checksum'];
  if (typeof checksum === 'string') return checksum === node.contract.checksum;
  const types = (columns: unknown): Json =>
    Object.fromEntries(
      Object.entries(mapOf(columns)).map(([name, column]) => [
        name,
        [mapOf(column)['data_type'], mapOf(column)['constraints'] ?? []],
      ]),
    );
  return canonical(types(node.columns)) === canonical(types(old['columns']));
}

const listOf = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? value.filter(isMap) : [];

/** Types are the same when they differ in length, precision or letters only. */
const baseType = (type: unknown): string =>
  typeof type === 'string' ? (type.split('(')[0] ?? '').trim().toLowerCase() : '';

function removedConstraints(
  before: unknown,
  now: readonly (Constraint | ModelConstraint)[],
  enforced: ReadonlySet<string>,
): readonly string[] {
  const kept = new Set(now.map(canonical));
  return listOf(before)
    .filter((one) => enforced.has(String(one['type'] as string)) && !kept.has(canonical(one)))
    .map((one) => String((one['name'] ?? one['type']) as string));
}

/** A kind of breaking change as dbt names it, with what it is about. */
const kind = (name: string, cases: readonly string[]): readonly string[] =>
  cases.length === 0 ? [] : [`${name}: ${cases.join(', ')}`];

/** The promises of a model that are broken, in words; empty when there are none. */
function broken(
  node: ModelNode,
  old: PreviousNode,
  enforced: ReadonlySet<string>,
): readonly string[] {
  if (!wasEnforced(old) || sameContract(node, old)) return [];
  const materialized = materializedOf(old);
  const keptConstraints = KEEPS_CONSTRAINTS.has(materialized);
  const columns = Object.entries(mapOf(old['columns'])).toSorted(([a], [b]) => (a < b ? -1 : 1));
  let hadConstraints = listOf(old['constraints']).length > 0;
  const [gone, retyped, lost]: [string[], string[], string[]] = [[], [], []];
  for (const [name, value] of columns) {
    const before = mapOf(value);
    const now = node.columns[name];
    hadConstraints ||= listOf(before['constraints']).length > 0;
    if (now === undefined) {
      gone.push(name);
      continue;
    }
    if (baseType(before['data_type']) !== baseType(now.data_type))
      retyped.push(
        `${name} (${String(before['data_type'] as string)} -> ${String(now.data_type)})`,
      );
    if (keptConstraints)
      for (const removed of removedConstraints(before['constraints'], now.constraints, enforced))
        lost.push(`${removed} on ${name}`);
  }
  const ofModel = keptConstraints
    ? removedConstraints(old['constraints'], node.constraints, enforced)
    : [];
  const isMoved =
    keptConstraints && hadConstraints && !KEEPS_CONSTRAINTS.has(node.config.materialized);
  return [
    ...(node.contract.enforced ? [] : ['Contract enforcement was removed']),
    ...kind('Columns were removed', gone),
    ...kind('Columns with data_type changes', retyped),
    ...kind('Enforced column level constraints were removed', lost),
    ...kind('Enforced model level constraints were removed', ofModel),
    ...kind(
      'Materialization changed with enforced constraints',
      isMoved ? [`${materialized} -> ${node.config.materialized}`] : [],
    ),
  ];
}

function told(
  model: { readonly name: string; readonly isVersioned: boolean; readonly id: string },
  changes: readonly string[],
  at: Diagnostic['at'],
): Diagnostic {
  const what = model.isVersioned ? 'an enforced contract' : 'an unversioned model';
  return {
    code: 'ETL3036',
    severity: model.isVersioned ? 'error' : 'warning',
    // dbt's own words up to the name: those that people look for in logs
    message: [
      `While comparing to previous project state, dbt detected a breaking change to ${what}: ${model.name}`,
      ...changes.map((change) => `  - ${change}`),
    ].join('\n'),
    ...(at === undefined ? {} : { at }),
    node: model.id,
    hint: model.isVersioned
      ? 'Leave this version as it was, and make a new one with the change.'
      : 'Tell those who read it, or keep the promise and make a new version with the change.',
  };
}

/** ETL3036 for every contract of the earlier manifest that is broken: an error where the model has versions, else a warning. */
export function brokenContracts(
  manifest: Manifest,
  before: ReadonlyMap<string, PreviousNode>,
): readonly Diagnostic[] {
  const enforced = new Set(manifest.enforced_constraints);
  return [...before].flatMap(([id, old]): readonly Diagnostic[] => {
    if (!id.startsWith('model.') || !wasEnforced(old)) return [];
    const node = Object.values(manifest.nodes).find((one) => one.unique_id === id);
    const name = id.split('.').slice(2).join('.');
    const isVersioned = old['version'] !== null && old['version'] !== undefined;
    if (node?.resource_type === 'model') {
      const changes = broken(node, old, enforced);
      return changes.length === 0
        ? []
        : [told({ name, isVersioned: node.version !== null, id }, changes, node.place)];
    }
    // a model whose time is over may go; the manifest knows when it was loaded
    const end = old['deprecation_date'];
    if (typeof end === 'string' && Date.parse(end) < manifest.loaded_at) return [];
    const disabled = manifest.disabled[id]?.[0];
    return [
      told(
        { name, isVersioned, id },
        [
          `Contracted model '${id}' was ${disabled === undefined ? 'deleted or renamed' : 'disabled'}.`,
        ],
        disabled !== undefined && 'place' in disabled ? disabled.place : undefined,
      ),
    ];
  });
}
