// The config `refreshable`: a materialized view that runs its whole query by a clock.
import type { EngineConfig } from '../../../adapter/contract.ts';
import type { Statement } from '../../../adapter/statement.ts';
import { refuse } from '../config-problem.ts';
import { text } from '../quote.ts';
import { repeatable } from '../statements.ts';

export interface Refresh {
  /** `REFRESH EVERY 1 HOUR APPEND` */
  readonly clause: string;
  readonly append: boolean;
  readonly dependsOn: readonly string[];
  /** each of `dependsOn` has to be there */
  readonly isChecked: boolean;
}

const KEYS = ['interval', 'randomize', 'depends_on', 'depends_on_validation', 'append'];

function listOf(value: unknown): readonly string[] {
  if (value === undefined || value === null || value === '') return [];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (!list.every((item): item is string => typeof item === 'string'))
    throw refuse(
      'refreshable',
      'gives "depends_on" neither a text nor a list of texts',
      'Write depends_on: [schema.view].',
    );
  return list;
}

/** What `refreshable` asks for; undefined where it is absent or false. Throws an EtlError ETL4004 for what it cannot mean. */
export function refreshable(config: EngineConfig, schema: string): Refresh | undefined {
  const asked = config['refreshable'];
  if (asked === undefined || asked === null || asked === false) return undefined;
  if (typeof asked !== 'object' || Array.isArray(asked))
    throw refuse('refreshable', 'is not a map', 'Write refreshable: {interval: EVERY 1 HOUR}.');
  const given = asked as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(given).find((key) => !KEYS.includes(key));
  if (unknown !== undefined)
    throw refuse(
      'refreshable',
      `has the unknown key "${unknown}"`,
      `It takes: ${KEYS.join(', ')}.`,
    );
  const { interval, randomize, append } = given;
  if (typeof interval !== 'string' || interval.trim() === '')
    throw refuse('refreshable', 'has no "interval"', 'Write interval: EVERY 1 HOUR.');
  const isAppend = append === true || append === 'true';
  const dependsOn = listOf(given['depends_on']).map((name) =>
    name.includes('.') ? name : `${schema}.${name}`,
  );
  return {
    clause: [
      `REFRESH ${interval.trim()}`,
      ...(typeof randomize === 'string' && randomize !== '' ? [`RANDOMIZE FOR ${randomize}`] : []),
      ...(dependsOn.length === 0 ? [] : [`DEPENDS ON ${dependsOn.join(', ')}`]),
      ...(isAppend ? ['APPEND'] : []),
    ].join(' '),
    append: isAppend,
    dependsOn,
    isChecked: given['depends_on_validation'] === true,
  };
}

/** Fails where a refreshable view that this one waits for is not there: the engine itself would wait for it for ever. */
export const checked = (refresh: Refresh | undefined): readonly Statement[] =>
  refresh?.isChecked === true
    ? refresh.dependsOn.map((name) =>
        repeatable(
          'read',
          `SELECT throwIf(count() = 0, ${text(`depends_on: there is no refreshable view ${name}`)}) FROM system.view_refreshes WHERE concat(database, '.', view) = ${text(name.replaceAll('`', ''))}`,
        ),
      )
    : [];
