// One entry of packages.yml, read and checked. Which keys there are, and what dbt hashes of them, is said here alone.
import { jsonText } from '../jinja/py/json.ts';
import type { Diagnostic, Span } from '../kernel/diagnostic.ts';
import { didYouMean } from '../kernel/did-you-mean.ts';
import { readCondition, type VersionCondition } from '../kernel/semver.ts';
import { errorOf, warningOf } from './problems.ts';
import { toPython } from '../jinja/py/convert.ts';
import type { YamlMap } from './yaml.ts';

interface Common {
  /** how the package is called before its dbt_project.yml is read */
  readonly label: string;
  /** where it is asked for; absent for what a registry says */
  readonly at: Span | undefined;
  /** the folder below packages-install-path, in a lock file */
  readonly folder: string | undefined;
  /** the entry as dbt prints it before it hashes */
  readonly hashed: string;
}

export interface LocalSpec extends Common {
  readonly kind: 'local';
  readonly path: string;
}
export interface GitSpec extends Common {
  readonly kind: 'git';
  readonly url: string;
  /** the URL as it is written: a secret stays a call of env_var() */
  readonly writtenUrl: string;
  readonly revision: string | undefined;
  readonly subdirectory: string | undefined;
  readonly warnUnpinned: boolean;
}
export interface TarballSpec extends Common {
  readonly kind: 'tarball';
  readonly url: string;
  readonly writtenUrl: string;
  readonly name: string;
}
export interface HubSpec extends Common {
  readonly kind: 'hub';
  readonly package: string;
  readonly conditions: readonly VersionCondition[];
  readonly prereleases: boolean;
}

/** A package that something asks for. */
export type PackageSpec = LocalSpec | GitSpec | TarballSpec | HubSpec;

/** An entry with its templates rendered, and as it is written; floats are kept apart from integers in both. */
export interface PackageEntry {
  readonly rendered: YamlMap;
  readonly written: YamlMap;
  /** the place of a key, or of the entry */
  readonly spanOf: (key?: string) => Span | undefined;
}

const KEYS: Readonly<Record<string, readonly string[]>> = {
  local: ['local', 'name'],
  git: ['git', 'revision', 'warn-unpinned', 'warn_unpinned', 'subdirectory', 'name'],
  tarball: ['tarball', 'name'],
  package: ['package', 'version', 'install_prerelease', 'name'],
};

/** dbt's key order and defaults in front of its hash. */
function hashedText(kind: string, entry: PackageEntry): string {
  const { rendered, written } = entry;
  const or = (key: string, fallback: unknown): unknown => rendered[key] ?? fallback;
  const all: Record<string, unknown> = { [kind]: rendered[kind], unrendered: written };
  if (kind === 'git')
    Object.assign(all, {
      revision: or('revision', null),
      subdirectory: or('subdirectory', null),
      'warn-unpinned': rendered['warn-unpinned'] ?? or('warn_unpinned', null),
    });
  if (kind === 'package')
    Object.assign(all, {
      version: rendered['version'],
      install_prerelease: or('install_prerelease', false),
    });
  if (rendered['name'] !== undefined && rendered['name'] !== null) all['name'] = rendered['name'];
  return jsonText(toPython(all), { sortKeys: true });
}

class EntryReader {
  readonly #entry: PackageEntry;
  readonly #diagnostics: Diagnostic[];
  isSound = true;

  constructor(entry: PackageEntry, diagnostics: Diagnostic[]) {
    this.#entry = entry;
    this.#diagnostics = diagnostics;
  }

  wrong(key: string | undefined, message: string, hint: string): void {
    this.isSound = false;
    this.#diagnostics.push(errorOf('ETL1004', message, { at: this.#entry.spanOf(key), hint }));
  }

