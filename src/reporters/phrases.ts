// The words of a run, shared by the reporters for people and for machines.
import type { BatchPlace, NodeOutcome, RunEvent } from '../events/event.ts';
import type { NodeFacts } from './reporter.ts';
import { harmless } from '../kernel/text-width.ts';

/** `1 model`, `2 models`, `3 analyses`; an underscore reads as a blank. */
export function count(number: number, noun: string): string {
  const word = noun.replaceAll('_', ' ');
  if (number === 1) return `1 ${word}`;
  if (/[^aeiou]y$/.test(word)) return `${number} ${word.slice(0, -1)}ies`;
  if (word.endsWith('sis')) return `${number} ${word.slice(0, -2)}es`;
  return `${number} ${word}s`;
}

/** What a node is, as in `sql table model gold.margin`. */
export function kindText({ resourceType, materialized, label }: NodeFacts): string {
  switch (resourceType) {
    case 'model':
      return `sql ${materialized} model ${label}`;
    case 'seed':
      return `seed file ${label}`;
    case 'snapshot':
      return `snapshot ${label}`;
    case 'test':
      return `test ${label}`;
    case 'source':
      return `freshness of ${label}`;
    default:
      return `${resourceType} ${label}`;
  }
}

/** The kind a node is counted as: `table model`, `seed`, `data test`. */
function kindNoun({ resourceType, materialized }: NodeFacts): string {
  if (resourceType === 'model') return `${materialized} model`;
  return resourceType === 'test' ? 'data test' : resourceType;
}

/** Data tests and unit tests pass or fail; other nodes are made. */
export const isTest = ({ resourceType }: Pick<NodeFacts, 'resourceType'>): boolean =>
  resourceType === 'test' || resourceType === 'unit_test';

/** What happened to a node: `OK created sql table model gold.margin`, `FAIL 3 not_null_margin_id`. */
export function resultText(outcome: NodeOutcome, facts: NodeFacts, command = ''): string {
  const { status } = outcome;
  if (status === 'skipped')
    return `SKIP ${isTest(facts) ? 'test' : facts.resourceType === 'exposure' ? 'exposure' : 'relation'} ${facts.label}`;
  if (status === 'no-op' || outcome.message === 'No-op') return `NO-OP ${kindText(facts)}`;
  if (facts.resourceType === 'source') return `${statusWord(outcome)} ${kindText(facts)}`;
  if (isTest(facts)) {
    if (status === 'pass' || status === 'success') return `PASS ${facts.label}`;
    if (isError(outcome)) return `ERROR ${facts.label}`;
    return `${statusWord(outcome)} ${facts.label}`;
  }
  const [done, doing] = VERBS[command] ?? VERBS[facts.resourceType] ?? ['created', 'creating'];
  if (status === 'partial success') return `PARTIALLY ${done} ${kindText(facts)}`;
  return isError(outcome) ? `ERROR ${doing} ${kindText(facts)}` : `OK ${done} ${kindText(facts)}`;
}

const VERBS: Readonly<Record<string, readonly [done: string, doing: string]>> = {
  seed: ['loaded', 'loading'],
  snapshot: ['snapshotted', 'snapshotting'],
  operation: ['ran', 'running'],
  clone: ['cloned', 'cloning'],
};

/** What happened to one window: `OK created batch 2024-08-31 of gold.daily`. */
export function batchText(
  {
    status,
    batch,
  }: { readonly status: BatchEnd['status'] | 'started'; readonly batch: BatchPlace },
  { label }: NodeFacts,
): string {
  return `${BATCH_WORDS[status]} batch ${batch.label} of ${label}`;
}

const BATCH_WORDS = {
  started: 'START',
  success: 'OK created',
  error: 'ERROR creating',
  skipped: 'SKIP',
} as const;

type BatchEnd = Extract<RunEvent, { kind: 'batch_finished' }>;

/** What stands in the brackets of a window: `SELECT 12`, `ERROR`, `SKIPPED`. */
export const batchWord = ({ status, message }: BatchEnd): string =>
  status === 'success' ? (firstLine(harmless(message)) ?? 'OK') : status.toUpperCase();

