// Versions of models: `versions:` of a property file gives several files one name.
import { configText } from '../kernel/config-text.ts';
import type { Span } from '../kernel/diagnostic.ts';
import { nodeId } from '../kernel/node-id.ts';
import type { NodeVersion } from '../manifest/node.ts';
import { compareVersions } from '../manifest/versions.ts';
import type { Draft, DraftVersion } from './draft.ts';
import { errorOf, warningOf } from './problems.ts';
import { listAt } from './properties.ts';
import type { Property } from './properties.ts';
import { pythonStr } from './python-text.ts';
import type { World } from './world.ts';
import { isYamlMap } from './yaml.ts';
import type { YamlMap, YamlPath } from './yaml.ts';

interface Entry {
  readonly v: NodeVersion;
  /** `1`, `2.0`: how names and ids write it */
  readonly text: string;
  readonly value: YamlMap;
  readonly path: YamlPath;
}

/** A version as written: 1 and 1.0 are two, and only the first is a number here. */
function versionOf(property: Property, path: YamlPath): Omit<Entry, 'value' | 'path'> | undefined {
  const exact = property.file.document.exact(path);
  if (exact === null || exact === undefined || isYamlMap(exact) || Array.isArray(exact))
    return undefined;
  const text = pythonStr(exact);
  if (typeof exact === 'string') return { v: exact, text };
  return { v: String(Number(text)) === text ? Number(text) : text, text };
}

class Reader {
  readonly #world: World;
  readonly #property: Property;

  constructor(world: World, property: Property) {
    this.#world = world;
    this.#property = property;
  }

  tell(message: string, path: YamlPath, hint: string): void {
    const at: Span = this.#property.file.document.spanOf(path);
    this.#world.diagnostics.push(errorOf('ETL1030', message, { at, hint }));
  }

