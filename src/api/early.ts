// What is read before a command begins, because it may say how the command begins.
import { dirname, join, resolve } from 'node:path';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { disk } from '../project/disk.ts';
import { parseEnvFile, type Environment } from '../project/env-file.ts';
import { flagProblem } from '../project/project-flags.ts';
import { readScalar } from '../project/yaml-scalar.ts';
import { nearestFolderWith } from './nearest.ts';

/** The environment with what the `.env` of the working directory, or of a folder above it, adds; what is set already stays. */
export async function readEnvFiles(
  env: Environment,
  cwd: string,
): Promise<{ readonly env: Environment; readonly diagnostics: readonly Diagnostic[] }> {
  for (let dir = cwd; ; dir = dirname(dir)) {
    const path = join(dir, '.env');
    // virtual environments are often folders of that name
    if ((await disk.stat(path))?.isFolder === false) {
      const text = await disk.readText(path).catch(() => '');
      const { value = {}, diagnostics } = parseEnvFile(text, '.env');
      // that of a project is read, and complained of, with the project
      const isProject = await disk.exists(join(dir, 'dbt_project.yml'));
      return { env: { ...value, ...env }, diagnostics: isProject ? [] : diagnostics };
    }
    if (dirname(dir) === dir) return { env, diagnostics: [] };
  }
}

/** `flags:` of dbt_project.yml as written; without what cannot be read or used: the project tells of that later. */
export async function readProjectFlags(
  cwd: string,
  projectDir: string | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  const dir =
    projectDir === undefined
      ? await nearestFolderWith('dbt_project.yml', cwd)
      : resolve(cwd, projectDir);
  const text = await disk.readText(join(dir, 'dbt_project.yml')).catch(() => '');
  // most projects have none: then nothing is parsed twice
  if (!/^flags\s*:/m.test(text)) return {};
  const plain = plainFlags(text);
  if (plain !== undefined) return usable(plain);
  const { isYamlMap, parseYaml } = await import('../project/yaml.ts');
  const parsed = parseYaml(text, 'dbt_project.yml').value?.value;
  const flags = isYamlMap(parsed) ? parsed['flags'] : undefined;
  return isYamlMap(flags) ? usable(flags) : {};
}

const usable = (flags: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(flags).filter(([name, value]) => flagProblem(name, value) === undefined),
  );

/** Flags as most projects write them, a plain word on each line; undefined for anything else, which the YAML library reads. */
function plainFlags(text: string): Readonly<Record<string, unknown>> | undefined {
  const blocks = text.split(/^flags:[ \t]*\r?\n/m);
  const [, block] = blocks;
  if (blocks.length !== 2 || block === undefined) return undefined;
  const flags: Record<string, unknown> = {};
  for (const line of block.split(/\r?\n/)) {
    if (/^\s*(#.*)?$/.test(line)) continue;
    if (/^\S/.test(line)) break;
    const found = /^ {2}([a-z_]+): ([A-Za-z0-9_]+)\s*$/.exec(line);
    const [, name, word] = found ?? [];
    if (name === undefined || word === undefined || Object.hasOwn(flags, name)) return undefined;
    const { kind, value } = readScalar(word);
    if (kind !== 'value') return undefined;
    flags[name] = value;
  }
  return flags;
}
