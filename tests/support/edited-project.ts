// A project in memory that is edited between loads, and what a cached and a cold load make of it.
import { manifestJson } from '../../src/artifacts/manifest-json.ts';
import { toJson } from '../../src/artifacts/write.ts';
import { hasErrors } from '../../src/kernel/diagnostic.ts';
import type { FileSystem } from '../../src/project/file-system.ts';
import type { LoadedProject, LoadInput } from '../../src/project/load.ts';
import { loadProject, reloadProject } from '../../src/project/load.ts';
import { keptParse } from '../../src/project/parse-cache/cache.ts';
import { keepParse } from '../../src/project/parse-cache/keep.ts';
import type { CacheStore } from '../../src/project/parse-cache/cache.ts';
import { Witness } from '../../src/project/parse-cache/witness.ts';
import { metadataEnvsOf, readEnv } from '../../src/project/environment.ts';
import { inputOf, toldAs } from './load-files.ts';
import { memoryFileSystem } from './memory-file-system.ts';

/** What a load gave, as texts. */
export interface Seen {
  readonly manifest: string | undefined;
  readonly told: readonly string[];
  /** what templates find at run time */
  readonly found: string;
  readonly isKept: boolean;
  /** how many files were read again beside what was kept */
  readonly changed?: number;
}

export interface MemoryStore extends CacheStore {
  head: string | undefined;
  body: Buffer | undefined;
}

function memoryStore(): MemoryStore {
  const store: MemoryStore = {
    identity: 'a test',
    head: undefined,
    body: undefined,
    readHead: async () => store.head,
    readBody: async () => store.body,
    write: async (head, body) => {
      store.head = head;
      if (body !== undefined) store.body = Buffer.concat(body);
    },
    key: async () => Buffer.from('a key of the test'),
  };
  return store;
}

export class EditedProject {
  readonly files = new Map<string, string>();
  readonly store: MemoryStore = memoryStore();
  more: Partial<LoadInput> = {};
  /** when the file was written last, as the file system tells */
  readonly #written = new Map<string, number>();
  #clock = 0;

  constructor(files: Readonly<Record<string, string>>) {
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  write(path: string, text: string): void {
    this.files.set(path, text);
    this.#written.set(path, ++this.#clock);
  }

  remove(path: string): void {
    this.files.delete(path);
  }

  get #fs(): FileSystem {
    const files = Object.fromEntries([...this.files].map(([path, text]) => [`/p/${path}`, text]));
    return {
      ...memoryFileSystem(files),
      signature: (path) => {
        const changed = this.#written.get(path.replace(/^\/p\//, ''));
        return files[path] === undefined || changed === undefined
          ? undefined
          : { text: `written ${changed}`, changedAt: changed };
      },
    };
  }

  get input(): LoadInput {
    return { ...inputOf({}, this.more), fs: this.#fs };
  }

  /** A load that knows of no other. */
  async cold(witness?: Witness): Promise<Seen> {
    const { input } = this;
    const { value, diagnostics } = await loadProject({ ...input, witness });
    const told = toldAs(diagnostics);
    if (value === undefined || hasErrors(diagnostics))
      return { manifest: undefined, told, found: '', isKept: false };
    const seen = { ...seenOf(value, input), told, isKept: false };
    if (witness !== undefined) {
      const { manifest, testArguments, unitTests, paths, session, project } = value;
      await keepParse(this.store, input, witness, {
        manifest,
        diagnostics,
        testArguments,
        unitTests,
        seeds: paths.seeds,
        target: session.target ?? {},
        notes: {
          targetName: '',
          targetDir: '',
          flags: project.flags,
          secretsIn: [],
          counts: [],
          openWords: [],
        },
        hidesFrom: (text) => text.includes('hunter2'),
      });
    }
    return seen;
  }

  /** A load that takes what the one before has left, and leaves it for the next; `meanwhile` happens once that was looked at. */
  async cached(meanwhile: () => void = () => undefined): Promise<Seen> {
    const { input } = this;
    const env = await readEnv(input, []);
    const { flags = {}, args = {} } = input;
    const facts = { flags, args, metadataEnvs: metadataEnvsOf(env) };
    const kept = await keptParse(this.store, input, env, facts, { nearly: true });
    meanwhile();
    const reloaded = kept && (await reloadProject(this.input, kept));
    if (kept === undefined || reloaded === undefined)
      return this.cold(new Witness(input.invocation.now));
    await reloaded.keepChanges?.((text) => text.includes('hunter2'));
    const { changed } = kept;
    return {
      ...seenOf(reloaded.project, input),
      told: toldAs(kept.diagnostics),
      isKept: true,
      changed: changed.length,
    };
  }
}

function seenOf(
  { manifest, resolver, testArguments, unitTests, paths }: LoadedProject,
  { invocation }: LoadInput,
): Pick<Seen, 'manifest' | 'found'> {
  const names = [...new Set(Object.values(manifest.nodes).map(({ name }) => name))];
  const found = names.map((name) => [
    name,
    resolver.ref({ name, package: null, version: null }, manifest.project_name),
    resolver.ref({ name, package: null, version: 1 }, manifest.project_name),
    resolver.source('erp', name, manifest.project_name)?.unique_id,
  ]);
  const json = manifestJson(manifest, {
    invocationId: invocation.id,
    startedAt: invocation.startedAt,
    generatedAt: invocation.now(),
    env: {},
  });
  return {
    manifest: toJson(json),
    found: toJson([found, spread(testArguments), spread(unitTests), spread(paths.seeds)]),
  };
}

/** Maps as lists, so that JSON shows what is in them. */
const spread = (value: unknown): unknown => {
  if (value instanceof Map) return [...value].map(spread);
  if (Array.isArray(value)) return value.map(spread);
  if (typeof value !== 'object' || value === null) return value;
  const name = value.constructor?.name;
  const entries = Object.entries(value).map(([key, item]) => [key, spread(item)]);
  return [name === 'Object' ? '' : name, entries];
};
