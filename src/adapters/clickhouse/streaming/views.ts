// What the text and the config of a materialized_view model say, in the words that dbt-clickhouse gave them.
import type { EngineConfig } from '../../../adapter/contract.ts';
import type { RelationName } from '../../../kernel/relation.ts';
import { refuse } from '../config-problem.ts';
import type { Feeder } from '../facts.ts';

/** One of the views that write into a target. */
export interface View {
  /** what is added to the model's name */
  readonly suffix: string;
  readonly select: string;
}

const BEGIN = /--\s?([^:\s]+):begin/g;

/**
 * The views of a model: one for each pair of comments `--a:begin` and `--a:end`, or one of all its text. Throws an EtlError
 * ETL4004 for a comment without its other half.
 */
export function viewsOf(select: string): readonly View[] {
  const begins = [...select.matchAll(BEGIN)];
  if (begins.length === 0) return [{ suffix: 'mv', select }];
  return begins.map((begin) => {
    const suffix = begin[1] ?? '';
    const rest = select.slice(begin.index + begin[0].length);
    const end = ['--', '-- '].map((dashes) => rest.indexOf(`${dashes}${suffix}:end`));
    const at = Math.min(...end.filter((i) => i >= 0));
    if (at === Number.POSITIVE_INFINITY)
      throw refuse(
        'materialized_view',
        `has a comment "--${suffix}:begin" without its "--${suffix}:end"`,
        `Write --${suffix}:end where the query of that view ends.`,
      );
    return { suffix, select: rest.slice(0, at) };
  });
}

const TARGET = /--\s*materialization_target_table:\s*(.+?)\s*$/m;
const PART = '(?:`((?:[^`\\\\]|\\\\.)*)`|"([^"]*)"|([^\\s.`"(]+))';
const ADDRESS = new RegExp(`${PART}\\.${PART}`);

function addressIn(text: string): RelationName | undefined {
  const found = ADDRESS.exec(text);
  if (found === null) return undefined;
  const [, a, b, c, d, e, f] = found;
  return { schema: a ?? b ?? c ?? '', name: d ?? e ?? f ?? '' };
}

/** The table that a model names as the target of its view; undefined where the view has a target of its own. */
export function namedTarget(select: string): RelationName | undefined {
  const written = TARGET.exec(select)?.[1];
  if (written === undefined) return undefined;
  const address = addressIn(written);
  if (address === undefined)
    throw refuse(
      'materialization_target_table',
      `names "${written}", which is not schema.table`,
      "Write {{ materialization_target_table(ref('the_table')) }}.",
    );
  return address;
}

const HEAD = /^CREATE MATERIALIZED VIEW .*? TO /s;

/** Where a live view writes to, from its CREATE statement. */
export function targetOf(definition: string): RelationName | undefined {
  const head = HEAD.exec(definition)?.[0];
  return head === undefined ? undefined : addressIn(definition.slice(head.length));
}

/** How a live view is refreshed; undefined for one that hears of every INSERT. */
export function refreshOf(definition: string): { readonly append: boolean } | undefined {
  const head = HEAD.exec(definition)?.[0] ?? '';
  return / REFRESH (EVERY|AFTER) /.test(head) ? { append: / APPEND /.test(head) } : undefined;
}

/** The views that write into a table and are somebody's: not those that another run has beside it. */
export const lasting = (feeders: readonly Feeder[] = []): readonly Feeder[] =>
  feeders.filter(({ name }) => !name.startsWith('__etl_'));

/** Whether the rows that are there already are taken along. */
export const catchesUp = (config: EngineConfig): boolean => {
  const asked = config['catchup'];
  return asked === undefined || asked === null || asked === true || asked === 'true' || asked === 1;
};
