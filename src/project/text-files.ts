import { sha256 } from '../kernel/hash.ts';
import { joinPath } from './file-system.ts';
import type { FileSystem } from './file-system.ts';
import type { ProjectFile } from './project-file.ts';
import { parseYaml } from './yaml.ts';
import type { YamlDocument } from './yaml.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { errorOf } from './problems.ts';

/** A text file of a package. */
export interface TextFile {
  /** below its resource folder: `gold/x.sql` */
  readonly path: string;
  /** below the package: `models/gold/x.sql` */
  readonly originalPath: string;
  /** as messages name it: below the root project */
  readonly shownPath: string;
  readonly text: string;
}

/** A data file: its text is not kept. */
export interface SeedFile extends Omit<TextFile, 'text'> {
  readonly checksum: { readonly name: string; readonly checksum: string };
  /** where the file lies on the disk */
  readonly fullPath: string;
  /** undefined when the file has no header */
  readonly header: string | undefined;
}

/** A YAML file of resources. */
export interface PropertyDocument extends TextFile {
  readonly document: YamlDocument;
}

/** Every file of one package, by what it holds. */
export interface PackageFiles {
  readonly models: readonly TextFile[];
  readonly analyses: readonly TextFile[];
  readonly snapshots: readonly TextFile[];
  readonly singularTests: readonly TextFile[];
  /** macros, and generic tests below `<test-path>/generic` */
  readonly macros: readonly TextFile[];
  readonly docs: readonly TextFile[];
  readonly seeds: readonly SeedFile[];
  readonly properties: readonly PropertyDocument[];
  /** models written in Python, as messages name them: no engine here runs them */
  readonly pythonModels: readonly string[];
  /** rows of unit tests: CSV and SQL below `<test-path>/fixtures` */
  readonly fixtures: readonly TextFile[];
}

/** A package: the root project or one below packages-install-path. */
export interface ProjectPackage {
  readonly project: ProjectFile;
  /** on the disk */
  readonly dir: string;
  /** how paths of the package are shown: '' for the root, `dbt_packages/x/` for others */
  readonly shownPrefix: string;
  readonly files: PackageFiles;
}

const MEGABYTE = 1024 * 1024;
const PARALLEL = 32;

interface Found {
  readonly folder: string;
  readonly path: string;
}

/** Whether a file has one of some endings, however they are written: dbt takes `x.SQL` for `x.sql`. */
const endsIn = (path: string, ...endings: readonly string[]): boolean =>
  endings.some((ending) => path.toLowerCase().endsWith(ending));

/** What stands in a text where bytes were no UTF-8. */
const REPLACED = '\uFFFD';

function notUtf8(text: string, file: string): Diagnostic {
  const before = text.slice(0, text.indexOf(REPLACED)).split('\n');
  return errorOf('ETL1090', `${file} is not valid UTF-8`, {
    at: { file, line: before.length, column: (before.at(-1) ?? '').length + 1 },
    hint: 'Save the file as UTF-8; it looks as if it were in an older encoding such as Latin-1.',
  });
}

/** As Python's strip(), which leaves a byte-order mark. */
const stripped = (text: string): string =>
  text.startsWith('\uFEFF') ? `\uFEFF${text.slice(1).trimEnd()}` : text.trim();

/** The same work on many things, a few at a time, results in order. */
async function forEachOf<T, R>(things: readonly T[], work: (thing: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let i = 0; i < things.length; i += PARALLEL)
    results.push(...(await Promise.all(things.slice(i, i + PARALLEL).map(work))));
  return results;
}

const isGeneric = (path: string): boolean => path.startsWith('generic/');

/** Reads the files of one package. */
export class PackageReader {
  readonly diagnostics: Diagnostic[] = [];
  readonly #fs: FileSystem;
  readonly #dir: string;
  readonly #prefix: string;
  readonly #listed = new Map<string, Promise<readonly string[]>>();

  constructor(fs: FileSystem, dir: string, shownPrefix: string) {
    this.#fs = fs;
    this.#dir = dir;
    this.#prefix = shownPrefix;
  }

