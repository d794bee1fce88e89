import type { Diagnostic } from '../kernel/diagnostic.ts';
import { nearestName } from '../kernel/did-you-mean.ts';
import type { ConfigValues } from './config-merge.ts';
import { CONFIG_KEYS } from './config-keys.ts';
import { warningOf } from './problems.ts';
import type { ProjectFile } from './project-file.ts';
import { CONFIG_SECTIONS } from './project-keys.ts';
import type { ConfigSection } from './project-keys.ts';
import { isYamlMap } from './yaml.ts';
import type { YamlMap } from './yaml.ts';

/** Configs of one level: `+key`, and keys without `+` whose value is no mapping (a mapping is a folder). */
function ownConfigs(level: YamlMap): ConfigValues {
  const configs: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(level)) {
    if (key.startsWith('+')) configs[key.slice(1).trim()] = value;
    else if (!isYamlMap(value)) configs[key] = value;
  }
  return configs;
}

/** By tree and by its deepest level that applies: many resources share one, and a tree never changes. */
const KNOWN = new WeakMap<YamlMap, WeakMap<YamlMap, readonly ConfigValues[]>>();

/**
 * The configs that a tree holds for a resource, from the loosest level to the closest. Resources to which the same levels apply get
 * the same list.
 */
export function configLevels(tree: YamlMap, fqn: readonly string[]): readonly ConfigValues[] {
  let deepest = tree;
  for (const step of fqn) {
    const next = Object.hasOwn(deepest, step) ? deepest[step] : undefined;
    if (!isYamlMap(next)) break;
    deepest = next;
  }
  let known = KNOWN.get(tree);
  if (known === undefined) KNOWN.set(tree, (known = new WeakMap()));
  let levels = known.get(deepest);
  if (levels === undefined) known.set(deepest, (levels = levelsTo(tree, fqn)));
  return levels;
}

function levelsTo(tree: YamlMap, fqn: readonly string[]): readonly ConfigValues[] {
  const levels = [ownConfigs(tree)];
  let level = tree;
  for (const step of fqn) {
    const next = Object.hasOwn(level, step) ? level[step] : undefined;
    if (!isYamlMap(next)) break;
    levels.push(ownConfigs(next));
    level = next;
  }
  return levels;
}

interface Walk {
  readonly project: ProjectFile;
  readonly section: ConfigSection;
  /** how dbt_project.yml spells the section */
  readonly written: string;
  /** every beginning of every fqn, joined */
  readonly used: ReadonlySet<string>;
  readonly diagnostics: Diagnostic[];
}

function checkLevel(level: YamlMap, path: readonly string[], walk: Walk): void {
  const { project, section, written, used, diagnostics } = walk;
  const known = CONFIG_KEYS[section];
  for (const [key, value] of Object.entries(level)) {
    const at = [written, ...path, key];
    const name = key.replace(/^\+\s*/, '');
    if (key.startsWith('+') || !isYamlMap(value)) {
      const nearest = known.includes(name) ? undefined : nearestName(name, known);
      if (nearest !== undefined)
        diagnostics.push(
          warningOf('ETL1005', `unknown config "${name}"`, {
            at: project.document.keySpanOf(at),
            hint: `Did you mean "${nearest}"? A value of your own belongs below +meta.`,
          }),
        );
      continue;
    }
    const inner = [...path, key];
    // dbt reads this one without a plus, too
    if (section === 'exposures' && path.length === 0 && key === 'meta') continue;
    if (used.has(inner.join('\u0000'))) {
      checkLevel(value, inner, walk);
      continue;
    }
    diagnostics.push(
      warningOf('ETL1013', `the config path ${[written, ...inner].join('.')} applies to nothing`, {
        at: project.document.keySpanOf(at),
        hint: known.includes(key)
          ? `Write "+${key}": a mapping without "+" is taken for a folder.`
          : `No ${section.replace('_', ' ')} lie below ${inner.join('/')}.`,
      }),
    );
  }
}

/** Warns of config paths that apply to nothing and of misspelled config keys, in the root project's file. */
export function checkConfigTrees(
  project: ProjectFile,
  fqns: Readonly<Partial<Record<ConfigSection, readonly (readonly string[])[]>>>,
): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  for (const section of CONFIG_SECTIONS) {
    const used = new Set<string>();
    for (const fqn of fqns[section] ?? [])
      fqn.forEach((_, i) => used.add(fqn.slice(0, i + 1).join('\u0000')));
    const raw = isYamlMap(project.document.value) ? project.document.value : {};
    for (const written of section === 'data_tests' ? ['data_tests', 'tests'] : [section]) {
      const tree = raw[written];
      if (isYamlMap(tree)) checkLevel(tree, [], { project, section, written, used, diagnostics });
    }
  }
  return diagnostics;
}
