import type { Checked } from '../kernel/diagnostic.ts';
import { errorOf, placeOf } from './problems.ts';
import { isYamlMap, parseYaml } from './yaml.ts';
import type { YamlMap } from './yaml.ts';

/** Reads the text of `--vars` or `--args`: a YAML mapping, or `key: value`. */
export function parseMapping(
  text: string,
  option: '--vars' | '--args' | '--warn-error-options' | '--sample',
): Checked<YamlMap> {
  const { value, diagnostics } = parseYaml(text, option);
  if (value === undefined) return { value: undefined, diagnostics };
  const mapping = value.exact([]);
  if (mapping === null || mapping === undefined) return { value: {}, diagnostics };
  if (isYamlMap(mapping)) return { value: mapping, diagnostics };
  return {
    value: undefined,
    diagnostics: [
      errorOf('ETL1001', `${option} must be a YAML mapping`, {
        at: placeOf(option),
        hint: `Write ${option} '{name: value}'.`,
      }),
    ],
  };
}
