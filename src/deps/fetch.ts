// One package of each kind, brought into a folder inside the project.
import { writeFile } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { hasErrors, type Diagnostic } from '../kernel/diagnostic.ts';
import { EtlError } from '../kernel/error.ts';
import { PROJECT_FILE } from '../project/file-system.ts';
import { readPackageList } from '../project/package-list.ts';
import type {
  GitSpec,
  HubSpec,
  LocalSpec,
  PackageSpec,
  TarballSpec,
} from '../project/package-specs.ts';
import { isYamlMap, parseYaml } from '../project/yaml.ts';
import { archiveBytes, requireSum } from './download.ts';
import { checkOut } from './git.ts';
import type { HubVersion } from './hub.ts';
import { ArchiveProblem, escapingLink, unpack } from './unpack.ts';
import { cannotInstall, type DepsWorld } from './world.ts';

/** A package whose one version is known. */
export interface Pinned {
  readonly spec: PackageSpec;
  /** folder below packages-install-path: the name of its project */
  readonly name: string;
  /** its entry in package-lock.yml, without the name */
  readonly entry: Readonly<Record<string, string>>;
  /** what it asks for in turn */
  readonly requires: readonly PackageSpec[];
  /** as it is told: `version 1.3.0` */
  readonly shown: string;
  readonly subdirectory?: string;
  /** the newest version there is, of a package of the registry */
  readonly latest?: string;
  readonly version?: string;
  /** the folder with its files; fetched now where that was not needed yet */
  readonly files: () => Promise<string>;
  /** true: the folder is not ours, and is linked to */
  readonly stays: boolean;
}

/** What dbt_project.yml and packages.yml in the folder of a package say. */
async function describe(
  world: DepsWorld,
  spec: PackageSpec,
  folder: string,
): Promise<{ readonly name: string; readonly requires: readonly PackageSpec[] }> {
  const path = join(folder, PROJECT_FILE);
  if (!(await world.fs.exists(path)))
    throw cannotInstall(
      spec,
      `there is no ${PROJECT_FILE} in it`,
      spec.kind === 'git'
        ? 'Name the folder of the project inside the repository as "subdirectory".'
        : 'Name the folder of a dbt project.',
    );
  const parsed = parseYaml(await world.fs.readText(path), PROJECT_FILE);
  const name = isYamlMap(parsed.value?.value) ? parsed.value.value['name'] : undefined;
  if (typeof name !== 'string' || !/^\w+$/.test(name))
    throw cannotInstall(
      spec,
      `its ${PROJECT_FILE} has no usable "name"`,
      'Check that it is a dbt project.',
    );
  const diagnostics: Diagnostic[] = [];
  const { specs } = await readPackageList(world.fs, folder, `${name}/`, world.render, diagnostics);
  // what the package's author wrote is named, and is not a place in the user's files
  if (hasErrors(diagnostics)) throw new EtlError(diagnostics.filter((d) => d.severity === 'error'));
  return { name, requires: specs };
}

async function refuseEscapes(spec: PackageSpec, folder: string): Promise<void> {
  const link = await escapingLink(folder);
  if (link !== undefined)
    throw cannotInstall(
      spec,
      `its link "${link}" leads outside the package`,
      'Take another version of the package.',
    );
}

/** A folder on this machine. */
export async function pinLocal(world: DepsWorld, spec: LocalSpec): Promise<Pinned> {
  const folder = resolve(world.projectDir, spec.path);
  if ((await world.fs.stat(folder))?.isFolder !== true)
    throw cannotInstall(
      spec,
      `there is no folder ${folder}`,
      'Check the path; it is taken relative to the project.',
    );
  const { name, requires } = await describe(world, spec, folder);
  const files = (): Promise<string> => Promise.resolve(folder);
  const shown = `<local @ ${spec.path}>`;
  return { spec, name, requires, shown, entry: { local: spec.path }, files, stays: true };
}

