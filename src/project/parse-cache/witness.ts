import { sha256 } from '../../kernel/hash.ts';
import type { InvocationFacts } from '../../jinja/scope/settings.ts';
import type { Environment } from '../env-file.ts';
import type { FileSignature, FileSystem } from '../file-system.ts';
import type { Session } from '../session.ts';

/** A file that was read: its signature, '' where that proves nothing, and the hash of its text; null where there is none. */
export type ReadText = readonly [signature: string, hash: string | null];

/** What a load has asked of the world and what the world has answered. The same answers mean the same manifest. */
export interface Testimony {
  /** by path; texts with and without their byte-order mark apart */
  readonly texts: Readonly<Record<string, ReadText>>;
  readonly exactTexts: Readonly<Record<string, ReadText>>;
  /** hashes of the names in a folder */
  readonly lists: Readonly<Record<string, string>>;
  readonly folders: Readonly<Record<string, string>>;
  readonly stats: Readonly<Record<string, string>>;
  readonly utf8: Readonly<Record<string, boolean>>;
  /** of files that others read, and may hold secrets; null where there was none, '' where it proves nothing */
  readonly signatures: Readonly<Record<string, string | null>>;
  /** what templates asked of `flags` and the like, as JSON; hashes of it where it is kept: it may hold what nobody else should read */
  readonly facts: Readonly<Record<string, string>>;
}

/** Files changed so shortly before they were read may change again within the same tick of the file system's clock. */
export const YOUNG_MS = 2000;

export const textOfStat = (found: Awaited<ReturnType<FileSystem['stat']>>): string =>
  found === undefined ? '' : found.isFolder ? 'folder' : String(found.size);

export const hashOfNames = (names: readonly string[]): string => sha256(JSON.stringify(names));

/** Files that may hold passwords as they are: no hash of them is kept, for it could be guessed. Their signatures must do. */
const HOLDS_SECRETS = /(?:^|\/)(?:profiles\.yml|\.env)$/;

/** A name of a variable whose value is a secret by its name: of these nothing is kept but that they were read. */
const SECRET_NAME = /^(?:DBT|ETL)_ENV_SECRET_/;

const factText = (value: unknown): string => JSON.stringify(value) ?? 'undefined';

/** Facts that are new with every invocation. */
const FLEETING = new Set(['invocationId', 'startedAt']);
/** Facts that are the same in every load of a project. */
const CONSTANT = new Set(['projectName', 'threadId', 'selectedResources']);

/** Notes down what a load asks of the world: files, environment, flags, clock. */
export class Witness {
  readonly #texts: Record<string, ReadText> = {};
  readonly #exactTexts: Record<string, ReadText> = {};
  readonly #lists: Record<string, string> = {};
  readonly #folders: Record<string, string> = {};
  readonly #stats: Record<string, string> = {};
  readonly #utf8: Record<string, boolean> = {};
  readonly #signatures: Record<string, string | null> = {};
  readonly #facts: Record<string, string> = {};
  readonly #env = new Map<string, string | undefined>();
  readonly #secretNames = new Set<string>();
  readonly #now: () => Date;
  /** how often something was asked that is never the same again: the clock, the id of the invocation */
  fleeting = 0;
  /** whether anything was read by it */
  isAsked = false;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** The variables that were read, without secrets. */
  get env(): ReadonlyMap<string, string | undefined> {
    return this.#env;
  }

  /** The names of secrets that were read. */
  get secretNames(): ReadonlySet<string> {
    return this.#secretNames;
  }

  get testimony(): Testimony {
    return {
      texts: this.#texts,
      exactTexts: this.#exactTexts,
      lists: this.#lists,
      folders: this.#folders,
      stats: this.#stats,
      utf8: this.#utf8,
      signatures: this.#signatures,
      facts: this.#facts,
    };
  }

