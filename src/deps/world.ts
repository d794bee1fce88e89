// What fetching packages needs from the world, and how it tells what went wrong.
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { EtlError } from '../kernel/error.ts';
import type { FileSystem } from '../project/file-system.ts';
import type { PackageSpec } from '../project/package-specs.ts';
import type { RenderValue } from '../project/yaml-render.ts';

export interface DepsWorld {
  readonly fs: FileSystem;
  readonly projectDir: string;
  /** name of the root project */
  readonly projectName: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly sleep: (ms: number) => Promise<void>;
  /** renders values of package files */
  readonly render: RenderValue;
  /** base of the package registry */
  readonly hubUrl: string;
  /** false: versions that ask for another dbt version are taken, too */
  readonly checksVersions: boolean;
  /** an empty folder of the given name, inside the project, that is gone afterwards */
  readonly folder: (name: string) => Promise<string>;
  readonly report: (diagnostic: Diagnostic) => void;
}

/** A package that something asks for, and who asks. */
export interface Requirement {
  readonly spec: PackageSpec;
  readonly by: string;
}

/** A URL as it may be shown: without user and password. */
export const withoutCredentials = (text: string): string =>
  text
    .replace(/(https?:\/\/)[^/\s@]+@/gi, '$1*****@')
    .replace(/(\w+:\/\/[^/\s@:]+):[^/\s@]*@/g, '$1:*****@');

/** The error of a package that cannot be had: names it, says why, and what to do. */
export function cannotInstall(
  spec: PackageSpec,
  reason: string,
  hint: string,
  cause?: unknown,
): EtlError {
  const problem: Diagnostic = {
    code: 'ETL1040',
    severity: 'error',
    message: `cannot install ${withoutCredentials(spec.label)}: ${withoutCredentials(reason)}`,
    ...(spec.at === undefined ? {} : { at: spec.at }),
    hint,
  };
  return new EtlError([problem], cause === undefined ? {} : { cause });
}

/** The error of packages that cannot be used together. */
export function contradiction(
  message: string,
  requirements: readonly Requirement[],
  hint: string,
): EtlError {
  const at = requirements.find(({ spec }) => spec.at !== undefined)?.spec.at;
  return new EtlError([
    {
      code: 'ETL1041',
      severity: 'error',
      message: withoutCredentials(message),
      ...(at === undefined ? {} : { at }),
      hint,
      related: requirements.map(({ spec, by }) => ({
        message: withoutCredentials(`${by} asks for ${wishOf(spec)}`),
        ...(spec.at === undefined ? {} : { at: spec.at }),
      })),
    },
  ]);
}

function wishOf(spec: PackageSpec): string {
  switch (spec.kind) {
    case 'hub':
      return `${spec.package} ${spec.conditions.map(({ text }) => text).join(', ')}`;
    case 'git':
      return `${spec.url} at ${spec.revision ?? 'its default branch'}`;
    case 'local':
      return `the folder ${spec.path}`;
    case 'tarball':
      return `the archive ${spec.url}`;
  }
}
