import { lstat, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { hasErrors, type Diagnostic } from '../kernel/diagnostic.ts';
import { EtlError } from '../kernel/error.ts';
import { readOutline, type ProjectOutline } from '../project/outline.ts';
import { fileProblem } from './file-problem.ts';
import { newInvocation } from './invocation.ts';
import { tellOutline, withoutSecrets } from './open-project.ts';
import { loadInput } from './load-input.ts';
import { findProjectDir } from './places.ts';
import type { ApiOptions } from './options.ts';

/** Files of a project that no command makes. */
const KEPT = [
  '.git',
  '.env',
  'dbt_project.yml',
  'profiles.yml',
  'packages.yml',
  'dependencies.yml',
  'package-lock.yml',
  'selectors.yml',
];

/**
 * Deletes the folders of clean-targets, outside the project only with `cleanOutside`. Nothing is deleted when one of them is not wholly made of generated files (ETL1004). Only
 * dbt_project.yml is read: models may be broken.
 */
export async function clean(options: ApiOptions = {}): Promise<readonly string[]> {
  const invocation = newInvocation(options);
  const dir = await findProjectDir(options, invocation);
  const input = await loadInput(dir, options, invocation, 'clean');
  const { value: outline, diagnostics } = await readOutline(input);
  if (outline === undefined) throw new EtlError(diagnostics);
  tellOutline(options, dir, outline.secrets);
  if (hasErrors(diagnostics)) throw withoutSecrets(options, dir, outline.secrets, diagnostics);
  const { cleanTargets } = outline.project;
  const grounds = await groundsOf(dir, outline, input.profilesDir);
  const problems: Diagnostic[] = [];
  const found: (readonly [target: string, path: string])[] = [];
  for (const [index, target] of cleanTargets.entries()) {
    const path = resolve(dir, target);
    const why = await objection(path, grounds, options.cleanOutside ?? false);
    if (why !== undefined) problems.push(refusal(outline, index, target, why));
    else if ((await kindOf(path)) !== undefined) found.push([target, path]);
  }
  if (problems.length > 0) throw new EtlError(problems);
  return remove(found);
}

async function remove(
  found: readonly (readonly [target: string, path: string])[],
): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const [target, path] of found) {
    // it may have gone with a folder above it
    if ((await kindOf(path)) === undefined) continue;
    try {
      await rm(path, { recursive: true });
    } catch (error) {
      throw fileProblem(error, path);
    }
    removed.push(target);
  }
  return removed;
}

const refusal = (
  { project }: ProjectOutline,
  index: number,
  target: string,
  why: string,
): Diagnostic => ({
  code: 'ETL1004',
  severity: 'error',
  message: `clean-targets names "${target}", which ${why}: nothing was deleted`,
  at: project.document.spanOf(['clean-targets', index]),
  hint: 'Name only folders with generated files, such as target.',
});

/** What may be cleaned and what must stay; every place as it is written and as it is on the disk. */
interface Grounds {
  readonly roots: readonly string[];
  /** neither they nor what is above or below them is deleted */
  readonly kept: readonly (readonly [name: string, path: string])[];
  /** folders that are generated even where the whole project is a source folder */
  readonly generated: readonly string[];
}

async function groundsOf(
  dir: string,
  { project, profileFile }: ProjectOutline,
  profilesDir: string | undefined,
): Promise<Grounds> {
  const sources = [...new Set(Object.values(project.paths).flat())].map(
    (name) => [`the source folder "${name}"`, resolve(dir, name)] as const,
  );
  const files = [
    ...KEPT,
    ...(profileFile === undefined ? [] : [profileFile]),
    ...(profilesDir === undefined ? [] : [join(profilesDir, 'profiles.yml')]),
  ].map((name) => [name, resolve(dir, name)] as const);
  const kept: (readonly [string, string])[] = [];
  for (const [name, path] of [...sources, ...files])
    for (const place of await placesOf(path)) kept.push([name, place]);
  return {
    roots: await placesOf(dir),
    kept,
    generated: [project.targetPath, project.packagesInstallPath].map((name) => resolve(dir, name)),
  };
}

/** Why the folder must not be deleted; undefined when it may. */
async function objection(
  path: string,
  { roots, kept, generated }: Grounds,
  mayBeOutside: boolean,
): Promise<string | undefined> {
  const places = await placesOf(path);
  const [root = '', realRoot = root] = roots;
  const [written = path, real = written] = places;
  if (roots.some((r) => places.includes(r))) return 'is the project itself';
  if (places.some((place) => roots.some((r) => isWithin(r, place)))) return 'holds the project';
  if (!mayBeOutside && !isWithin(written, root)) return 'is outside the project';
  if (!mayBeOutside && !isWithin(real, realRoot)) return 'is a link to outside the project';
  for (const [name, keptPath] of kept) {
    if (places.includes(keptPath)) return `is ${name}`;
    if (places.some((place) => isWithin(keptPath, place))) return `holds ${name}`;
    const isWhole = roots.includes(keptPath) && generated.includes(written);
    if (!isWhole && places.some((place) => isWithin(place, keptPath))) return `lies in ${name}`;
  }
  const kind = await kindOf(path);
  return kind === 'other' ? 'is not a folder' : undefined;
}

/** True for a path below the folder. */
function isWithin(path: string, folder: string): boolean {
  const below = relative(folder, path);
  return below !== '' && below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below);
}

/** A path as it is written, and with its links followed as far as it exists. */
async function placesOf(path: string): Promise<readonly string[]> {
  const real = await realPlace(path);
  return real === path ? [path] : [path, real];
}

async function realPlace(path: string): Promise<string> {
  const real = await realpath(path).catch(() => undefined);
  if (real !== undefined || dirname(path) === path) return real ?? path;
  return join(await realPlace(dirname(path)), basename(path));
}

async function kindOf(path: string): Promise<'folder' | 'other' | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined) return found.isDirectory() ? 'folder' : 'other';
  // a link that leads nowhere
  return (await lstat(path).catch(() => undefined)) === undefined ? undefined : 'other';
}
