// A project for commands that only read it: what an earlier call has read is enough, and neither templates nor YAML are loaded for it.
import { join } from 'node:path';
import { graphOf, type ProjectGraph } from '../graph/graph.ts';
import type { ArtifactFile } from '../artifacts/write.ts';
import { hasErrors, type Diagnostic } from '../kernel/diagnostic.ts';
import { artifactMaskOf, secretsOf } from '../kernel/mask.ts';
import { during } from '../kernel/timeline.ts';
import { lenient, type Judge } from '../kernel/warn-policy.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { PreviousState } from '../manifest/previous-state.ts';
import { metadataEnvsOf, readEnv } from '../project/environment.ts';
import { describer } from './describe.ts';
import type { Invocation } from './invocation.ts';
import { loadInput, textsOf } from './load-input.ts';
import type { ApiOptions } from './options.ts';
import { parseCacheOf } from './parse-cache.ts';
import { findProjectDir } from './places.ts';
import { writtenManifest, type WrittenManifest } from './written-manifest.ts';

/** A project that was read, checked and resolved. */
export interface ReadProject {
  readonly dir: string;
  readonly targetDir: string;
  /** a file below the target folder; whatever is written there is written without secrets */
  readonly inTarget: (name: string) => ArtifactFile;
  readonly manifest: Manifest;
  readonly graph: ProjectGraph;
  readonly targetName: string;
  /** the earlier run that --state names */
  readonly state: PreviousState | undefined;
  /** DBT_ENV_CUSTOM_ENV_* for the artifacts */
  readonly customEnv: Readonly<Record<string, string>>;
  /** artifacts are written, unless --no-write-json */
  readonly writesJson: boolean;
  /** what --warn-error makes of a warning */
  readonly judge: Judge;
  /** tells warnings; throws when --warn-error takes one of them for an error */
  readonly report: (diagnostics: readonly Diagnostic[]) => void;
  /** what is known of the manifest.json that is there */
  readonly written?: WrittenManifest;
}

/** Reads the project that the options name, as `openProject` does, with no more effort than it needs. */
export async function openToRead(
  options: ApiOptions,
  invocation: Invocation,
  which: string,
): Promise<ReadProject> {
  const kept = await during(invocation.timeline, 'look for changes', () =>
    openKept(options, invocation, which),
  );
  if (kept !== undefined) return kept;
  const { openProject } = await import('./open-project.ts');
  return openProject(options, invocation, which);
}

/** What an earlier call has read; undefined where that is not enough, for whatever reason. */
async function openKept(
  options: ApiOptions,
  invocation: Invocation,
  which: string,
): Promise<ReadProject | undefined> {
  const { state, deferState, warnError, warnErrorOptions } = options;
  if (state !== undefined || deferState !== undefined) return undefined;
  if (warnError === true || warnErrorOptions !== undefined) return undefined;
  const dir = await findProjectDir(options, invocation);
  const cache = await parseCacheOf(dir, options, invocation);
  if (cache === undefined) return undefined;
  const input = await loadInput(dir, options, invocation, which);
  const env = await readEnv(input, []);
  const customEnv = metadataEnvsOf(env);
  const kept = await cache.kept(input, {
    // `parse` writes the nodes, and does nothing else with them
    nodesAside: ({ written, notes }) =>
      which === 'parse' &&
      (options.writeJson === false ||
        writtenManifest(options, notes.targetDir, { written }, customEnv).isCurrent()),
  });
  if (kept === undefined || kept.readSecrets || hasErrors(kept.diagnostics)) return undefined;
  const { diagnostics, notes } = kept;
  const { targetName, targetDir, secretsIn, openWords, counts } = notes;
  // a password that stands in profiles.yml is not known here: the cache surely does not hold it, the words of the call might
  const isBare = Object.keys(customEnv).length === 0 && Object.keys(input.vars ?? {}).length === 0;
  if (secretsIn === undefined && !isBare) return undefined;
  const secrets = [
    ...(secretsIn ?? []).flatMap((name) => env[name] ?? []),
    ...secretsOf({ ...env, ...textsOf(input.vars ?? {}) }),
  ];
  const mask = artifactMaskOf(secrets, openWords);
  const inTarget = (name: string): ArtifactFile => ({ path: join(targetDir, mask(name)), mask });
  let describe: ReturnType<typeof describer> | undefined;
  options.onProject?.({
    projectDir: dir,
    inTarget,
    targetName,
    secrets,
    describe: (id) => (describe ??= describer({ manifest: kept.manifest, dir, targetDir }))(id),
    counts,
  });
  let graph: ProjectGraph | undefined;
  const report: ReadProject['report'] = (told) => options.report?.(told);
  report(diagnostics);
  return {
    dir,
    targetDir,
    inTarget,
    // what is not asked for is not read
    get manifest() {
      return kept.manifest;
    },
    get graph() {
      return (graph ??= graphOf(kept.manifest));
    },
    targetName,
    state: undefined,
    customEnv,
    writesJson: options.writeJson ?? true,
    judge: lenient,
    report,
    written: writtenManifest(options, targetDir, kept, customEnv),
  };
}