/** A commit of a repository. */
export async function pinGit(world: DepsWorld, spec: GitSpec, folder: string): Promise<Pinned> {
  if (spec.warnUnpinned && [undefined, 'HEAD', 'main', 'master'].includes(spec.revision))
    world.report(unpinned(spec));
  const checkout = await checkOut(world, spec, folder);
  await refuseEscapes(spec, checkout.folder);
  const { subdirectory } = spec;
  const below = join(checkout.folder, subdirectory ?? '');
  if (
    subdirectory !== undefined &&
    (isAbsolute(subdirectory) || !below.startsWith(checkout.folder))
  )
    throw cannotInstall(
      spec,
      `the subdirectory "${subdirectory}" is not inside the repository`,
      'Write it relative to the root of the repository.',
    );
  const { name, requires } = await describe(world, spec, below);
  return {
    spec,
    name,
    requires,
    shown: `revision ${checkout.commit}`,
    entry: {
      git: spec.writtenUrl,
      revision: checkout.commit,
      ...(subdirectory === undefined ? {} : { subdirectory }),
    },
    ...(subdirectory === undefined ? {} : { subdirectory }),
    files: () => Promise.resolve(below),
    stays: false,
  };
}

function unpinned(spec: GitSpec): Diagnostic {
  const what =
    spec.revision === undefined || spec.revision === 'HEAD'
      ? 'not pinned: its default branch is taken as it is now'
      : `pinned to the branch "${spec.revision}", which moves`;
  return {
    code: 'ETL1042',
    severity: 'warning',
    message: `the git package ${withoutUser(spec.label)} is ${what}`,
    ...(spec.at === undefined ? {} : { at: spec.at }),
    hint: 'Give it a tag or a commit as revision, or write "warn-unpinned: false".',
  };
}

const withoutUser = (url: string): string => url.replace(/(\w+:\/\/)[^/\s@]+@/, '$1');

async function unpackBytes(
  world: DepsWorld,
  spec: PackageSpec,
  bytes: Buffer,
  folder: string,
): Promise<string> {
  const into = await world.folder(folder);
  const archive = `${into}.tar`;
  await writeFile(archive, bytes);
  try {
    return await unpack(archive, into);
  } catch (error) {
    if (!(error instanceof ArchiveProblem)) throw error;
    throw cannotInstall(
      spec,
      `the archive is not usable: ${error.message}`,
      'An archive of a package is a .tar.gz with one folder in it, which holds dbt_project.yml.',
      error,
    );
  }
}

/** An archive. */
export async function pinTarball(
  world: DepsWorld,
  spec: TarballSpec,
  folder: string,
): Promise<Pinned> {
  if (!/^\w+$/.test(spec.name))
    throw cannotInstall(
      spec,
      `"${spec.name}" cannot be the name of a package`,
      'Use letters, digits and underscores.',
    );
  const bytes = await archiveBytes(world, spec, spec.url);
  const files = await unpackBytes(world, spec, bytes, folder);
  const { requires } = await describe(world, spec, files);
  return {
    spec,
    name: spec.name,
    requires,
    shown: `tarball (url: ${withoutUser(spec.url)})`,
    entry: { tarball: spec.writtenUrl },
    files: () => Promise.resolve(files),
    stays: false,
  };
}

/** A version of the registry; its archive is fetched when it is installed. */
export function pinHub(
  world: DepsWorld,
  spec: HubSpec,
  version: HubVersion,
  folder: string,
): Pinned {
  if (!/^\w+$/.test(version.name))
    throw cannotInstall(
      spec,
      `the registry gives it a name that no folder can have`,
      'Take another version of the package.',
    );
  let files: Promise<string> | undefined;
  const bring = async (): Promise<string> => {
    const bytes = await archiveBytes(world, spec, version.url);
    requireSum(spec, bytes, version.sha1);
    const unpacked = await unpackBytes(world, spec, bytes, folder);
    await describe(world, spec, unpacked);
    return unpacked;
  };
  return {
    spec,
    name: version.name,
    requires: version.packages,
    shown: `version ${version.version}`,
    entry: { package: spec.package, version: version.version },
    latest: version.latest,
    version: version.version,
    files: () => (files ??= bring()),
    stays: false,
  };
}