/** What stands in the brackets: `SELECT 12`, `PASS`, `FAIL 3`, `SKIP`. */
export function statusWord(outcome: NodeOutcome): string {
  switch (outcome.status) {
    case 'success':
      return firstLine(harmless(outcome.message ?? '')) ?? 'OK';
    case 'pass':
      return 'PASS';
    case 'fail':
      return `FAIL ${outcome.failures ?? ''}`.trimEnd();
    case 'warn':
      return `WARN ${outcome.failures ?? ''}`.trimEnd();
    case 'skipped':
      return 'SKIP';
    case 'no-op':
      return 'NO-OP';
    case 'partial success':
      return 'PARTIAL SUCCESS';
    case 'error':
      // a source that could be asked and is too old
      return outcome.id.startsWith('source.') ? 'ERROR STALE' : 'ERROR';
    default:
      return 'ERROR';
  }
}

/** True for what could not be carried out, as against a test that failed. */
const isError = ({ status }: NodeOutcome): boolean =>
  status === 'error' || status === 'runtime error';

/** True for what makes a run end badly. */
export const isFailure = (outcome: NodeOutcome): boolean =>
  isError(outcome) || outcome.status === 'fail';

/** Outcomes counted under the words of the last line. */
export interface Tally {
  readonly pass: number;
  readonly warn: number;
  readonly error: number;
  readonly skip: number;
  readonly noop: number;
  readonly total: number;
  readonly partial: number;
}

/** Counts outcomes, and hooks of the run that failed as errors; a partial success counts as an error too, as in dbt. */
export function tallyOf(outcomes: readonly NodeOutcome[], failedHooks = 0): Tally {
  const those = (...statuses: readonly NodeOutcome['status'][]): number =>
    outcomes.filter((o) => statuses.includes(o.status)).length;
  return {
    pass: those('pass', 'success'),
    warn: those('warn'),
    error: those('error', 'runtime error', 'fail', 'partial success') + failedHooks,
    skip: those('skipped'),
    noop: those('no-op'),
    total: outcomes.length + failedHooks,
    partial: those('partial success'),
  };
}

/** The last line of a run, which schedulers read. */
export const doneText = (t: Tally): string =>
  `Done. PASS=${t.pass} WARN=${t.warn} ERROR=${t.error} SKIP=${t.skip} NO-OP=${t.noop} TOTAL=${t.total}`;

/** `Completed successfully`, or with what. */
export function summaryText(tally: Tally, isCancelled: boolean): string {
  const partial = `${tally.partial} partial ${tally.partial === 1 ? 'success' : 'successes'}`;
  const warnings = count(tally.warn, 'warning');
  const errors = tally.error - tally.partial;
  if (isCancelled) return 'Stopped before the end';
  if (errors > 0) return `Completed with ${count(errors, 'error')}, ${partial}, and ${warnings}:`;
  if (tally.partial > 0) return `Completed with ${partial} and ${warnings}`;
  return tally.warn > 0 ? `Completed with ${warnings}:` : 'Completed successfully';
}

/** `Finished running 3 table models, 5 seeds in 0 hours 0 minutes and 2.31 seconds (2.31s).` */
export function finishedText(facts: readonly NodeFacts[], seconds: number): string {
  const counts = new Map<string, number>();
  for (const one of facts) counts.set(kindNoun(one), (counts.get(kindNoun(one)) ?? 0) + 1);
  const what = [...counts]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([noun, number]) => count(number, noun))
    .join(', ');
  const minutes = Math.floor(seconds / 60);
  const rest = (seconds - minutes * 60).toFixed(2);
  const time = `${Math.floor(minutes / 60)} hours ${minutes % 60} minutes and ${rest} seconds`;
  return `Finished running ${what === '' ? 'nothing' : what} in ${time} (${seconds.toFixed(2)}s).`;
}

/** Fills a line with dots up to the bracket: `1 of 20 OK created … ....... [SELECT 12 in 0.12s]`. */
export function fancyLine(
  progress: string,
  text: string,
  bracket: { readonly shown: string; readonly seconds?: number },
  width: number,
): string {
  const time = bracket.seconds === undefined ? '' : ` in ${bracket.seconds.toFixed(2)}s`;
  return `${`${progress}${text} `.padEnd(width, '.')} [${bracket.shown}${time}]`;
}

/** Seconds that a node or a window took. */
export const secondsOf = ({
  startedAt,
  finishedAt,
}: Pick<NodeOutcome, 'startedAt' | 'finishedAt'>): number =>
  Math.max(0, finishedAt.getTime() - startedAt.getTime()) / 1000;

const firstLine = (text: string): string | undefined => {
  const line = text.split('\n')[0];
  return line === '' ? undefined : line;
};
