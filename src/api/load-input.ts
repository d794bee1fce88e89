import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { hasErrors } from '../kernel/diagnostic.ts';
import { EtlError } from '../kernel/error.ts';
import { disk } from '../project/disk.ts';
import type { LoadInput } from '../project/load.ts';
import { ADAPTER_TYPES, adapterFor } from './adapters.ts';
import { invocationArgs } from './invocation-args.ts';
import type { Invocation } from './invocation.ts';
import type { ApiOptions } from './options.ts';

async function varsOf(options: ApiOptions): Promise<Readonly<Record<string, unknown>>> {
  if (options.vars === undefined) return {};
  if (typeof options.vars !== 'string') return options.vars;
  // the YAML library is not needed where there is no text
  const { parseMapping } = await import('../project/vars.ts');
  const parsed = parseMapping(options.vars, '--vars');
  if (parsed.value === undefined || hasErrors(parsed.diagnostics))
    throw new EtlError(parsed.diagnostics);
  return parsed.value;
}

/** Variables of --vars that may be secrets by their name, as environment variables are. */
export const textsOf = (
  vars: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(vars).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value]] : [],
    ),
  );

/** `flags.*` as templates see them. */
const flagsOf = (options: ApiOptions, which: string): Readonly<Record<string, unknown>> => ({
  FULL_REFRESH: options.fullRefresh ?? false,
  FAIL_FAST: options.failFast ?? false,
  STORE_FAILURES: options.storeFailures ?? false,
  EMPTY: options.empty ?? false,
  SAMPLE: options.sample ?? null,
  INTROSPECT: options.introspect ?? true,
  TARGET_PATH: options.targetPath ?? null,
  PROFILES_DIR: options.profilesDir ?? null,
  INVOCATION_COMMAND: `etl ${which}`,
  ...options.flags,
  WHICH: which,
});

/** What reading a project needs: the options, and the world for the rest. */
export async function loadInput(
  dir: string,
  options: ApiOptions,
  invocation: Invocation,
  which: string,
  args: Readonly<Record<string, unknown>> = {},
): Promise<LoadInput> {
  const vars = await varsOf(options);
  const flags = flagsOf(options, which);
  return {
    fs: disk,
    projectDir: dir,
    cwd: invocation.cwd,
    homeDir: invocation.env['HOME'] ?? homedir(),
    env: invocation.env,
    adapters: { types: ADAPTER_TYPES, load: adapterFor },
    invocation,
    profilesDir:
      options.profilesDir === undefined ? undefined : resolve(invocation.cwd, options.profilesDir),
    profile: options.profile,
    target: options.target,
    threads: options.threads,
    targetPath: options.targetPath,
    packagesInstallPath: options.packagesInstallPath,
    vars,
    flags,
    versionCheck: options.versionCheck,
    timeline: invocation.timeline,
    args: invocationArgs(options, flags, vars ?? {}, args),
  };
}
