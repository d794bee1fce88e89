// packages.yml, dependencies.yml and package-lock.yml: which packages a project asks for.
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { joinPath, type FileSystem } from './file-system.ts';
import { readPackageSpec, type PackageSpec } from './package-specs.ts';
import { errorOf, warningOf } from './problems.ts';
import { renderTree, type RenderValue } from './yaml-render.ts';
import { isYamlMap, parseYaml, type YamlDocument, type YamlMap } from './yaml.ts';

const PACKAGES_FILE = 'packages.yml';
const DEPENDENCIES_FILE = 'dependencies.yml';
export const LOCK_FILE = 'package-lock.yml';
/** Every file that speaks of packages. */
export const PACKAGE_FILES: readonly string[] = [PACKAGES_FILE, DEPENDENCIES_FILE, LOCK_FILE];

/** What one project asks for. */
export interface PackageList {
  /** the file that names the packages; packages.yml where there is none yet */
  readonly file: string;
  readonly specs: readonly PackageSpec[];
}

/** What package-lock.yml holds. */
export interface PackageLock {
  readonly specs: readonly PackageSpec[];
  /** of the entries that it was made from */
  readonly hash: string;
}

async function documentOf(
  fs: FileSystem,
  dir: string,
  shownPrefix: string,
  file: string,
  diagnostics: Diagnostic[],
): Promise<YamlDocument | undefined> {
  const path = joinPath(dir, file);
  if ((await fs.stat(path))?.isFolder !== false) return undefined;
  const parsed = parseYaml(await fs.readText(path), `${shownPrefix}${file}`);
  diagnostics.push(...parsed.diagnostics);
  const { value } = parsed;
  if (value === undefined || value.value === null) return undefined;
  if (isYamlMap(value.value)) return value;
  const hint = 'Begin with a line that reads: packages:';
  diagnostics.push(errorOf('ETL1004', `${file} must be a mapping`, { at: value.spanOf([]), hint }));
  return undefined;
}

const asksForPackages = (document: YamlDocument | undefined): document is YamlDocument =>
  isYamlMap(document?.value) && Object.hasOwn(document.value, 'packages');

/** The entries below `packages` of a document. */
export function packageSpecsOf(
  document: YamlDocument,
  render: RenderValue,
  diagnostics: Diagnostic[],
): readonly PackageSpec[] {
  const { value } = document;
  const list = isYamlMap(value) ? value['packages'] : undefined;
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) {
    const at = document.spanOf(['packages']);
    const hint = 'Write one entry a line: "- package: dbt-labs/dbt_utils", with its version.';
    diagnostics.push(errorOf('ETL1004', '"packages" must be a list', { at, hint }));
    return [];
  }
  return (list as unknown[]).flatMap((item, i) => {
    const path = ['packages', i];
    if (!isYamlMap(item)) {
      const at = document.spanOf(path);
      const hint = 'Write "package: org/name", or git, local or tarball, and what belongs to it.';
      diagnostics.push(errorOf('ETL1004', 'a package must be a mapping', { at, hint }));
      return [];
    }
    const found: Diagnostic[] = [];
    const written = document.exact(path) as YamlMap;
    const rules = { document, render, wants: () => true, diagnostics: found };
    const rendered = Object.fromEntries(
      Object.entries(item).map(([key, plain]) => {
        const value = renderTree(plain, [...path, key], rules);
        // what no template changed keeps its kind of number
        return [key, JSON.stringify(value) === JSON.stringify(plain) ? written[key] : value];
      }),
    );
    const spanOf = (key?: string): ReturnType<YamlDocument['spanOf']> =>
      key === undefined || !Object.hasOwn(item, key)
        ? document.spanOf(path)
        : document.spanOf([...path, key]);
    diagnostics.push(...found);
    if (found.some((d) => d.severity === 'error')) return [];
    const spec = readPackageSpec({ rendered, written, spanOf }, diagnostics);
    return spec === undefined ? [] : [spec];
  });
}

/** Reads what the project in `dir` asks for; problems are collected. */
export async function readPackageList(
  fs: FileSystem,
  dir: string,
  shownPrefix: string,
  render: RenderValue,
  diagnostics: Diagnostic[],
): Promise<PackageList> {
  const packages = await documentOf(fs, dir, shownPrefix, PACKAGES_FILE, diagnostics);
  const dependencies = await documentOf(fs, dir, shownPrefix, DEPENDENCIES_FILE, diagnostics);
  if (asksForPackages(packages) && asksForPackages(dependencies))
    diagnostics.push(
      errorOf('ETL1004', `both ${DEPENDENCIES_FILE} and ${PACKAGES_FILE} name packages`, {
        at: dependencies.keySpanOf(['packages']),
        hint: 'Keep the list in one of the two files.',
        related: [{ message: 'the other list', at: packages.keySpanOf(['packages']) }],
      }),
    );
  if (isYamlMap(dependencies?.value) && Array.isArray(dependencies.value['projects']))
    diagnostics.push(
      warningOf('ETL4002', 'references to other projects ("projects") are not supported', {
        at: dependencies.keySpanOf(['projects']),
        hint: 'They are read over. Name the other project as a git or local package.',
      }),
    );
  const chosen = asksForPackages(dependencies) ? dependencies : packages;
  const specs = chosen === undefined ? [] : packageSpecsOf(chosen, render, diagnostics);
  return { file: chosen === dependencies && chosen ? DEPENDENCIES_FILE : PACKAGES_FILE, specs };
}

/** Reads package-lock.yml; undefined when there is none. */
export async function readPackageLock(
  fs: FileSystem,
  dir: string,
  render: RenderValue,
  diagnostics: Diagnostic[],
): Promise<PackageLock | undefined> {
  const document = await documentOf(fs, dir, '', LOCK_FILE, diagnostics);
  if (document === undefined) return undefined;
  const hash = isYamlMap(document.value) ? document.value['sha1_hash'] : undefined;
  const specs = packageSpecsOf(document, render, diagnostics);
  return { specs, hash: typeof hash === 'string' ? hash : '' };
}
