// The columns that tell the rows of a model apart, as far as the project says so: dbt's rules.
import type { NodeId } from '../kernel/node-id.ts';
import { textsOf } from './texts.ts';
import type { ConfiguredDraft } from './draft.ts';

/** A generic test as far as keys are concerned. */
export interface KeyTest {
  readonly name: string;
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly enabled: boolean;
}

const UNIQUE: ReadonlySet<string> = new Set(['unique', 'unique_combination_of_columns']);

function columnsOf({ kwargs }: KeyTest): readonly string[] {
  const { column_name: column, combination_of_columns: combination } = kwargs;
  if (typeof column === 'string') return [column];
  return Array.isArray(combination) ? textsOf(combination) : [];
}

function inferred(draft: ConfiguredDraft, tests: readonly KeyTest[]): readonly string[] {
  const ofModel = draft.constraints.find(({ type }) => type === 'primary_key');
  if (ofModel !== undefined) return ofModel.columns;
  for (const [name, column] of Object.entries(draft.columns))
    if (column.constraints.some(({ type }) => type === 'primary_key')) return [name];
  const named = (keep: (test: KeyTest) => boolean): ReadonlySet<string> =>
    new Set(tests.filter(keep).flatMap(columnsOf));
  const enabled = named((test) => UNIQUE.has(test.name) && test.enabled);
  const disabled = named((test) => UNIQUE.has(test.name) && !test.enabled);
  const filled = named((test) => test.name === 'not_null');
  const both = [...filled].filter((name) => enabled.has(name) || disabled.has(name));
  return [both, [...enabled], [...disabled]].find((names) => names.length > 0) ?? [];
}

/** `primary_key` of a model: its key constraint, else the columns with tests that make a key, sorted. */
export const primaryKeyOf = (
  draft: ConfiguredDraft,
  tests: ReadonlyMap<NodeId, readonly KeyTest[]>,
): readonly string[] => [...new Set(inferred(draft, tests.get(draft.id) ?? []))].toSorted();
