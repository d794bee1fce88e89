import type { Adapter, Target } from '../adapter/contract.ts';
import type { Checked, Diagnostic, Span } from '../kernel/diagnostic.ts';
import { didYouMean, nearestName } from '../kernel/did-you-mean.ts';
import type { Environment } from './env-file.ts';
import { joinPath } from './file-system.ts';
import type { FileSystem } from './file-system.ts';
import { errorOf, placeOf } from './problems.ts';
import { renderTree } from './yaml-render.ts';
import type { RenderValue } from './yaml-render.ts';
import { isYamlMap, parseYaml } from './yaml.ts';
import type { YamlDocument, YamlMap, YamlPath } from './yaml.ts';

/** The profile that needs no file. */
const BUILT_IN_PROFILE = 'etl';
const BUILT_IN_OUTPUTS: Readonly<Record<string, YamlMap>> = {
  postgres: { type: 'postgres', embedded: true, schema: 'public', threads: 4 },
  clickhouse: { type: 'clickhouse', embedded: true, schema: 'default', threads: 4 },
};
const BUILT_IN_TARGET = 'postgres';

/** How the loader gets at engines, without knowing them. */
export interface AdapterSource {
  readonly types: readonly string[];
  readonly load: (type: string) => Promise<Adapter>;
}

export interface ProfileWish {
  readonly projectDir: string;
  readonly cwd: string;
  readonly homeDir: string | undefined;
  /** `--profiles-dir` */
  readonly profilesDir: string | undefined;
  /** `--profile` */
  readonly profile: string | undefined;
  /** `--target` */
  readonly target: string | undefined;
  /** `--threads` */
  readonly threads: number | undefined;
  /** the profile that the project names, with its place */
  readonly projectProfile: string | undefined;
  readonly projectDocument: YamlDocument;
  readonly env: Environment;
}

/** The chosen connection. */
export interface ChosenProfile {
  readonly profileName: string;
  readonly targetName: string;
  readonly target: Target;
  readonly adapter: Adapter;
  /** the file the connection comes from; undefined for the built-in profile */
  readonly file: string | undefined;
  /** where a password stands as it is, in a file that goes with the project */
  readonly writtenPassword: Span | undefined;
}

/** Where a profiles.yml may stand, in order. A folder that was asked for is the only place. */
function profileFolders(wish: ProfileWish): readonly string[] {
  const asked = wish.profilesDir ?? wish.env['ETL_PROFILES_DIR'] ?? wish.env['DBT_PROFILES_DIR'];
  if (asked !== undefined && asked !== '') return [asked];
  const home = wish.homeDir === undefined ? [] : [joinPath(wish.homeDir, '.dbt')];
  return [...new Set([wish.projectDir, wish.cwd, ...home])];
}

/** Below the working directory as it is written from there. */
const shownFolder = ({ cwd }: ProfileWish, folder: string): string =>
  folder.startsWith(`${cwd}/`) ? folder.slice(cwd.length + 1) : folder;

interface Outputs {
  readonly outputs: YamlMap;
  /** rendered already */
  readonly chosen: unknown;
  readonly document: YamlDocument | undefined;
  readonly file: string | undefined;
}

class Choice {
  readonly diagnostics: Diagnostic[] = [];
  readonly wish: ProfileWish;
  readonly render: RenderValue;

  constructor(wish: ProfileWish, render: RenderValue) {
    this.wish = wish;
    this.render = render;
  }

  fail(diagnostic: Diagnostic): undefined {
    this.diagnostics.push(diagnostic);
    return undefined;
  }

  rendered(value: unknown, path: YamlPath, document: YamlDocument): unknown {
    const rules = {
      document,
      render: this.render,
      wants: () => true,
      diagnostics: this.diagnostics,
    };
    return renderTree(value, path, rules);
  }

  builtIn(): Outputs {
    return {
      outputs: BUILT_IN_OUTPUTS,
      chosen: BUILT_IN_TARGET,
      document: undefined,
      file: undefined,
    };
  }

