// What a model promises: its contract, its constraints, and what must hold before either can be kept.
import { sha256 } from '../kernel/hash.ts';
import type {
  ColumnInfo,
  Constraint,
  Contract,
  ModelConstraint,
  NodeConfig,
} from '../manifest/node.ts';
import { captureText } from './capture.ts';
import { readConstraints } from './constraints.ts';
import type { Capture, Draft } from './draft.ts';
import { errorOf, warningOf } from './problems.ts';
import type { Property } from './properties.ts';
import { pythonRepr } from './python-text.ts';
import type { World } from './world.ts';
import { isYamlMap } from './yaml.ts';
import type { YamlPath } from './yaml.ts';

/** Constraints reach the warehouse only where the model is a table. */
const keepsConstraints = ({ materialized }: NodeConfig): boolean =>
  materialized === 'table' || materialized === 'incremental';

const isEnforced = (config: NodeConfig): boolean =>
  isYamlMap(config['contract']) && config['contract']['enforced'] === true;

/** Where the constraints of a model stand: a version's own stand for the model's. */
function constraintsPath({ path, version }: Property): YamlPath {
  const own = version?.value['constraints'];
  const base = version !== undefined && Array.isArray(own) && own.length > 0 ? version.path : path;
  return [...base, 'constraints'];
}

/** The constraints of a model that its property file gives. */
export function modelConstraints(
  world: World,
  draft: Draft,
  patch: Property | undefined,
): readonly ModelConstraint[] {
  if (patch === undefined || draft.type !== 'model') return [];
  return readConstraints(world, patch.value['constraints'], patch.file, constraintsPath(patch));
}

const python = (value: string | boolean | null | readonly string[]): string => pythonRepr(value);

function asPython(constraint: Constraint | ModelConstraint): string {
  const { type, name, expression, to, warn_unenforced, warn_unsupported, to_columns } = constraint;
  const isOfModel = 'columns' in constraint;
  return (
    `${isOfModel ? 'Model' : 'Column'}LevelConstraint(type=<ConstraintType.${type}: '${type}'>, ` +
    `name=${python(name)}, expression=${python(expression)}, warn_unenforced=${python(warn_unenforced)}, ` +
    `warn_unsupported=${python(warn_unsupported)}, to=${python(to)}, to_columns=${python(to_columns)}` +
    `${isOfModel ? `, columns=${python(constraint.columns)}` : ''})`
  );
}

const allAsPython = (constraints: readonly Constraint[]): string =>
  `[${constraints.map(asPython).join(', ')}]`;

/** dbt's hash of a contract, to the byte: manifests of both programs can be compared. */
function checksumOf(
  config: NodeConfig,
  columns: Readonly<Record<string, ColumnInfo>>,
  constraints: readonly ModelConstraint[],
): string {
  const sorted = Object.values(columns).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const ofColumns = sorted.map(
    (c) => `|${c.name}${c.data_type ?? 'None'}${allAsPython(c.constraints)}`,
  );
  const ofModel = keepsConstraints(config) ? [config.materialized, allAsPython(constraints)] : [];
  return sha256([...ofColumns, ...ofModel].join(''));
}

/** The contract of a node as its config asks for it. */
export function contractOf(
  draft: Draft,
  config: NodeConfig,
  columns: Readonly<Record<string, ColumnInfo>>,
  constraints: readonly ModelConstraint[],
): Contract {
  const given = isYamlMap(config['contract']) ? config['contract'] : {};
  const enforced = isEnforced(config);
  return {
    enforced,
    alias_types: given['alias_types'] !== false,
    checksum: enforced && draft.type === 'model' ? checksumOf(config, columns, constraints) : null,
  };
}

/** What a contract or a key cannot be kept with, told where the entry stands. */
export function checkContract(
  world: World,
  draft: Draft,
  patch: Property | undefined,
  config: NodeConfig,
  columns: Readonly<Record<string, ColumnInfo>>,
  constraints: readonly ModelConstraint[],
): void {
  if (draft.type !== 'model' || !config.enabled) return;
  const more = { at: patch?.at ?? draft.place, node: draft.id };
  const tell = (message: string, hint: string): void => {
    world.diagnostics.push(errorOf('ETL1031', message, { ...more, hint }));
  };
  const keyed = Object.values(columns).filter((c) =>
    c.constraints.some(({ type }) => type === 'primary_key'),
  );
  if (keyed.length > 1)
    tell(
      `"${draft.name}" has a primary key on each of ${keyed.map(({ name }) => name).join(', ')}`,
      'A key of several columns is a constraint of the model: {type: primary_key, columns: [a, b]}.',
    );
  else if (keyed.length === 1 && constraints.some(({ type }) => type === 'primary_key'))
    tell(
      `"${draft.name}" has a primary key on a column and another on the model`,
      'Keep one of the two.',
    );
  if (!isEnforced(config)) return;
  if (Object.keys(columns).length === 0)
    tell(
      `"${draft.name}" has an enforced contract and no columns`,
      'List its columns with their data_type in a property file.',
    );
  const change = config['on_schema_change'];
  if (config.materialized === 'incremental' && change !== 'append_new_columns' && change !== 'fail')
    tell(
      `"${draft.name}" is incremental with an enforced contract, and on_schema_change is ${String(change)}`,
      'Set on_schema_change to append_new_columns or fail.',
    );
  const asked = [...constraints, ...Object.values(columns).flatMap((c) => c.constraints)];
  if (!keepsConstraints(config) && asked.some(({ warn_unsupported: warns }) => warns))
    world.diagnostics.push(
      warningOf(
        'ETL4031',
        `the constraints of "${draft.name}" are not made, because it is materialized ${config.materialized}`,
        { ...more, hint: 'Make it a table, or set warn_unsupported: false on the constraints.' },
      ),
    );
}

/** A capture with what foreign keys refer to: those are parents of the model, too. */
export function withForeignKeys(
  world: World,
  draft: Draft,
  patch: Property | undefined,
  capture: Capture,
  constraints: readonly Constraint[],
): Capture {
  let found = capture;
  for (const { type, to } of constraints) {
    if (type !== 'foreign_key' || to === null || to === '') continue;
    const more = { at: patch?.at ?? draft.place, node: draft.id };
    if (!/^\s*(ref|source)\s*\([^{}]*\)\s*$/.test(to)) {
      world.diagnostics.push(
        errorOf(
          'ETL1031',
          `Invalid 'ref' or 'source' syntax on foreign key constraint 'to' on model ${draft.name}: ${to}.`,
          {
            ...more,
            hint: 'Write to: ref(\'model\') with to_columns: [id], or the whole of it as expression: "schema.table (id)".',
          },
        ),
      );
      continue;
    }
    const { refs, sources } = captureText(world, {
      id: draft.id,
      name: draft.name,
      type: draft.type,
      package: draft.package,
      shownPath: draft.shownPath,
      text: `{{ ${to.trim()} }}`,
      model: { unique_id: draft.id, name: draft.name, resource_type: draft.type },
    });
    found = {
      ...found,
      refs: [...found.refs, ...refs.map((ref) => ({ ...ref, at: more.at }))],
      sources: [...found.sources, ...sources.map((source) => ({ ...source, at: more.at }))],
    };
  }
  return found;
}