  #list(folder: string): Promise<readonly string[]> {
    let listed = this.#listed.get(folder);
    if (listed === undefined)
      this.#listed.set(folder, (listed = this.#fs.list(joinPath(this.#dir, folder))));
    return listed;
  }

  /** Files below some folders, each once. */
  async #find(folders: readonly string[], wants: (path: string) => boolean): Promise<Found[]> {
    const found = new Map<string, Found>();
    for (const folder of folders)
      for (const path of await this.#list(folder))
        if (wants(path)) found.set(joinPath(folder, path), { folder, path });
    return [...found.values()];
  }

  #place({ folder, path }: Found): Omit<TextFile, 'text'> {
    const originalPath = joinPath(folder, path);
    return { path, originalPath, shownPath: `${this.#prefix}${originalPath}` };
  }

  async #texts(folders: readonly string[], wants: (path: string) => boolean): Promise<TextFile[]> {
    return forEachOf(await this.#find(folders, wants), async (found) => {
      const place = this.#place(found);
      const fullPath = joinPath(this.#dir, place.originalPath);
      const text = await this.#fs.readText(fullPath);
      // a file may hold the sign itself, so its bytes decide
      if (text.includes(REPLACED) && !(await this.#fs.isUtf8(fullPath)))
        this.diagnostics.push(notUtf8(text, place.shownPath));
      return { ...place, text };
    });
  }

  async #seeds(folders: readonly string[]): Promise<SeedFile[]> {
    return forEachOf(await this.#find(folders, (path) => endsIn(path, '.csv')), async (found) => {
      const place = this.#place(found);
      const fullPath = joinPath(this.#dir, place.originalPath);
      const size = (await this.#fs.stat(fullPath))?.size ?? 0;
      // dbt does not hash large seeds: the path stands for them
      if (size > MEGABYTE)
        return {
          ...place,
          fullPath,
          header: undefined,
          checksum: { name: 'path', checksum: place.originalPath },
        };
      const text = await this.#fs.readExactText(fullPath);
      const header = text.split('\n', 1)[0]?.trim();
      return {
        ...place,
        fullPath,
        header: header === '' ? undefined : header,
        checksum: { name: 'sha256', checksum: sha256(stripped(text)) },
      };
    });
  }

  async #properties(folders: readonly string[]): Promise<PropertyDocument[]> {
    const files = await this.#texts(folders, (path) => endsIn(path, '.yml', '.yaml'));
    return files.flatMap((file) => {
      const { value, diagnostics } = parseYaml(file.text, file.shownPath);
      this.diagnostics.push(...diagnostics);
      return value === undefined ? [] : [{ ...file, document: value }];
    });
  }

  /** The macros alone: what is left to be read where the nodes are known. */
  async readMacros({ paths }: ProjectFile): Promise<readonly TextFile[]> {
    const isSql = (path: string): boolean => endsIn(path, '.sql');
    const macros = await this.#texts(paths.macros, isSql);
    return [
      ...macros,
      ...(await this.#texts(paths.tests, (path) => isSql(path) && isGeneric(path))),
    ];
  }

  async read(project: ProjectFile): Promise<PackageFiles> {
    const { paths } = project;
    const isSql = (path: string): boolean => endsIn(path, '.sql');
    const isSingular = (path: string): boolean =>
      isSql(path) && !isGeneric(path) && !path.startsWith('fixtures/');
    const isFixture = (path: string): boolean => /^fixtures\/.*\.(?:csv|sql)$/i.test(path);
    const [
      models,
      analyses,
      snapshots,
      singularTests,
      macros,
      genericTests,
      docs,
      seeds,
      fixtures,
    ] = await Promise.all([
      this.#texts(paths.models, isSql),
      this.#texts(paths.analyses, isSql),
      this.#texts(paths.snapshots, isSql),
      this.#texts(paths.tests, isSingular),
      this.#texts(paths.macros, isSql),
      this.#texts(paths.tests, (path) => isSql(path) && isGeneric(path)),
      this.#texts(paths.docs, (path) => endsIn(path, '.md')),
      this.#seeds(paths.seeds),
      this.#texts(paths.tests, isFixture),
    ]);
    const folders = [
      paths.models,
      paths.seeds,
      paths.snapshots,
      paths.analyses,
      paths.macros,
      paths.tests,
      paths.functions,
    ];
    const properties = await this.#properties([...new Set(folders.flat())]);
    const python = await this.#find(paths.models, (path) => endsIn(path, '.py'));
    return {
      models,
      analyses,
      snapshots,
      singularTests,
      macros: [...macros, ...genericTests],
      docs,
      seeds,
      properties,
      pythonModels: python.map((found) => this.#place(found).shownPath),
      fixtures,
    };
  }
}
