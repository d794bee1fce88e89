// The methods that look at an earlier run: state and result.
import { didYouMean } from '../../kernel/did-you-mean.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import type { GraphNode } from '../../manifest/node.ts';
import type { PreviousNode, PreviousState } from '../../manifest/previous-state.ts';
import {
  sameBody,
  sameConfigs,
  sameContents,
  sameContract,
  samePersistedDescriptions,
  sameRelation,
} from './compare.ts';
import { brokenContracts } from './contract-change.ts';
import { largeSeeds } from './large-seeds.ts';
import type { Method, MethodProblem } from './method.ts';

type Old = PreviousNode | undefined;
/** Whether a node matches, from what it was. */
type Compare = (node: GraphNode, old: Old) => boolean;

const changed =
  (isSame: (node: GraphNode, old: PreviousNode) => boolean): Compare =>
  (node, old) =>
    old === undefined || !isSame(node, old);

type Words = (manifest: Manifest, state: NonNullable<PreviousState['manifest']>) => Compare;
const isModified: Words = (manifest, state) => {
  const usesChanged = macroChanges(manifest, state.macros);
  return (node, old) => old === undefined || !sameContents(node, old) || usesChanged(node, old);
};

const STATES: Readonly<Record<string, Words>> = {
  new: () => (_, old) => old === undefined,
  old: () => (_, old) => old !== undefined,
  modified: isModified,
  unmodified: (manifest, state) => {
    const modified = isModified(manifest, state);
    return (node, old) => !modified(node, old);
  },
  'modified.body': () => changed(sameBody),
  'modified.configs': () => changed(sameConfigs),
  'modified.relation': () => changed(sameRelation),
  'modified.persisted_descriptions': () => changed(samePersistedDescriptions),
  'modified.contract': () => changed(sameContract),
  'modified.macros': (manifest, state) => macroChanges(manifest, state.macros),
};

/** What a method compares with is not there; the first words are dbt's. */
const missing = (
  state: PreviousState | undefined,
  method: string,
  { file, words }: { readonly file: string; readonly words: string },
): MethodProblem => {
  if (state === undefined)
    return {
      problem: `${words}: "${method}" compares with an earlier run`,
      hint: `Name the folder with its ${file}: --state <dir>.`,
    };
  const what = state.isMissing ? 'there is no folder' : `there is no ${file} in`;
  return {
    problem: `${words}: ${what} ${state.folder}`,
    hint: 'Name the target folder of the run to compare with.',
  };
};
const NO_MANIFEST = {
  file: 'manifest.json',
  words: 'Got a state selector method, but no comparison manifest',
};
const NO_RESULTS = { file: 'run_results.json', words: 'No comparison run_results' };
const NO_SOURCES = {
  file: 'sources.json',
  words: 'No previous state comparison freshness results in sources.json',
};

/** `state:modified` and the like. */
export const matchState: Method = ({ value, manifest, state, report }) => {
  const words = Object.hasOwn(STATES, value) ? STATES[value] : undefined;
  if (words === undefined)
    return {
      problem: `"${value}" is not a kind of state.`,
      hint: didYouMean(value, Object.keys(STATES)) ?? `Kinds: ${Object.keys(STATES).join(', ')}.`,
    };
  const before = state?.manifest;
  if (before === undefined) return missing(state, 'state', NO_MANIFEST);
  if (['modified', 'unmodified', 'modified.contract'].includes(value))
    for (const diagnostic of brokenContracts(manifest, before.nodes)) report?.(diagnostic);
  if (['modified', 'unmodified', 'modified.body'].includes(value))
    for (const diagnostic of largeSeeds(manifest, before.nodes)) report?.(diagnostic);
  const compare = words(manifest, before);
  return (node) => compare(node, before.nodes.get(node.unique_id));
};

const RESULTS = [
  'success',
  'error',
  'skipped',
  'pass',
  'fail',
  'warn',
  'no-op',
  'partial success',
  'runtime error',
];

