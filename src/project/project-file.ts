import type { Checked, Diagnostic } from '../kernel/diagnostic.ts';
import { didYouMean } from '../kernel/did-you-mean.ts';
import { errorOf, warningOf } from './problems.ts';
import { CONFIG_SECTIONS, PROJECT_KEYS } from './project-keys.ts';
import type { ConfigSection } from './project-keys.ts';
import { FLAG_NAMES, flagProblem } from './project-flags.ts';
import { isTemplate, renderTree } from './yaml-render.ts';
import type { RenderValue } from './yaml-render.ts';
import { isYamlMap } from './yaml.ts';
import type { YamlDocument, YamlMap, YamlPath } from './yaml.ts';

/** What a project says about which parts of names are quoted; undefined where it says nothing. */
export interface QuotingWish {
  readonly database?: boolean;
  readonly schema?: boolean;
  readonly identifier?: boolean;
}

export interface ProjectPaths {
  readonly models: readonly string[];
  readonly seeds: readonly string[];
  readonly tests: readonly string[];
  readonly macros: readonly string[];
  readonly snapshots: readonly string[];
  readonly analyses: readonly string[];
  readonly functions: readonly string[];
  readonly docs: readonly string[];
}

/** dbt_project.yml, read and rendered. */
export interface ProjectFile {
  readonly document: YamlDocument;
  readonly name: string;
  readonly version: string | null;
  readonly profile: string | undefined;
  readonly paths: ProjectPaths;
  readonly targetPath: string;
  readonly packagesInstallPath: string;
  readonly cleanTargets: readonly string[];
  readonly requireDbtVersion: readonly string[];
  /** values as templates see them; never rendered here */
  readonly vars: YamlMap;
  readonly quoting: QuotingWish;
  readonly dispatch: Readonly<Record<string, readonly string[]>>;
  /** undefined: dbt's default comment; null: none */
  /** `restrict-access`: other packages may refer to public models only */
  readonly restrictAccess: boolean;
  readonly queryComment: unknown;
  readonly onRunStart: readonly string[];
  readonly onRunEnd: readonly string[];
  readonly flags: YamlMap;
  /** the config trees, rendered except hooks */
  readonly configs: Readonly<Record<ConfigSection, YamlMap>>;
  /** the same as written */
  readonly unrenderedConfigs: Readonly<Record<ConfigSection, YamlMap>>;
}

const HOOKS = new Set(['pre-hook', 'post-hook', 'pre_hook', 'post_hook']);

/** Hooks and vars are rendered where they are used. */
function isRenderedNow(path: YamlPath): boolean {
  const [first] = path;
  if (
    first === 'on-run-start' ||
    first === 'on-run-end' ||
    first === 'query-comment' ||
    first === 'vars'
  )
    return false;
  return !path.some((step) => typeof step === 'string' && HOOKS.has(step.replace(/^[+\s]+/, '')));
}

class Reader {
  readonly diagnostics: Diagnostic[] = [];
  readonly document: YamlDocument;
  readonly raw: YamlMap;
  readonly rendered: YamlMap;

  constructor(document: YamlDocument, render: RenderValue) {
    this.document = document;
    this.raw = document.value as YamlMap;
    this.rendered = renderTree(this.raw, [], {
      document,
      render,
      wants: isRenderedNow,
      diagnostics: this.diagnostics,
    }) as YamlMap;
  }

  invalid(path: YamlPath, expected: string, hint?: string): undefined {
    const shown = path.filter((step) => typeof step === 'string').join('.');
    this.diagnostics.push(
      errorOf('ETL1004', `"${shown}" must be ${expected}`, {
        at: this.document.spanOf(path),
        hint: hint ?? hintFor(expected, shown),
      }),
    );
    return undefined;
  }