  /** A text, or a number as it is printed: `revision: 1.0`. */
  text(key: string): string | undefined {
    const value = this.#entry.rendered[key];
    if (value === undefined || value === null) return undefined;
    const text = typeof value === 'string' ? value : jsonText(toPython(value));
    if (typeof value === 'string' ? text !== '' : !/^[[{]/.test(text)) return text;
    this.wrong(
      key,
      `"${key}" of a package must be a text that is not empty`,
      'Put the value into quotes.',
    );
    return undefined;
  }

  flag(key: string): boolean | undefined {
    const value = this.#entry.rendered[key];
    if (value === undefined || value === null || typeof value === 'boolean')
      return value ?? undefined;
    this.wrong(
      key,
      `"${key}" of a package must be true or false`,
      `Write ${key}: true, or ${key}: false.`,
    );
    return undefined;
  }

  keys(kind: string): void {
    for (const key of Object.keys(this.#entry.rendered))
      if (KEYS[kind]?.includes(key) !== true)
        this.#diagnostics.push(
          warningOf('ETL1005', `unknown key "${key}" of a ${kind} package`, {
            at: this.#entry.spanOf(key),
            hint: didYouMean(key, KEYS[kind] ?? []) ?? 'It has no effect here, and dbt refuses it.',
          }),
        );
  }

  conditions(): readonly VersionCondition[] {
    const value = this.#entry.rendered['version'];
    const texts = (Array.isArray(value) ? (value as unknown[]) : [value]).map((item) =>
      typeof item === 'string' ? item : jsonText(toPython(item)),
    );
    return texts.flatMap((text) => {
      const condition = readCondition(text);
      if (condition !== undefined) return [condition];
      this.wrong(
        'version',
        `"${text}" is not a version`,
        'Write three numbers, such as 1.3.0, or a list: [">=1.0.0", "<2.0.0"].',
      );
      return [];
    });
  }
}

/** Reads one entry; undefined, with what is wrong, when it cannot be used. */
export function readPackageSpec(
  entry: PackageEntry,
  diagnostics: Diagnostic[],
): PackageSpec | undefined {
  const reader = new EntryReader(entry, diagnostics);
  const kind = ['package', 'git', 'local', 'tarball', 'private'].find(
    (key) => entry.rendered[key] !== undefined && entry.rendered[key] !== null,
  );
  if (kind === undefined)
    reader.wrong(
      undefined,
      'a package is named by package, git, local or tarball',
      'Write it as "- package: org/name" with a version, or as "- git: <url>" with a revision.',
    );
  else if (kind === 'private')
    reader.wrong(
      'private',
      'private packages need the Git integration of a service, which is not there',
      'Write the repository as a "git" package, with its URL.',
    );
  else {
    reader.keys(kind);
    const spec = specOf(kind, entry, reader);
    if (reader.isSound) return spec;
  }
  return undefined;
}

function specOf(kind: string, entry: PackageEntry, reader: EntryReader): PackageSpec | undefined {
  const label = reader.text(kind);
  const name = reader.text('name');
  if (label === undefined) return undefined;
  const at = entry.spanOf();
  const common: Common = { label, at, folder: name, hashed: hashedText(kind, entry) };
  const written = entry.written[kind];
  const writtenUrl = typeof written === 'string' ? written : label;
  if (kind === 'local') return { ...common, kind, path: label };
  if (kind === 'git') {
    const revision = reader.text('revision');
    const subdirectory = reader.text('subdirectory');
    const warnUnpinned = reader.flag('warn-unpinned') ?? reader.flag('warn_unpinned') ?? true;
    return { ...common, kind, url: label, writtenUrl, revision, subdirectory, warnUnpinned };
  }
  if (kind === 'tarball') {
    if (name === undefined) {
      reader.wrong(
        'tarball',
        'a tarball package needs a "name"',
        'Add the name that the package has in its dbt_project.yml.',
      );
      return undefined;
    }
    return { ...common, kind, url: label, writtenUrl, name };
  }
  return hubSpecOf(label, common, entry, reader);
}

function hubSpecOf(
  label: string,
  common: Common,
  entry: PackageEntry,
  reader: EntryReader,
): HubSpec | undefined {
  if (!/^[^/\s?#%]+\/[^/\s?#%]+$/.test(label) || label.includes('..')) {
    reader.wrong(
      'package',
      `"${label}" is not the name of a package of the hub`,
      'Write it with its organisation: dbt-labs/dbt_utils.',
    );
    return undefined;
  }
  const { version } = entry.rendered;
  if (version === undefined || version === null || version === '') {
    reader.wrong(
      'package',
      `the package ${label} needs a "version"`,
      'Add a version, such as 1.3.0, or a list: [">=1.0.0", "<2.0.0"].',
    );
    return undefined;
  }
  const prereleases = reader.flag('install_prerelease') ?? false;
  return { ...common, kind: 'hub', package: label, conditions: reader.conditions(), prereleases };
}
