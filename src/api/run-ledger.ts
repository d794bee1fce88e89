// The run ledger of a project: off unless its flags ask for it.
import { hostname } from 'node:os';
import type { Connection } from '../adapter/contract.ts';
import type { NodeOutcome } from '../events/event.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { during } from '../kernel/timeline.ts';
import { VERSION } from '../kernel/version.ts';
import { ledgerSetting, type LedgerSetting } from '../ledger/setting.ts';
import type { NodeFacts, RunStatus } from '../ledger/write.ts';
import { findRunnable } from '../manifest/manifest.ts';
import { RunRecord } from '../run/record.ts';
import { layerOf } from '../site/layers.ts';
import type { Invocation } from './invocation.ts';
import type { OpenProject } from './open-project.ts';
import type { ApiOptions } from './options.ts';

/** What the project says of its ledger, with what is wrong with that: a schema of its own models is none for it. */
export function ledgerOf(project: OpenProject): {
  readonly setting: LedgerSetting | undefined;
  readonly problems: readonly Diagnostic[];
} {
  const { value, diagnostics } = ledgerSetting(project.loaded.project.flags['run_ledger']);
  if (value === undefined) return { setting: undefined, problems: diagnostics };
  const taken = Object.values(project.manifest.nodes).find(
    (node) => node.resource_type !== 'test' && node.schema === value.schema,
  );
  if (taken === undefined) return { setting: value, problems: [] };
  const problem: Diagnostic = {
    code: 'ETL8082',
    severity: 'warning',
    message: `run_ledger names the schema ${value.schema}, where ${taken.unique_id} is built: no run ledger is kept`,
    hint: 'Give the ledger a schema of its own, such as run_ledger: {schema: etl_meta}.',
  };
  return { setting: undefined, problems: [problem] };
}

interface Wish {
  readonly command: string;
  readonly options: ApiOptions;
  readonly invocation: Invocation;
  readonly project: OpenProject;
  readonly connection: Connection;
}

/**
 * Begins to write a run down, where the project wants that; undefined where it does not. What goes wrong is a warning, which
 * --warn-error does not take for an error: the run is not at fault.
 */
export async function beginRecord(wish: Wish): Promise<RunRecord | undefined> {
  const { project, invocation, options, connection } = wish;
  const { setting, problems } = ledgerOf(project);
  const report = (found: Diagnostic): void => {
    if (project.judge(found) !== undefined)
      options.observe?.({ kind: 'diagnostic', diagnostic: found });
  };
  for (const problem of problems) report(problem);
  if (setting === undefined) return undefined;
  const record = new RunRecord({
    connection,
    place: { dialect: project.dialect, setting },
    mask: () => project.inTarget('').mask,
    run: {
      invocation: invocation.id,
      project: project.loaded.project.name,
      target: project.targetName,
      command: wish.command,
      selection: selectionText(options),
      fullRefresh: options.fullRefresh ?? false,
      startedAt: invocation.startedAt,
      host: hostname(),
      version: VERSION,
    },
    factsOf: (id) => factsOf(project, id),
    report,
  });
  await during(invocation.timeline, 'begin the run ledger', () => record.begin());
  return record;
}

/** How a run ended, in the words of the ledger. */
export function statusOf(
  outcomes: readonly NodeOutcome[],
  { ok, cancelled }: { readonly ok: boolean; readonly cancelled: boolean },
): RunStatus {
  if (cancelled) return 'cancelled';
  if (!ok) return 'error';
  return outcomes.some(({ status }) => status === 'warn') ? 'warn' : 'success';
}

function selectionText({ select, exclude, selector }: ApiOptions): string {
  const given = (name: string, words: readonly string[] | undefined): readonly string[] =>
    words === undefined || words.length === 0 ? [] : [`--${name} ${words.join(' ')}`];
  return [
    ...given('select', select),
    ...given('exclude', exclude),
    ...given('selector', selector === undefined ? undefined : [selector]),
  ].join(' ');
}

function factsOf({ manifest }: OpenProject, id: NodeOutcome['id']): NodeFacts {
  const node = findRunnable(manifest, id);
  if (node === undefined)
    return {
      resourceType: id.split('.')[0] ?? '',
      layer: undefined,
      path: manifest.exposures[id]?.original_file_path ?? '',
      relation: null,
    };
  return {
    resourceType: node.resource_type,
    layer: layerOf({ ...node, schema: node.schema ?? '' }),
    path: node.original_file_path,
    relation: 'relation_name' in node ? node.relation_name : null,
  };
}