  text(key: string): string | undefined {
    const value = this.rendered[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string') return value;
    if (typeof value === 'number') return String(value);
    return this.invalid([key], 'a text');
  }

  texts(key: string, fallback: readonly string[]): readonly string[] {
    const value = this.rendered[key];
    if (value === undefined || value === null) return fallback;
    const list = Array.isArray(value) ? (value as unknown[]) : [value];
    if (list.every((item) => typeof item === 'string')) return list;
    const index = list.findIndex((item) => typeof item !== 'string');
    this.invalid(Array.isArray(value) ? [key, index] : [key], 'a list of texts');
    return fallback;
  }

  map(key: string, from: YamlMap = this.rendered): YamlMap {
    const value = from[key];
    if (value === undefined || value === null) return {};
    if (isYamlMap(value)) return value;
    if (from === this.rendered) this.invalid([key], 'a mapping');
    return {};
  }

  quoting(): QuotingWish {
    const wish: Record<string, boolean> = {};
    for (const [key, value] of Object.entries(this.map('quoting'))) {
      if (key !== 'database' && key !== 'schema' && key !== 'identifier' && key !== 'project') {
        if (key !== 'snowflake_ignore_case' && key !== 'column')
          this.unknown(['quoting', key], ['database', 'schema', 'identifier']);
      } else if (typeof value === 'boolean') wish[key === 'project' ? 'database' : key] = value;
      else if (value !== null) this.invalid(['quoting', key], 'true or false');
    }
    return wish;
  }

  dispatch(): Readonly<Record<string, readonly string[]>> {
    const orders: Record<string, readonly string[]> = {};
    const list = this.rendered['dispatch'];
    if (list === undefined || list === null) return orders;
    if (!Array.isArray(list)) {
      this.invalid(['dispatch'], 'a list of {macro_namespace, search_order}');
      return orders;
    }
    for (const [i, entry] of (list as unknown[]).entries()) {
      const namespace = isYamlMap(entry) ? entry['macro_namespace'] : undefined;
      const order = isYamlMap(entry) ? entry['search_order'] : undefined;
      if (typeof namespace === 'string' && Array.isArray(order))
        orders[namespace] = (order as unknown[]).map(String);
      else this.invalid(['dispatch', i], '{macro_namespace: name, search_order: [package, ...]}');
    }
    return orders;
  }

  /** `flags:`, with names and kinds of values checked. */
  flags(): YamlMap {
    const flags = this.map('flags');
    for (const [name, value] of Object.entries(flags)) {
      const expected = flagProblem(name, value);
      if (!FLAG_NAMES.includes(name)) this.unknown(['flags', name], FLAG_NAMES);
      else if (expected !== undefined) this.invalid(['flags', name], expected);
    }
    return flags;
  }

  unknown(path: YamlPath, known: readonly string[]): void {
    const key = String(path.at(-1));
    this.diagnostics.push(
      warningOf('ETL1005', `unknown key "${key}"`, {
        at: this.document.keySpanOf(path),
        hint:
          didYouMean(key, known) ??
          'It has no effect; remove it, or keep own values below vars or meta.',
      }),
    );
  }
}

/** How a value of the kind is written. */
function hintFor(expected: string, key: string): string {
  if (expected === 'a list of texts') return `Write it as a list: ${key}: [one, two]`;
  if (expected === 'true or false') return `Write ${key}: true, or ${key}: false.`;
  if (expected === 'a mapping') return `Write lines such as "name: value", indented below ${key}.`;
  if (expected === 'a text') return 'Put the value into quotes.';
  return `Write it as ${expected}.`;
}

const RENAMED: Readonly<Record<string, string>> = {
  'source-paths': 'model-paths',
  'data-paths': 'seed-paths',
  semantic_models: 'semantic-models',
};

function checkKeys(reader: Reader): void {
  for (const key of Object.keys(reader.raw))
    if (!PROJECT_KEYS.includes(key)) reader.unknown([key], PROJECT_KEYS);
  for (const [old, current] of Object.entries(RENAMED))
    if (Object.hasOwn(reader.raw, old) && PROJECT_KEYS.includes(old))
      reader.diagnostics.push(
        warningOf('ETL1005', `"${old}" is an old name`, {
          at: reader.document.keySpanOf([old]),
          hint: `Write "${current}".`,
        }),
      );
}

function requireName(reader: Reader): string {
  const name = reader.text('name');
  if (name === undefined) {
    reader.diagnostics.push(
      errorOf('ETL1004', 'dbt_project.yml needs a "name"', {
        at: reader.document.spanOf([]),
        hint: 'Add a line such as: name: my_project',
      }),
    );
    return 'unnamed';
  }
  if (!/^[A-Za-z_]\w*$/.test(name))
    reader.invalid(
      ['name'],
      'letters, digits and underscores, not beginning with a digit',
      `"${name}" is not.`,
    );
  return name;
}

/** The config tree of a section; `tests` is the older name of `data_tests`. */
function sectionOf(reader: Reader, section: ConfigSection, from: YamlMap): YamlMap {
  const found = reader.map(section, from);
  return section === 'data_tests' ? { ...reader.map('tests', from), ...found } : found;
}

function sections(reader: Reader, from: YamlMap): Readonly<Record<ConfigSection, YamlMap>> {
  return Object.fromEntries(
    CONFIG_SECTIONS.map((section) => [section, sectionOf(reader, section, from)]),
  ) as Record<ConfigSection, YamlMap>;
}

function pathsOf(reader: Reader): ProjectPaths {
  const models = reader.texts('model-paths', reader.texts('source-paths', ['models']));
  const seeds = reader.texts('seed-paths', reader.texts('data-paths', ['seeds']));
  const tests = reader.texts('test-paths', ['tests']);
  const macros = reader.texts('macro-paths', ['macros']);
  const snapshots = reader.texts('snapshot-paths', ['snapshots']);
  const analyses = reader.texts('analysis-paths', ['analyses']);
  const functions = reader.texts('function-paths', ['functions']);
  // dbt reads descriptions wherever there may be a resource
  const docs = reader.texts('docs-paths', [
    ...new Set([...models, ...seeds, ...snapshots, ...analyses, ...macros, ...tests, ...functions]),
  ]);
  return { models, seeds, tests, macros, snapshots, analyses, functions, docs };
}

/** Reads dbt_project.yml. The hooks of runs and nodes, the query comment and vars stay templates. */
export function readProjectFile(document: YamlDocument, render: RenderValue): Checked<ProjectFile> {
  if (!isYamlMap(document.value))
    return {
      value: undefined,
      diagnostics: [
        errorOf('ETL1004', 'dbt_project.yml must be a mapping', {
          at: document.spanOf([]),
          hint: 'Begin with a line such as: name: my_project',
        }),
      ],
    };
  const reader = new Reader(document, render);
  checkKeys(reader);
  const vars = document.exact(['vars']);
  if (vars !== undefined && vars !== null && !isYamlMap(vars))
    reader.invalid(['vars'], 'a mapping');
  const comment = reader.raw['query-comment'];
  if (
    comment !== undefined &&
    comment !== null &&
    typeof comment !== 'string' &&
    !isYamlMap(comment)
  )
    reader.invalid(['query-comment'], 'a text, null, or {comment, append, job-label}');
  const targetPath = reader.text('target-path') ?? 'target';
  const installPath = reader.text('packages-install-path') ?? 'dbt_packages';
  const value: ProjectFile = {
    document,
    name: requireName(reader),
    version: reader.text('version') ?? null,
    profile: reader.text('profile'),
    paths: pathsOf(reader),
    targetPath,
    packagesInstallPath: installPath,
    cleanTargets: reader.texts('clean-targets', [targetPath]),
    requireDbtVersion: reader.texts('require-dbt-version', []),
    vars: isYamlMap(vars) ? vars : {},
    quoting: reader.quoting(),
    dispatch: reader.dispatch(),
    restrictAccess: reader.rendered['restrict-access'] === true,
    queryComment: Object.hasOwn(reader.raw, 'query-comment')
      ? reader.raw['query-comment']
      : undefined,
    onRunStart: reader.texts('on-run-start', []),
    onRunEnd: reader.texts('on-run-end', []),
    flags: reader.flags(),
    configs: sections(reader, reader.rendered),
    unrenderedConfigs: sections(reader, reader.raw),
  };
  return { value, diagnostics: reader.diagnostics };
}

/** The profile's name before anything else is known; a template is rendered first. */
export function profileNameOf(document: YamlDocument, render: RenderValue): string | undefined {
  const value = isYamlMap(document.value) ? document.value['profile'] : undefined;
  if (typeof value !== 'string') return undefined;
  if (!isTemplate(value)) return value;
  const rendered = renderTree(value, ['profile'], {
    document,
    render,
    wants: () => true,
    diagnostics: [],
  });
  return typeof rendered === 'string' ? rendered : undefined;
}