  entries(): readonly Entry[] {
    const { value, path, file, name } = this.#property;
    const found: Entry[] = [];
    for (const item of listAt(
      value['versions'],
      [...path, 'versions'],
      file,
      this.#world.diagnostics,
    )) {
      const version = versionOf(this.#property, [...item.path, 'v']);
      if (!isYamlMap(item.value) || version === undefined) {
        this.tell(`a version of "${name}" needs a "v"`, item.path, 'Write: - v: 1');
        continue;
      }
      if (found.some(({ text }) => text === version.text))
        this.tell(
          `"${name}" has the version ${version.text} twice`,
          [...item.path, 'v'],
          'Give each version its own number.',
        );
      else found.push({ ...version, value: item.value, path: item.path });
    }
    return found;
  }

  /** The version that a ref without one means: `latest_version`, else the highest. */
  latest(entries: readonly Entry[]): NodeVersion | undefined {
    const { path, name } = this.#property;
    const asked = versionOf(this.#property, [...path, 'latest_version']);
    if (asked === undefined)
      return entries
        .map(({ v }) => v)
        .toSorted(compareVersions)
        .at(-1);
    const found = entries.find(({ v }) => v === asked.v);
    if (found === undefined)
      this.tell(
        `latest_version ${asked.text} is not a version of "${name}"`,
        [...path, 'latest_version'],
        `Versions: ${entries.map(({ text }) => text).join(', ')}.`,
      );
    return found?.v;
  }
}

/** A date of a property file as dbt writes it: ISO 8601 with a zone, midnight where there is no time. */
export function isoDate(
  world: World,
  property: Property,
  value: unknown,
  path: YamlPath,
): string | null {
  if (value === undefined || value === null) return null;
  const text = configText(value);
  const match =
    /^(\d{4}-\d\d-\d\d)(?:[Tt ]+(\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/.exec(
      text,
    );
  const [, day = '', time = '00:00:00', zone = 'Z'] = match ?? [];
  const full = time.length === 5 ? `${time}:00` : time;
  const [sign, hours = '00', minutes = '00'] =
    zone === 'Z'
      ? ['+']
      : [zone.slice(0, 1), zone.slice(1, 3), zone.slice(3).replace(':', '') || '00'];
  const iso = `${day}T${full}${sign}${hours}:${minutes}`;
  if (match !== null && !Number.isNaN(Date.parse(iso))) return iso;
  world.diagnostics.push(
    errorOf('ETL1004', `"${text}" is no date`, {
      at: property.file.document.spanOf(path),
      hint: 'Write it as 2025-12-31, or as 2025-12-31 10:00:00+01:00.',
    }),
  );
  return null;
}

/** Entries of a version that go over those of the model. */
function configOver(model: unknown, version: unknown): YamlMap {
  const [below, above] = [model, version].map((value) => (isYamlMap(value) ? value : {}));
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above ?? {})) {
    const under = merged[key];
    if (Array.isArray(value) && Array.isArray(under))
      merged[key] = [...(value as unknown[]), ...(under as unknown[])];
    else merged[key] = isYamlMap(value) && isYamlMap(under) ? configOver(under, value) : value;
  }
  return merged;
}

const isFilled = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== '';

/** The entry of the model with what the version says instead. */
function versionProperty(property: Property, entry: Entry, latest: NodeVersion): Property {
  const { value: model } = property;
  const { value: own } = entry;
  const replaced = ['description', 'access', 'constraints', 'docs'].flatMap((key) =>
    isFilled(own[key]) ? [[key, own[key]] as const] : [],
  );
  return {
    ...property,
    value: {
      ...model,
      ...Object.fromEntries(replaced),
      config: configOver(model['config'], own['config']),
      deprecation_date: own['deprecation_date'],
    },
    version: { v: entry.v, text: entry.text, latest, value: own, path: entry.path },
  };
}

const asVersion = (draft: Draft, property: Property, version: DraftVersion): Draft => ({
  ...draft,
  id: nodeId(`model.${property.packageName}.${property.name}.v${version.text}`),
  name: property.name,
  fqn: [...draft.fqn.slice(0, -1), property.name, `v${version.text}`],
  version,
});

/** The drafts with their versions, and what describes those that are one. */
export interface Versioned {
  readonly drafts: readonly Draft[];
  readonly patches: ReadonlyMap<Draft, Property>;
  /** the entries with versions: they describe no file by their own name */
  readonly read: ReadonlySet<Property>;
}

/**
 * Gives each file that is a version of a model the model's name: `<model>_v<version>`, what `defined_in` names, or for the
 * latest one `<model>`. A version without a file is told (ETL3010); a list that cannot be right is an ETL1030.
 */
export function applyVersions(
  world: World,
  drafts: readonly Draft[],
  properties: readonly Property[],
): Versioned {
  const files = new Map<string, Draft>();
  for (const draft of drafts)
    if (draft.type === 'model') files.set(`${draft.package.project.name}.${draft.name}`, draft);
  const renamed = new Map<Draft, Draft>();
  const patches = new Map<Draft, Property>();
  const read = new Set<Property>();
  for (const property of properties) {
    if (property.section !== 'models' || !isFilled(property.value['versions'])) continue;
    read.add(property);
    const reader = new Reader(world, property);
    const entries = reader.entries();
    const latest = reader.latest(entries);
    if (latest === undefined) continue;
    for (const entry of entries) {
      const { packageName, name } = property;
      const defined = entry.value['defined_in'];
      const wanted = typeof defined === 'string' ? defined : `${name}_v${entry.text}`;
      const file =
        files.get(`${packageName}.${wanted}`) ??
        (entry.v === latest ? files.get(`${packageName}.${name}`) : undefined);
      if (file === undefined) {
        world.diagnostics.push(
          warningOf('ETL3010', `there is no file for version ${entry.text} of "${name}"`, {
            at: property.file.document.spanOf([...entry.path, 'v']),
            hint: `Add ${wanted}.sql, or name the file: defined_in: the_file`,
          }),
        );
        continue;
      }
      const patch = versionProperty(property, entry, latest);
      const version = { v: entry.v, text: entry.text, latest };
      const draft = asVersion(file, property, version);
      renamed.set(file, draft);
      patches.set(draft, patch);
    }
  }
  return { drafts: drafts.map((draft) => renamed.get(draft) ?? draft), patches, read };
}
