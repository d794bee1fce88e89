import { artifactMaskOf, type Mask } from '../kernel/mask.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { metadataEnvsOf, readEnv } from '../project/environment.ts';
import type { LoadedProject, LoadInput, ReloadedProject } from '../project/load.ts';
import {
  keptParse,
  type KeptParse,
  type KeptWish,
  type NoteWritten,
} from '../project/parse-cache/cache.ts';
import { Witness } from '../project/parse-cache/witness.ts';
import { countsOf } from './describe.ts';
import type { Invocation } from './invocation.ts';
import type { ApiOptions } from './options.ts';
import { parseStore } from './parse-store.ts';
import { targetDirOf } from './places.ts';

/** What an earlier call has read of a project, and what this one reads. */
export interface ParseCache {
  readonly witness: Witness;
  /** what still holds; undefined where everything has to be read */
  readonly kept: (input: LoadInput, wish?: KeptWish) => Promise<KeptParse | undefined>;
  /** keeps what was read, if it was read and may be kept; then the manifest.json that is written of it can be noted */
  readonly keep: (
    input: LoadInput,
    loaded: LoadedProject,
    found: {
      readonly diagnostics: readonly Diagnostic[];
      readonly secrets: readonly string[];
      /** of a project of which only a few files were read */
      readonly keepChanges: ReloadedProject['keepChanges'];
    },
  ) => Promise<NoteWritten | undefined>;
}

/** Names that every artifact must tell stay, even where the password is the same word. */
export const artifactMask = (
  { manifest, target }: Pick<LoadedProject, 'manifest' | 'target'>,
  secrets: readonly string[],
): Mask => artifactMaskOf(secrets, openWordsOf({ manifest, target }));

const openWordsOf = ({
  manifest,
  target,
}: Pick<LoadedProject, 'manifest' | 'target'>): readonly string[] => [
  manifest.project_name,
  target.schema,
  ...(target.database === undefined ? [] : [target.database]),
];

/** A secret as JSON writes it inside a text. */
const asJson = (secret: string): string => JSON.stringify(secret).slice(1, -1);

/** The variables that hold all of these secrets; undefined where one of them stands elsewhere. */
function namesOf(
  secrets: readonly string[],
  env: ReadonlyMap<string, string | undefined>,
): readonly string[] | undefined {
  const names = secrets.map((secret) => [...env].find(([, value]) => value === secret)?.[0]);
  return names.every((name) => name !== undefined) ? names : undefined;
}

/** The parse cache of a project; undefined where the call wants none, or none can be kept. */
export async function parseCacheOf(
  dir: string,
  options: ApiOptions,
  invocation: Invocation,
): Promise<ParseCache | undefined> {
  const { targetDir } = await targetDirOf(options, invocation);
  const store = parseStore(dir, targetDir);
  if (store === undefined) return undefined;
  const witness = new Witness(invocation.now);
  return {
    witness,
    kept: async (input, wish) => {
      if (options.partialParse === false) return undefined;
      const env = await readEnv(input, []);
      const { flags = {}, args = {} } = input;
      const facts = { flags, args, metadataEnvs: metadataEnvsOf(env) };
      return keptParse(store, input, env, facts, wish);
    },
    keep: async (input, loaded, { diagnostics, secrets, keepChanges }) => {
      if (!witness.isAsked && keepChanges === undefined) return undefined;
      const { manifest, testArguments, unitTests, paths, project, session, target } = loaded;
      const mask = artifactMask(loaded, [...secrets, ...secrets.map(asJson)]);
      const hidesFrom = (text: string): boolean => mask(text) !== text;
      if (keepChanges !== undefined) return keepChanges(hidesFrom);
      const { keepParse } = await import('../project/parse-cache/keep.ts');
      return keepParse(store, input, witness, {
        manifest,
        diagnostics,
        testArguments,
        unitTests,
        seeds: paths.seeds,
        target: session.target ?? {},
        notes: {
          targetName: manifest.target_name,
          targetDir: paths.targetDir,
          flags: project.flags,
          openWords: openWordsOf(loaded),
          counts: countsOf(manifest),
          secretsIn: namesOf(target.secrets, witness.env),
        },
        hidesFrom,
      });
    },
  };
}
