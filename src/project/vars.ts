import type { Checked } from '../kernel/diagnostic.ts';
import { errorOf, placeOf } from './problems.ts';
import { isYamlMap, parseYaml } from './yaml.ts';
import type { YamlMap } from './yaml.ts';

/** Reads the text of `--vars`: a YAML mapping, or `key: value`. */
export function parseVars(text: string): Checked<YamlMap> {
  const { value, diagnostics } = parseYaml(text, '--vars');
  if (value === undefined) return { value: undefined, diagnostics };
  const vars = value.exact([]);
  if (vars === null || vars === undefined) return { value: {}, diagnostics };
  if (isYamlMap(vars)) return { value: vars, diagnostics };
  return {
    value: undefined,
    diagnostics: [
      errorOf('ETL1001', '--vars must be a YAML mapping', {
        at: placeOf('--vars'),
        hint: `Write --vars '{name: value}'.`,
      }),
    ],
  };
}
