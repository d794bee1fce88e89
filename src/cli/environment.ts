import { OPTIONS, type OptionSpec } from './options.ts';

const TRUE = /^(1|true|t|yes|y|on)$/i;
const FALSE = /^(0|false|f|no|n|off|)$/i;

/** Older names of dbt for the same: the name, the option, and whether it says the opposite. */
const OLD_NAMES: readonly (readonly [name: string, key: string, isOpposite: boolean])[] = [
  ['DEFER_TO_STATE', 'defer', false],
  ['FAVOR_STATE_MODE', 'favorState', false],
  ['ARTIFACT_STATE_PATH', 'state', false],
  ['NO_PRINT', 'print', true],
];

/** Values of a command's options that the environment gives: ETL_<NAME> before DBT_ENGINE_<NAME> before DBT_<NAME>. */
export function optionsFromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  options: readonly OptionSpec[] = OPTIONS,
): Readonly<Record<string, unknown>> {
  const read = (name: string): string | undefined =>
    env[`ETL_${name}`] ?? env[`DBT_ENGINE_${name}`] ?? env[`DBT_${name}`];
  const values: Record<string, unknown> = {};
  for (const [name, key, isOpposite] of OLD_NAMES) {
    const option = OPTIONS.find((o) => o.key === key);
    const value = option && valueOf(option, read(name));
    if (value !== undefined) values[key] = isOpposite ? value !== true : value;
  }
  for (const option of options) {
    if (option.env === undefined) continue;
    const value = valueOf(option, read(option.env));
    if (value !== undefined) values[option.key] = value;
  }
  return values;
}

/** A text of the environment as the option's value; a word that is neither yes nor no is left to the check of all values. */
function valueOf({ kind }: OptionSpec, text: string | undefined): unknown {
  if (text === undefined || text === '') return undefined;
  if (kind === 'number') return /^-?\d+$/.test(text) ? Number(text) : text;
  if (kind === 'list') return text.split(/\s+/).filter((word) => word !== '');
  if (kind !== 'flag') return text;
  return TRUE.test(text) ? true : FALSE.test(text) ? false : text;
}
