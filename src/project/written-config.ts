// Configs as a file writes them, so that a variable of the environment or of --vars is no change of the config.
import { isEtlError } from '../kernel/error.ts';
import { toPython } from '../jinja/py/convert.ts';
import { toPlain } from '../jinja/scope/plain.ts';
import { extractMentions } from '../jinja/static-extract.ts';
import type { StaticValue } from '../jinja/static-extract.ts';
import type { PreviousNode, PreviousState } from '../manifest/previous-state.ts';
import type { ConfigValues } from './config-merge.ts';
import type { Property } from './properties.ts';
import { isYamlMap } from './yaml.ts';
import type { YamlMap, YamlPath } from './yaml.ts';

interface Written {
  /** the values that stand in the file, the first one of each key */
  readonly literal: ConfigValues;
  /** the texts of those that have to be computed */
  readonly computed: ConfigValues;
  /** a call stands in a branch or a loop */
  readonly isConditional: boolean;
}

/** Strings, names of arguments, words and numbers: what is left of a call with literal arguments only is brackets. */
const PLAIN = /"[^"\\]*"|'[^'\\]*'|\w+\s*=(?!=)|\b(?:true|false|none)\b|-?\b\d[\d.]*/gi;
const isPlain = (text: string): boolean => {
  const calls = [...text.matchAll(/\{\{-?\s*config\s*\(([\s\S]*?)\)\s*-?\}\}/g)];
  // a branch that begins behind the last call holds none
  const before = text.slice(0, calls.at(-1)?.index ?? text.length);
  return (
    !/\{%[-+]?\s*(?:if|for)\b/.test(before) &&
    calls.length === text.split(/\bconfig\s*\(/).length - 1 &&
    calls.every(([, given = '']) => !/[\w(]/.test(given.replaceAll(PLAIN, '')))
  );
};

function plain(value: StaticValue): unknown {
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, one]) => [String(key), plain(one)]));
  if (Array.isArray(value)) return (value as readonly StaticValue[]).map(plain);
  return typeof value === 'bigint' ? Number(value) : value;
}

/** The config() calls of a text; undefined when it has none, or cannot be read. */
function writtenIn(text: string, file: string): Written | undefined {
  if (!/\bconfig\s*\(/.test(text)) return undefined;
  const [literal, computed]: [Record<string, unknown>, Record<string, unknown>] = [{}, {}];
  try {
    const { configs } = extractMentions(text, file);
    for (const { kwargs, computed: texts } of configs) {
      const isNew = (key: string): boolean => !(key in literal) && !(key in computed);
      for (const [key, one] of texts) if (isNew(key)) computed[key] = one;
      for (const [key, value] of kwargs) if (isNew(key)) literal[key] = plain(value);
    }
    return { literal, computed, isConditional: configs.some((call) => call.conditional) };
  } catch (error) {
    // what is wrong with the text is told where it is rendered
    if (isEtlError(error)) return undefined;
    throw error;
  }
}

/** The configs that the calls of a text gave, with those that were computed as they are written. */
export function writtenCalls(text: string, file: string, calls: ConfigValues): ConfigValues {
  if (isPlain(text)) return calls;
  const written = writtenIn(text, file);
  if (written === undefined) return calls;
  return { ...calls, ...(written.isConditional ? written.literal : {}), ...written.computed };
}

/** The config of an entry with the values below `config:` as they stand in the file; hooks are never rendered before. */
export function writtenYaml(patch: Property | undefined, config: ConfigValues): ConfigValues {
  if (patch === undefined) return config;
  const { document } = patch.file;
  const at = (path: YamlPath): YamlMap => {
    // 1.0 is 1 in the manifest, as everywhere
    const found = toPlain(toPython(document.exact([...path, 'config'])));
    return isYamlMap(found) ? found : {};
  };
  const raw = { ...at(patch.path), ...(patch.version === undefined ? {} : at(patch.version.path)) };
  const isTemplate = (value: unknown): boolean => /\{[{%]/.test(JSON.stringify(value) ?? '');
  return {
    ...config,
    ...Object.fromEntries(
      Object.entries(raw).filter(([key, value]) => key in config && isTemplate(value)),
    ),
  };
}

/**
 * An earlier state with the configs of its nodes as they are written. Manifests of dbt have what was computed there, or a
 * syntax tree, or since 1.12 every value as a text.
 */
export function withWrittenConfigs<State extends PreviousState | undefined>(state: State): State {
  if (state?.manifest === undefined) return state;
  const nodes = Array.from(
    state.manifest.nodes,
    ([id, node]) => [id, withWrittenConfig(node)] as const,
  );
  return { ...state, manifest: { ...state.manifest, nodes: new Map(nodes) } };
}

function withWrittenConfig(old: PreviousNode): PreviousNode {
  const [text, config] = [old['raw_code'] ?? old['raw_sql'], old['unrendered_config']];
  if (typeof text !== 'string' || !isYamlMap(config)) return old;
  const isText = (value: unknown): boolean =>
    typeof value === 'string' && /^(?:[[({\d-]|True$|False$|None$|Keyword\()/.test(value);
  if (isPlain(text) && !Object.values(config).some(isText)) return old;
  const written = writtenIn(text, '');
  if (written === undefined) return old;
  const literal = Object.fromEntries(
    Object.entries(written.literal).filter(
      ([key, value]) =>
        written.isConditional ||
        (isText(config[key]) && config[key] !== value) ||
        (typeof config[key] === 'string' && typeof value !== 'string'),
    ),
  );
  return { ...old, unrendered_config: { ...config, ...literal, ...written.computed } };
}
