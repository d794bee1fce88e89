// The configs of a microbatch model, read and checked.
import type { Checked, Diagnostic } from '../kernel/diagnostic.ts';
import { configText } from '../kernel/config-text.ts';
import { didYouMean } from '../kernel/did-you-mean.ts';
import type { ExecutableNode, SourceNode } from '../manifest/node.ts';
import { errorOf, warningOf } from './problems.ts';

const SIZES = ['hour', 'day', 'month', 'year'] as const;

export interface MicrobatchConfig {
  readonly eventTime: string;
  readonly begin: Date;
  readonly size: (typeof SIZES)[number];
  readonly lookback: number;
}

export const isMicrobatch = (node: ExecutableNode): boolean =>
  node.resource_type === 'model' &&
  node.config.materialized === 'incremental' &&
  node.config['incremental_strategy'] === 'microbatch';

const MOMENT =
  /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d)(?::?(\d\d)(?::?(\d\d)(?:\.(\d{1,6}))?)?)?)?(?:Z|[+-]\d\d:?\d\d)?$/;

/** A moment as ISO 8601 writes it, taken as UTC whatever its zone is, as dbt takes it; undefined for anything else. */
export function readMoment(text: string): Date | undefined {
  const found = MOMENT.exec(text.trim());
  if (found === null) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', rest = '0'] = found;
  const moment = new Date(
    `${year}-${month}-${day}T${hour}:${minute}:${second}.${rest.padEnd(3, '0').slice(0, 3)}Z`,
  );
  // 31 February is no day
  return Number.isNaN(moment.getTime()) || moment.getUTCDate() !== Number(day) ? undefined : moment;
}

/** Reads the configs of a microbatch model; what is missing or wrong is ETL4040. */
export function microbatchConfig(node: ExecutableNode): Checked<MicrobatchConfig> {
  const { config } = node;
  const diagnostics: Diagnostic[] = [];
  const wrong = (message: string, hint: string): undefined => {
    const at = node.place;
    diagnostics.push(
      errorOf('ETL4040', `the microbatch model ${node.name} ${message}`, {
        at,
        node: node.unique_id,
        hint,
      }),
    );
    return undefined;
  };
  const eventTime = config['event_time'];
  const column =
    typeof eventTime === 'string' && eventTime !== ''
      ? eventTime
      : wrong('has no event_time', "Set event_time='<column>': the time of a row, in UTC.");
  const written = config['batch_size'];
  const size =
    SIZES.find((known) => known === written) ??
    wrong(
      written === undefined || written === null
        ? 'has no batch_size'
        : `has the batch_size "${configText(written)}"`,
      (typeof written === 'string' ? didYouMean(written, SIZES) : undefined) ??
        `Set batch_size to one of: ${SIZES.join(', ')}.`,
    );
  const from = config['begin'];
  const begin =
    from === undefined || from === null
      ? wrong('has no begin', "Set begin='2024-01-01': the day from which on rows are built.")
      : (readMoment(configText(from)) ??
        wrong(
          `has the begin "${configText(from)}", which is no date`,
          "Write it as begin='2024-01-01' or begin='2024-01-01T06:00:00'.",
        ));
  const back = config['lookback'] ?? 1;
  const lookback =
    typeof back === 'number' && Number.isInteger(back) && back >= 0
      ? back
      : wrong('has a lookback that is no whole number', 'Set lookback to 0, 1, 2 and so on.');
  const isWhole =
    column !== undefined && size !== undefined && begin !== undefined && lookback !== undefined;
  return {
    value: isWhole ? { eventTime: column, size, begin, lookback } : undefined,
    diagnostics,
  };
}

type Parents = Readonly<Record<string, Pick<ExecutableNode | SourceNode, 'name' | 'config'>>>;

/** Whether a parent can be read in a window; one whose event_time is no column is ETL4040. */
function inputProblems(node: ExecutableNode, parents: Parents): readonly Diagnostic[] {
  const { name, place: at, unique_id: id } = node;
  const timed = node.depends_on.nodes.flatMap((parent) => {
    const { [parent]: input } = parents;
    const time = input?.config['event_time'] ?? '';
    return input === undefined || time === '' ? [] : [{ input, time }];
  });
  const wrong = timed.filter(({ time }) => typeof time !== 'string');
  if (wrong.length > 0)
    return wrong.map(({ input, time }) =>
      errorOf(
        'ETL4040',
        `the microbatch model ${name} reads ${input.name}, whose event_time is ${configText(time)} and no column`,
        { at, node: id, hint: `Set event_time of ${input.name} to the name of a column.` },
      ),
    );
  if (timed.length > 0) return [];
  const message = `the microbatch model ${name} reads nothing that has an event_time: every window reads all rows, which may give rows more than once`;
  const hint = 'Set event_time on the models, seeds or sources that it reads.';
  return [warningOf('ETL4045', message, { at, node: id, hint })];
}

/** What is wrong with the microbatch models of a project, and what gives them more rows than their windows have. */
export const microbatchProblems = ({
  nodes,
  sources,
}: {
  readonly nodes: Readonly<Record<string, ExecutableNode>>;
  readonly sources: Readonly<Record<string, SourceNode>>;
}): readonly Diagnostic[] =>
  Object.values(nodes)
    .filter(isMicrobatch)
    .flatMap((node) => {
      const { diagnostics } = microbatchConfig(node);
      return diagnostics.length > 0 ? diagnostics : inputProblems(node, { ...sources, ...nodes });
    });