  /** A file system whose answers are noted down. */
  watchedFiles(fs: FileSystem): FileSystem {
    this.isAsked = true;
    const read = async (
      path: string,
      into: Record<string, ReadText>,
      ask: (path: string) => Promise<string>,
    ): Promise<string> => {
      // before the text is read: a change in between then counts as one
      const found = fs.signature(path);
      const signature = found === undefined ? '' : this.#trusted(found);
      try {
        const text = await ask(path);
        into[path] = [signature, HOLDS_SECRETS.test(path) ? null : sha256(text)];
        return text;
      } catch (error) {
        into[path] = ['', null];
        throw error;
      }
    };
    return {
      readText: (path) => read(path, this.#texts, (p) => fs.readText(p)),
      readExactText: (path) => read(path, this.#exactTexts, (p) => fs.readExactText(p)),
      isUtf8: async (path) => (this.#utf8[path] = await fs.isUtf8(path)),
      list: async (dir) => {
        const names = await fs.list(dir);
        this.#lists[dir] = hashOfNames(names);
        return names;
      },
      folders: async (dir) => {
        const names = await fs.folders(dir);
        this.#folders[dir] = hashOfNames(names);
        return names;
      },
      exists: async (path) => {
        const found = await fs.stat(path);
        this.#stats[path] = textOfStat(found);
        return found !== undefined;
      },
      stat: async (path) => {
        const found = await fs.stat(path);
        this.#stats[path] = textOfStat(found);
        return found;
      },
      signature: (path) => {
        // where even that is refused, nothing is known of it
        this.#signatures[path] = '';
        const found = fs.signature(path);
        this.#signatures[path] = found === undefined ? null : this.#trusted(found);
        return found;
      },
    };
  }

  /** A signature, unless the file may change again without another one. */
  #trusted({ text, changedAt }: FileSignature): string {
    return changedAt > this.#now().getTime() - YOUNG_MS ? '' : text;
  }

  /** An environment whose answers are noted down. */
  watchedEnv(env: Environment): Environment {
    return new Proxy(env, {
      get: (target, name) => {
        if (typeof name !== 'string') return undefined;
        const value = Object.hasOwn(target, name) ? target[name] : undefined;
        if (SECRET_NAME.test(name)) this.#secretNames.add(name);
        else this.#env.set(name, value);
        return value;
      },
    });
  }

  /** A session of which is noted down what templates ask. */
  watchedSession(session: Session): Session {
    return {
      ...session,
      env: this.watchedEnv(session.env),
      invocation: this.#watchedFacts(session.invocation),
    };
  }

  #watchedFacts(facts: InvocationFacts): InvocationFacts {
    const flags = new Proxy(facts.flags, {
      get: (target, name) => {
        if (typeof name !== 'string') return undefined;
        const value = Object.hasOwn(target, name) ? target[name] : undefined;
        this.#facts[`flags.${name}`] = factText(value);
        return value;
      },
      getOwnPropertyDescriptor: (target, name) => {
        const value = Object.getOwnPropertyDescriptor(target, name);
        if (typeof name === 'string') this.#facts[`flags.${name}`] = factText(value?.value);
        return value;
      },
      ownKeys: (target) => {
        this.#facts['flags'] = factText(target);
        return Reflect.ownKeys(target);
      },
    });
    return new Proxy(facts, {
      get: (target, name: keyof InvocationFacts) => {
        if (name === 'now')
          return () => {
            this.fleeting += 1;
            return target.now();
          };
        if (FLEETING.has(name)) this.fleeting += 1;
        else if (name === 'flags') return flags;
        else if (!CONSTANT.has(name)) this.#facts[name] = factText(target[name]);
        return target[name];
      },
    });
  }
}

/** What a template asked of flags and arguments, answered by the invocation at hand. */
export function factNow(
  { flags, args, metadataEnvs }: Pick<InvocationFacts, 'flags' | 'args' | 'metadataEnvs'>,
  name: string,
): string {
  if (name === 'flags') return factText(flags);
  if (name === 'args') return factText(args);
  if (name === 'metadataEnvs') return factText(metadataEnvs);
  const flag = name.slice('flags.'.length);
  return factText(Object.hasOwn(flags, flag) ? flags[flag] : undefined);
}
