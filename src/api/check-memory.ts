// target/check.json: what earlier checks have found to be sound.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJson } from '../artifacts/write.ts';
import type { CheckMemory } from '../check/memory.ts';
import { sha256 } from '../kernel/hash.ts';
import { VERSION } from '../kernel/version.ts';
import type { OpenProject } from './open-project.ts';

interface Stored extends CheckMemory {
  readonly base: string;
}

const FILE = 'check.json';

/** Whether an earlier check has left anything. */
export const hasMemory = (targetDir: string): boolean => existsSync(join(targetDir, FILE));

/** Reads and writes it, one part for each target. What cannot be read, or was found under other conditions, counts for nothing. */
export class Memories {
  readonly #project: OpenProject;
  readonly #base: string;
  readonly #isUsed: boolean;

  constructor(
    project: OpenProject,
    { stubs, isUsed }: { readonly stubs: readonly string[]; readonly isUsed: boolean },
  ) {
    this.#project = project;
    this.#isUsed = isUsed;
    const { dialect, target, manifest } = project;
    const hooks = manifest.on_run_start.map(({ hook }) => hook.sql);
    this.#base = sha256(
      JSON.stringify([VERSION, 'lints', dialect.name, target.shown, stubs, hooks]),
    );
  }

  async read(): Promise<CheckMemory | undefined> {
    if (!this.#isUsed) return undefined;
    const stored = (await this.#all())[this.#project.targetName];
    return stored?.base === this.#base && typeof stored.nodes === 'object' ? stored : undefined;
  }

  async write(memory: CheckMemory): Promise<void> {
    if (!this.#isUsed || !this.#project.writesJson) return;
    const { targetName, inTarget } = this.#project;
    const stored: Stored = { base: this.#base, ...memory };
    await writeJson(inTarget(FILE), { ...(await this.#all()), [targetName]: stored });
  }

  async #all(): Promise<Readonly<Record<string, Stored>>> {
    try {
      const text = await readFile(this.#project.inTarget(FILE).path, 'utf8');
      const value: unknown = JSON.parse(text);
      return typeof value === 'object' && value !== null
        ? (value as Readonly<Record<string, Stored>>)
        : {};
    } catch {
      return {};
    }
  }
}