/** `result:error` and the like. */
export const matchResult: Method = ({ value, state }) => {
  if (!RESULTS.includes(value))
    return {
      problem: `"${value}" is not the status of a result.`,
      hint: didYouMean(value, RESULTS) ?? `Statuses: ${RESULTS.join(', ')}.`,
    };
  const results = state?.results;
  if (results === undefined) return missing(state, 'result', NO_RESULTS);
  return (node) => results.get(node.unique_id) === value;
};

/** `source_status:fresher`: loaded after the earlier run looked, or not seen by it. */
export const matchSourceStatus: Method = ({ value, state }) => {
  if (value !== 'fresher')
    return { problem: `"${value}" is not a status of sources.`, hint: 'There is one: fresher.' };
  const { sources, sourcesNow } = state ?? {};
  if (sources === undefined) return missing(state, 'source_status', NO_SOURCES);
  if (sourcesNow === undefined)
    return {
      problem:
        'No current state comparison freshness results in sources.json: source_status needs to know how fresh the sources are now',
      hint: 'Ask them first, with etl source freshness.',
    };
  return ({ unique_id: id }) => {
    const now = sourcesNow.get(id);
    const before = sources.get(id);
    return now !== undefined && (before === undefined || micros(now) > micros(before));
  };
};

/** A moment of an artifact as a text that sorts: `2024-01-02T03:04:05.000000`. */
function micros(moment: string): string {
  const [seconds = '', fraction = ''] = moment.replace(/Z$|\+00:00$/, '').split('.');
  return `${seconds.replace(' ', 'T')}.${fraction.padEnd(6, '0')}`;
}

/** Whether a node uses a macro of the project that is new, gone or different; those that ship with the product do not count. */
function macroChanges(manifest: Manifest, before: ReadonlyMap<string, string>): Compare {
  const isOurs = (id: string): boolean => !/^macro\.dbt(_[a-z]+)?\./.test(id) || isProject(id);
  const isProject = (id: string): boolean => id.startsWith(`macro.${manifest.project_name}.`);
  const macros = Object.values(manifest.macros).filter(({ unique_id: id }) => isOurs(id));
  const byName = new Map<string, string[]>();
  for (const { name, unique_id: id } of macros)
    for (const known of new Set([name, name.replace(/^[a-z]+__/, '')]))
      byName.set(known, [...(byName.get(known) ?? []), id]);
  const differs = new Set(
    macros
      .filter((m) => before.get(m.unique_id)?.trim() !== m.macro_sql.trim())
      .map((m) => m.unique_id),
  );
  const gone = new Set([...before.keys()].filter((id) => isOurs(id) && !manifest.macros[id]));
  /** A macro calls those whose names stand in its text as calls, or in a dispatch. */
  const calledBy = (id: string): readonly string[] =>
    [...(manifest.macros[id]?.macro_sql ?? '').matchAll(/\b(\w+)\s*\(|dispatch\(\s*['"](\w+)/g)]
      .flatMap(([, call, dispatched]) => byName.get(dispatched ?? call ?? '') ?? [])
      .filter((other) => other !== id);
  const memo = new Map<string, boolean>();
  const reaches = (start: string): boolean => {
    const known = memo.get(start);
    if (known !== undefined) return known;
    const seen = new Set([start]);
    for (const id of seen) {
      if (differs.has(id)) break;
      for (const next of calledBy(id)) seen.add(next);
    }
    const found = [...seen].some((id) => differs.has(id));
    memo.set(start, found);
    return found;
  };
  return (node, old) => {
    if (node.resource_type === 'source') return false;
    return node.depends_on.macros.some(reaches) || macrosOf(old).some((id) => gone.has(id));
  };
}

function macrosOf(old: Old): readonly string[] {
  const dependsOn = old?.['depends_on'];
  const macros =
    typeof dependsOn === 'object' && dependsOn !== null && 'macros' in dependsOn
      ? dependsOn.macros
      : [];
  return Array.isArray(macros) ? macros.map(String) : [];
}