  /** The outputs of a profile in a profiles.yml. */
  fromFile(document: YamlDocument, name: string): Outputs | undefined {
    const profiles = isYamlMap(document.value) ? document.value : {};
    const profile = profiles[name];
    if (profile === undefined) {
      if (name === BUILT_IN_PROFILE) return this.builtIn();
      const known = Object.keys(profiles).filter((key) => key !== 'config');
      const list =
        known.length === 0
          ? 'The file defines no profile.'
          : `The file defines: ${known.join(', ')}.`;
      const nearest = didYouMean(name, known);
      const asked = this.wish.profile === undefined;
      return this.fail(
        errorOf('ETL1006', `Could not find profile named '${name}' in ${document.file}`, {
          at:
            asked && this.wish.projectProfile !== undefined
              ? this.wish.projectDocument.spanOf(['profile'])
              : placeOf(document.file),
          hint: nearest === undefined ? list : `${nearest} ${list}`,
        }),
      );
    }
    if (!isYamlMap(profile) || !isYamlMap(profile['outputs']))
      return this.fail(
        errorOf('ETL1004', `the profile "${name}" needs "outputs": a mapping of targets`, {
          at: document.keySpanOf([name]),
        }),
      );
    const chosen =
      this.wish.target === undefined && profile['target'] !== undefined
        ? this.rendered(profile['target'], [name, 'target'], document)
        : undefined;
    return { outputs: profile['outputs'], chosen, document, file: document.file };
  }

  /** The chosen output, rendered; no other output is looked at. */
  output(
    found: Outputs,
    name: string,
  ): { readonly targetName: string; readonly raw: YamlMap; readonly at: YamlPath } | undefined {
    const targetName =
      this.wish.target ??
      (typeof found.chosen === 'string' && found.chosen !== '' ? found.chosen : 'default');
    const raw = found.outputs[targetName];
    const names = Object.keys(found.outputs);
    const at: YamlPath = [name, 'outputs', targetName];
    if (raw === undefined) {
      const nearest = didYouMean(targetName, names);
      const list =
        names.length === 0
          ? 'The profile has no outputs: add one below outputs.'
          : `The profile has: ${names.join(', ')}.`;
      const place = this.wish.target === undefined ? [name, 'target'] : [name, 'outputs'];
      return this.fail(
        errorOf('ETL1007', `The profile '${name}' does not have a target named '${targetName}'.`, {
          at: found.document?.spanOf(place),
          hint: nearest === undefined ? list : `${nearest} ${list}`,
        }),
      );
    }
    if (!isYamlMap(raw))
      return this.fail(
        errorOf('ETL1004', `the target "${targetName}" must be a mapping`, {
          at: found.document?.spanOf(at),
        }),
      );
    const rendered =
      found.document === undefined ? raw : (this.rendered(raw, at, found.document) as YamlMap);
    return { targetName, raw: rendered, at };
  }
}

/** A value that stands there itself, and is not asked for by a template. */
const isLiteral = (output: unknown, key: string): boolean =>
  isYamlMap(output) &&
  typeof output[key] === 'string' &&
  output[key] !== '' &&
  !output[key].includes('{{') &&
  // a URL without a password is no secret
  (key !== 'url' || /:\/\/[^/@:]*:[^/@]+@/.test(output[key]));

/** The key that a message about an output begins with, when the output has it. */
function keyPath(message: string, raw: YamlMap, at: YamlPath): YamlPath {
  const key = /^"(\w+)"/.exec(message)?.[1];
  return key !== undefined && Object.hasOwn(raw, key) ? [...at, key] : at;
}

async function findFile(
  choice: Choice,
  fs: FileSystem,
): Promise<{ readonly document: YamlDocument | undefined } | undefined> {
  for (const folder of profileFolders(choice.wish)) {
    const path = joinPath(folder, 'profiles.yml');
    if (!(await fs.exists(path))) continue;
    const prefix = `${choice.wish.projectDir.replace(/\/+$/, '')}/`;
    const shown = path.startsWith(prefix) ? path.slice(prefix.length) : path;
    const parsed = parseYaml(await fs.readText(path), shown);
    choice.diagnostics.push(...parsed.diagnostics);
    return { document: parsed.value };
  }
  return undefined;
}

