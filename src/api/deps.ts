import { realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PACKAGES, readNewPackage, withPackage, type NewPackage } from '../deps/add-package.ts';
import { installPackages, mayHoldPackages, writeWhole } from '../deps/deps.ts';
import { hasErrors, type Diagnostic } from '../kernel/diagnostic.ts';
import { EtlError } from '../kernel/error.ts';
import { disk } from '../project/disk.ts';
import { readOutline, type ProjectOutline } from '../project/outline.ts';
import {
  PACKAGE_FILES,
  packageSpecsOf,
  readPackageList,
  type PackageList,
} from '../project/package-list.ts';
import { versionProblems } from '../project/required-version.ts';
import { parseYaml } from '../project/yaml.ts';
import { fileProblem } from './file-problem.ts';
import { newInvocation, type Invocation } from './invocation.ts';
import { tellOutline, withoutSecrets } from './open-project.ts';
import { loadInput } from './load-input.ts';
import { findProjectDir } from './places.ts';
import type { ApiOptions } from './options.ts';

/** What `deps` takes besides. */
export interface DepsOptions extends ApiOptions {
  /** write package-lock.yml, install nothing */
  readonly lock?: boolean;
  /** look versions up anew although the lock file is satisfied */
  readonly upgrade?: boolean;
  /** a package to add to packages.yml: `dbt-labs/dbt_utils@1.3.0` */
  readonly addPackage?: string;
  /** what kind of package that is (default: hub) */
  readonly source?: string;
  /** told, line by line, what is done */
  readonly tell?: (text: string) => void;
}

const HUB = 'https://hub.getdbt.com/';

/**
 * Installs the packages that packages.yml or dependencies.yml name, in the versions of package-lock.yml. Needs no connection to a
 * warehouse, and no network where everything is there. Throws an EtlError that names the package; nothing is changed then.
 */
export async function deps(options: DepsOptions = {}): Promise<void> {
  const invocation = newInvocation(options);
  const added = addedPackage(options);
  const dir = await findProjectDir(options, invocation);
  const input = await loadInput(dir, options, invocation, 'deps');
  const { value: outline, diagnostics } = await readOutline(input);
  if (outline === undefined) throw new EtlError(diagnostics);
  const { project } = outline;
  const secrets = [...outline.secrets, ...(await credentialsIn(dir))];
  tellOutline(options, dir, secrets);
  const fail = (found: readonly Diagnostic[]): EtlError =>
    withoutSecrets(options, dir, secrets, found);
  const versions = options.versionCheck === false ? [] : versionProblems(project);
  if (hasErrors([...diagnostics, ...versions])) throw fail([...diagnostics, ...versions]);
  const installDir = await requireInstallDir(dir, outline);
  const problems: Diagnostic[] = [];
  const listed = await readPackageList(disk, dir, '', outline.renderPackages, problems);
  if (hasErrors(problems)) throw fail(problems);
  options.report?.(problems);
  const tell = options.tell ?? ((): void => undefined);
  try {
    const addition = added && (await addTo(dir, listed, added, outline));
    await installPackages({
      world: worldOf(dir, options, invocation, outline),
      installDir,
      list: addition?.list ?? listed,
      wishes: { onlyLock: options.lock ?? false, upgrade: options.upgrade ?? false },
      id: invocation.id,
      tell,
    });
    if (addition === undefined) return;
    await writeWhole(join(dir, listed.file), addition.text);
    for (const removed of addition.removed)
      tell(`Found duplicate package in ${listed.file}, removing: ${removed}`);
    tell(`Added new package ${options.addPackage} to ${join(dir, listed.file)}`);
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    throw code !== undefined && path !== undefined ? fileProblem(error, path) : error;
  }
}

function worldOf(
  dir: string,
  options: DepsOptions,
  { env, signal, sleep }: Invocation,
  outline: ProjectOutline,
): Parameters<typeof installPackages>[0]['world'] {
  return {
    fs: disk,
    projectDir: dir,
    projectName: outline.project.name,
    env: outline.env,
    signal,
    sleep,
    render: outline.renderPackages,
    hubUrl: env['DBT_PACKAGE_HUB_URL'] || HUB,
    checksVersions: options.versionCheck !== false,
    report: (diagnostic) => options.report?.([diagnostic]),
  };
}

function addedPackage({ addPackage, source = 'hub' }: DepsOptions): NewPackage | undefined {
  if (addPackage === undefined) return undefined;
  const kind = PACKAGES.find((known) => known === source);
  const added = kind && readNewPackage(addPackage, kind);
  const wrong =
    added === undefined
      ? `--source is hub, git or local, not "${source}"`
      : added.source === 'hub' && added.version === undefined
        ? `--add-package wants a version of ${added.name}`
        : undefined;
  if (wrong === undefined) return added;
  const hint = 'Write it so: etl deps --add-package dbt-labs/dbt_utils@1.3.0';
  throw new EtlError([{ code: 'ETL1001', severity: 'error', message: wrong, hint }]);
}

/** The list with one more package, and the text of the file that will hold it. */
async function addTo(
  dir: string,
  { file }: PackageList,
  added: NewPackage,
  { renderPackages }: ProjectOutline,
): Promise<{
  readonly list: PackageList;
  readonly text: string;
  readonly removed: readonly string[];
}> {
  const path = join(dir, file);
  const { text, removed } = withPackage(
    (await disk.exists(path)) ? await disk.readText(path) : '',
    added,
  );
  const { value, diagnostics } = parseYaml(text, file);
  const found: Diagnostic[] = [...diagnostics];
  const specs = value === undefined ? [] : packageSpecsOf(value, renderPackages, found);
  if (hasErrors(found)) throw new EtlError(found);
  return { list: { file, specs }, text, removed };
}

/** Passwords and tokens that stand in URLs of the package files: they are never printed. */
async function credentialsIn(dir: string): Promise<readonly string[]> {
  const texts = await Promise.all(
    PACKAGE_FILES.map((file) => disk.readText(join(dir, file)).catch(() => '')),
  );
  return [...texts.join('\n').matchAll(/\w:\/\/([^/\s@:]+)(?::([^/\s@]+))?@/g)].flatMap(
    ([, user = '', password]) => password ?? (user === 'git' ? [] : user),
  );
}

/** packages-install-path as a place on the disk; it must not hold anything else of the project. */
async function requireInstallDir(dir: string, { project }: ProjectOutline): Promise<string> {
  const installDir = resolve(dir, project.packagesInstallPath);
  const sources = Object.values(project.paths)
    .flat()
    .map((path) => resolve(dir, path));
  const real = await realpath(resolve(installDir, '..')).catch(() => resolve(installDir, '..'));
  const realDir = await realpath(dir).catch(() => dir);
  if (
    mayHoldPackages(dir, installDir, sources) &&
    (real === realDir || mayHoldPackages(realDir, real, []))
  )
    return installDir;
  throw new EtlError([
    {
      code: 'ETL1004',
      severity: 'error',
      message: `packages cannot be installed into "${project.packagesInstallPath}"`,
      at: project.document.spanOf(['packages-install-path']),
      hint: 'Name a folder inside the project that holds nothing else, such as dbt_packages.',
    },
  ]);
}
