import type { Diagnostic } from '../kernel/diagnostic.ts';
import { PROJECT_FILE, joinPath } from './file-system.ts';
import type { FileSystem } from './file-system.ts';
import { errorOf } from './problems.ts';
import { readProjectFile } from './project-file.ts';
import type { ProjectFile } from './project-file.ts';
import { PackageReader } from './text-files.ts';
import type { PackageFiles, ProjectPackage } from './text-files.ts';
import type { RenderValue } from './yaml-render.ts';
import { parseYaml } from './yaml.ts';

const NO_FILES: PackageFiles = {
  models: [],
  analyses: [],
  snapshots: [],
  singularTests: [],
  macros: [],
  docs: [],
  seeds: [],
  properties: [],
  pythonModels: [],
  fixtures: [],
};

/** What is read of a package: everything, or its macros where the nodes are known. */
export type Extent = 'everything' | 'macros';

/** Reads one package whose dbt_project.yml is known. */
export async function readPackage(
  fs: FileSystem,
  dir: string,
  shownPrefix: string,
  project: ProjectFile,
  diagnostics: Diagnostic[],
  extent: Extent,
): Promise<ProjectPackage> {
  const reader = new PackageReader(fs, dir, shownPrefix);
  if (extent === 'macros') {
    const macros = await reader.readMacros(project);
    return { project, dir, shownPrefix, files: { ...NO_FILES, macros } };
  }
  const files = await reader.read(project);
  diagnostics.push(...reader.diagnostics);
  return { project, dir, shownPrefix, files };
}

/** The packages below packages-install-path. */
export async function installedPackages(
  fs: FileSystem,
  projectDir: string,
  root: ProjectFile,
  render: RenderValue,
  diagnostics: Diagnostic[],
  extent: Extent,
): Promise<readonly ProjectPackage[]> {
  const folder = root.packagesInstallPath;
  const packages: ProjectPackage[] = [];
  const names = new Map<string, ProjectFile>([[root.name, root]]);
  for (const name of await fs.folders(joinPath(projectDir, folder))) {
    const dir = joinPath(joinPath(projectDir, folder), name);
    const path = joinPath(dir, PROJECT_FILE);
    if (!(await fs.exists(path))) continue;
    const shownPrefix = `${folder}/${name}/`;
    const parsed = parseYaml(await fs.readText(path), `${shownPrefix}${PROJECT_FILE}`);
    diagnostics.push(...parsed.diagnostics);
    if (parsed.value === undefined) continue;
    const read = readProjectFile(parsed.value, render);
    // what a package's author misspelled is not for the user to mend
    diagnostics.push(...read.diagnostics.filter((d) => d.severity === 'error'));
    if (read.value === undefined) continue;
    const twin = names.get(read.value.name);
    if (twin !== undefined) {
      diagnostics.push(
        errorOf('ETL3005', `dbt found more than one package with the name "${read.value.name}"`, {
          at: read.value.document.spanOf(['name']),
          hint: `Remove one of the folders below ${folder}.`,
          related: [{ message: 'the other one', at: twin.document.spanOf(['name']) }],
        }),
      );
      continue;
    }
    names.set(read.value.name, read.value);
    packages.push(await readPackage(fs, dir, shownPrefix, read.value, diagnostics, extent));
  }
  return packages;
}