async function outputsOf(
  choice: Choice,
  fs: FileSystem,
  name: string,
): Promise<Outputs | undefined> {
  const found = await findFile(choice, fs);
  if (found !== undefined)
    return found.document === undefined ? undefined : choice.fromFile(found.document, name);
  const folders = profileFolders(choice.wish);
  if (choice.wish.profilesDir !== undefined)
    return choice.fail(
      errorOf(
        'ETL1010',
        `etl looked for a profiles.yml file in ${shownFolder(choice.wish, choice.wish.profilesDir)}, but found none`,
        {
          hint: 'Check --profiles-dir, or leave it out to run on the embedded engines.',
        },
      ),
    );
  if (choice.wish.profile !== undefined && name !== BUILT_IN_PROFILE)
    return choice.fail(
      errorOf('ETL1006', `Could not find profile named '${name}': no profiles.yml was found`, {
        hint: `Looked in ${folders.join(', ')}. Leave --profile out to run on the embedded engines.`,
      }),
    );
  if (name !== BUILT_IN_PROFILE)
    choice.diagnostics.push({
      code: 'ETL1010',
      severity: 'info',
      message: `no profiles.yml found (looked in ${folders.join(', ')}): the embedded engines are used`,
    });
  return choice.builtIn();
}

/** Has a file noted; one in a closed folder is as good as none, and the adapter says so. */
function noted(fs: FileSystem, path: string): void {
  try {
    fs.signature(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}

/** Finds the profile and the target, and lets the engine check the connection settings. */
export async function chooseProfile(
  wish: ProfileWish,
  fs: FileSystem,
  adapters: AdapterSource,
  render: RenderValue,
): Promise<Checked<ChosenProfile>> {
  const choice = new Choice(wish, render);
  const { diagnostics } = choice;
  const nothing = { value: undefined, diagnostics };
  const name = wish.profile ?? wish.projectProfile ?? BUILT_IN_PROFILE;
  const found = await outputsOf(choice, fs, name);
  if (found === undefined) return nothing;
  const before = diagnostics.filter((d) => d.severity === 'error').length;
  const output = choice.output(found, name);
  if (output === undefined || diagnostics.filter((d) => d.severity === 'error').length > before)
    return nothing;
  const { targetName, raw, at } = output;
  const type = raw['type'];
  const place = found.document?.spanOf([...at, 'type']);
  if (typeof type !== 'string' || !adapters.types.includes(type)) {
    const known = `Known types: ${adapters.types.join(', ')}.`;
    const nearest = typeof type === 'string' ? nearestName(type, adapters.types) : undefined;
    const message =
      type === undefined
        ? `the target "${targetName}" has no "type"`
        : `unknown type "${String(type as string)}" of the target "${targetName}"`;
    const hint = nearest === undefined ? known : `Did you mean "${nearest}"? ${known}`;
    diagnostics.push(errorOf('ETL1008', message, { at: place, hint }));
    return nothing;
  }
  const adapter = await adapters.load(type);
  const checked = adapter.parseTarget(
    wish.threads === undefined ? raw : { ...raw, threads: wish.threads },
    // an adapter reads these itself; who watches the file system learns of them
    { env: wish.env, homeDir: wish.homeDir, asks: (path) => noted(fs, path) },
  );
  const placed = (diagnostic: Diagnostic): Diagnostic =>
    diagnostic.at === undefined && found.document !== undefined
      ? {
          hint: `Correct this key of the target "${targetName}".`,
          ...diagnostic,
          at: found.document.spanOf(keyPath(diagnostic.message, raw, at)),
        }
      : diagnostic;
  diagnostics.push(...checked.diagnostics.map(placed));
  if (checked.value === undefined) return nothing;
  const { document } = found;
  const isBelow = document !== undefined && !document.file.startsWith('/');
  const written = isBelow
    ? ['password', 'pass', 'url'].find((key) => isLiteral(found.outputs[targetName], key))
    : undefined;
  const writtenPassword = written === undefined ? undefined : document?.keySpanOf([...at, written]);
  const { incomplete = [] } = checked.value;
  const target =
    incomplete.length === 0
      ? checked.value
      : { ...checked.value, incomplete: incomplete.map(placed) };
  return {
    value: { profileName: name, targetName, target, adapter, file: found.file, writtenPassword },
    diagnostics,
  };
}
