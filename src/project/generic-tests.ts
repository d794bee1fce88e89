import { didYouMean } from '../kernel/did-you-mean.ts';
import { nodeId } from '../kernel/node-id.ts';
import type { Diagnostic, Span } from '../kernel/diagnostic.ts';
import type { MacroEntry } from '../jinja/library.ts';
import { toPython } from '../jinja/py/convert.ts';
import { toPlain } from '../jinja/scope/plain.ts';
import { captureText } from './capture.ts';
import { readDescription } from './descriptions.ts';
import type { ReadDescription } from './descriptions.ts';
import { textsOf } from './texts.ts';
import type { ConfigValues } from './config-merge.ts';
import { mergeCalls } from './config-merge.ts';
import type { Capture, Draft } from './draft.ts';
import { fqnOf } from './file-nodes.ts';
import { generatedTestName, testHash } from './generic-test-name.ts';
import { errorOf } from './problems.ts';
import { pythonStr } from './python-text.ts';
import type { NodeVersion } from '../manifest/node.ts';
import { baseScope, baseSettings, varLayers, yamlRenderer } from './session.ts';
import type { ProjectPackage, PropertyDocument } from './text-files.ts';
import type { World } from './world.ts';
import { isYamlMap } from './yaml.ts';
import type { YamlDocument, YamlMap, YamlPath } from './yaml.ts';
import { renderTree } from './yaml-render.ts';
import type { RenderValue } from './yaml-render.ts';

/** What a generic test is put on. */
export interface TestTarget {
  readonly section: string;
  /** the model's name (`m.v1` of a version), or `source_table` for sources */
  readonly name: string;
  /** the name that tests take up into theirs: `m_v1` of a version */
  readonly nameInTests?: string;
  readonly version?: NodeVersion;
  /** the name of the entry in the property file: the source's, for its tables */
  readonly entryName: string;
  readonly package: ProjectPackage;
  readonly file: PropertyDocument;
  /** `ref('x')` or `source('x', 'y')` */
  readonly expression: string;
  readonly isSource: boolean;
}

export interface TestEntry {
  readonly target: TestTarget;
  readonly value: unknown;
  readonly path: YamlPath;
  /** quoted where the column asks for it */
  readonly columnName: string | undefined;
  readonly tags: readonly string[];
}

/** Keys of an entry that are config and no argument. */
const CONFIG_ARGUMENTS = [
  'severity',
  'tags',
  'enabled',
  'where',
  'limit',
  'warn_if',
  'error_if',
  'fail_calc',
  'store_failures',
  'store_failures_as',
  'meta',
  'database',
  'schema',
  'alias',
];

interface Written {
  readonly name: string;
  readonly args: YamlMap;
  /** where the arguments stand */
  readonly path: YamlPath;
}

/** The three ways to write a test: a name, `name: {arguments}`, and a mapping with `test_name`. */
function written(world: World, entry: TestEntry): Written | undefined {
  const { value, path } = entry;
  const { document } = entry.target.file;
  const at = document.spanOf(path);
  if (typeof value === 'string') return { name: value, args: {}, path };
  if (!isYamlMap(value)) {
    world.diagnostics.push(errorOf('ETL1004', 'a test must be a name or a mapping', { at }));
    return undefined;
  }
  const exact = document.exact(path) as YamlMap;
  if (typeof value['test_name'] === 'string') {
    const { test_name: name, ...args } = exact;
    return { name: String(name as string), args, path };
  }
  const keys = Object.keys(value);
  const [name] = keys;
  if (keys.length !== 1 || name === undefined) {
    world.diagnostics.push(
      errorOf(
        'ETL1004',
        `a test must have one name, this one has ${keys.length}: ${keys.join(', ')}`,
        {
          at,
          hint: 'Indent the arguments below the name of the test.',
        },
      ),
    );
    return undefined;
  }
  const args = exact[name];
  if (args !== null && !isYamlMap(args)) {
    world.diagnostics.push(
      errorOf('ETL1004', `the arguments of the test "${name}" must be a mapping`, {
        at: document.spanOf([...path, name]),
      }),
    );
    return undefined;
  }
  return { name, args: args ?? {}, path: [...path, name] };
}

interface TestParts {
  readonly kwargs: Record<string, unknown>;
  /** in the order in which dbt writes it */
  readonly config: Record<string, unknown>;
  readonly name: string | undefined;
  readonly description: ReadDescription;
}

/** What a config of a test cannot say: of nodes it knows nothing. */
const inConfig = (problem: Diagnostic): Diagnostic =>
  problem.code === 'ETL2002'
    ? {
        ...problem,
        message: `Invalid generic test configuration: ${problem.message}`,
        hint: 'A config of a test is rendered before there are models: it knows var(), env_var() and target, but no ref() or source().',
      }
    : problem;

/** Nobody knows which of two values is meant. */
function sameKey(world: World, document: YamlDocument, path: YamlPath): void {
  world.diagnostics.push(
    errorOf('ETL1004', 'Test cannot have the same key at the top-level and in config', {
      at: document.keySpanOf(path),
      hint: `Remove this ${String(path.at(-1))} and keep the one below config.`,
    }),
  );
}

/** Splits the mapping of a test into arguments, config, name and description. */
function partsOf(world: World, entry: TestEntry, from: Written): TestParts {
  const { document } = entry.target.file;
  const kwargs: Record<string, unknown> = { ...from.args };
  if (entry.columnName !== undefined) kwargs['column_name'] = entry.columnName;
  const nested = kwargs['arguments'];
  if (isYamlMap(nested)) {
    delete kwargs['arguments'];
    Object.assign(kwargs, nested);
  }
  const own = isYamlMap(kwargs['config']) ? { ...kwargs['config'] } : {};
  delete kwargs['config'];
  // made when something is to be rendered: most tests have no templates
  let known: RenderValue | undefined;
  const render: RenderValue = (text, origin) =>
    (known ??= yamlRenderer(
      world.host,
      entry.target.package.project.name,
      baseScope(
        baseSettings(
          world.watched,
          varLayers(world.watched.cliVars, world.root.project, entry.target.package.project),
        ),
      ),
    ))(text, origin);
  const rendered = (value: unknown, path: YamlPath): unknown => {
    const diagnostics: Diagnostic[] = [];
    const result = renderTree(value, path, { document, render, wants: () => true, diagnostics });
    world.diagnostics.push(...diagnostics.map(inConfig));
    return result;
  };
  const config: Record<string, unknown> = {};
  // a template that answers nothing leaves a key to its default
  const put = (key: string, value: unknown, path: YamlPath): void => {
    const said = rendered(value, path);
    if (said !== undefined && said !== null) config[key] = said;
  };
  for (const key of CONFIG_ARGUMENTS) {
    const direct = kwargs[key];
    delete kwargs[key];
    const isDirect = direct !== undefined && direct !== null && direct !== false && direct !== '';
    if (isDirect && Object.hasOwn(own, key)) sameKey(world, document, [...from.path, key]);
    const value = isDirect ? direct : (own[key] ?? direct);
    if (!isDirect) delete own[key];
    if (value === undefined || value === null) continue;
    put(key, value, [...from.path, ...(isDirect ? [key] : ['config', key])]);
  }
  for (const [key, value] of Object.entries(own)) put(key, value, [...from.path, 'config', key]);
  const { name, description, ...rest } = kwargs;
  return {
    kwargs: rest,
    config,
    name: name === undefined || name === null ? undefined : pythonStr(name),
    description: readDescription(
      world,
      entry.target.package.project.name,
      description,
      entry.target.file,
      [...from.path, 'description'],
    ),
  };
}

/** The macro of a test: of the named package, else of the own package, the root project, or the engine. */
function findMacro(
  world: World,
  name: string,
  namespace: string | undefined,
  packageName: string,
): MacroEntry | undefined {
  const { library, rootPackage, internalPackages } = world.host.options;
  const full = `test_${name}`;
  const packages =
    namespace === undefined
      ? [packageName, rootPackage, ...internalPackages]
      : namespace === 'dbt'
        ? internalPackages
        : [namespace];
  for (const candidate of packages) {
    const found = library.find(candidate, full);
    if (found !== undefined) return found;
  }
  return undefined;
}

function missingMacro(world: World, name: string, at: Span): void {
  const names: string[] = [];
  for (const macro of world.host.options.library.entries())
    if (macro.name.startsWith('test_')) {
      const short = macro.name.slice('test_'.length);
      names.push(short, `${macro.packageName}.${short}`);
    }
  world.diagnostics.push(
    errorOf('ETL3009', `there is no generic test "${name}"`, {
      at,
      hint:
        didYouMean(name, names) ??
        `Define it: {% test ${name.replace(/^.*\./, '')}(model, column_name) %} in tests/generic or macros, or install the package that has it.`,
    }),
  );
}

const configText = (value: unknown): string =>
  typeof value === 'string' ? `"${value.replaceAll('"', '\\"')}"` : pythonStr(toPython(value));

/** `{{ test_x(**_dbt_generic_test_kwargs) }}{{ config(…) }}`, as dbt writes it. */
function rawCode(macro: string, config: ConfigValues): string {
  const entries = Object.entries(config).map(([key, value]) => `${key}=${configText(value)}`);
  const call = `{{ ${macro}(**_dbt_generic_test_kwargs) }}`;
  return entries.length === 0 ? call : `${call}{{ config(${entries.join(',')}) }}`;
}

/** A generic test of a property file; undefined when it cannot be one, with the reason among the diagnostics. */
export function genericTest(world: World, entry: TestEntry): Draft | undefined {
  const { target } = entry;
  const { document } = target.file;
  const at = document.spanOf(entry.path);
  const from = written(world, entry);
  if (from === undefined) return undefined;
  const place = isYamlMap(entry.value) ? document.keySpanOf(from.path) : at;
  const match = /^(?:([A-Za-z_]\w*)\.)?([A-Za-z_]\w*)/.exec(from.name);
  const [, namespace, test = from.name] = match ?? [];
  const packageName = target.package.project.name;
  const macro = findMacro(world, test, namespace, packageName);
  if (macro === undefined) {
    missingMacro(world, from.name, place);
    return undefined;
  }
  const parts = partsOf(world, entry, from);
  const model = `{{ get_where_subquery(${target.expression}) }}`;
  const kwargs = { ...parts.kwargs, model };
  const prefix = namespace === undefined ? '' : `${namespace}_`;
  const generated = generatedTestName(
    `${prefix}${target.isSource ? 'source_' : ''}${test}`,
    target.nameInTests ?? target.name,
    kwargs,
  );
  const short = parts.name ?? generated.short;
  const name = parts.name ?? generated.full;
  if (short !== name && parts.config['alias'] === undefined) parts.config['alias'] = short;
  const metadata = { namespace: namespace ?? null, name: test, kwargs };
  // 1.0 and 1 make different ids, as in dbt; the manifest is plain data
  const id = nodeId(`test.${packageName}.${name}.${testHash(name, metadata)}`);
  const plainKwargs = toPlain(kwargs) as Readonly<Record<string, unknown>>;
  const config = toPlain(parts.config) as ConfigValues;
  const code = rawCode(
    `${namespace === undefined ? '' : `${namespace}.`}test_${test}`,
    parts.config,
  );
  const path = `${short}.sql`;
  const capture = captureTest(world, { target, id, name, path, code, kwargs, place, macro });
  return {
    type: 'test',
    id,
    name,
    package: target.package,
    path,
    originalPath: target.file.originalPath,
    shownPath: target.file.shownPath,
    fqn: fqnOf(packageName, target.file.path, name),
    rawCode: code,
    checksum: { name: 'none', checksum: '' },
    place,
    capture: { ...capture, config: mergeCalls(config, capture.config) },
    generic: {
      metadata: { ...metadata, kwargs: plainKwargs },
      kwargs,
      columnName: entry.columnName ?? null,
      fileKeyName: `${target.section}.${target.entryName}`,
      target: { section: target.section, name: target.name, packageName },
      tags: [...new Set([...entry.tags, ...textsOf(parts.config['tags'])])].toSorted(),
    },
    description: parts.description.text,
    docBlocks: parts.description.docBlocks,
  };
}

interface TestCapture {
  readonly target: TestTarget;
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly code: string;
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly place: Span;
  readonly macro: MacroEntry;
}

/** Only these two are known to refer to nothing but their model and to set no config. */
const PLAIN = new Set(['macro.dbt.test_not_null', 'macro.dbt.test_unique']);

function captureTest(world: World, test: TestCapture): Capture {
  const { target, macro, place } = test;
  const isPlain = Object.keys(test.kwargs).every((key) => key === 'model' || key === 'column_name');
  if (isPlain && PLAIN.has(macro.uniqueId)) {
    const names = [...target.expression.matchAll(/'([^']*)'/g)].map((found) => found[1] ?? '');
    const [first = '', second = ''] = names;
    const version = target.version ?? null;
    return {
      refs: target.isSource ? [] : [{ name: first, package: null, version, at: place }],
      sources: target.isSource ? [{ source: first, table: second, at: place }] : [],
      config: {},
      macros: [macro.uniqueId],
    };
  }
  const before = world.diagnostics.length;
  const capture = captureText(world, {
    id: test.id,
    name: test.name,
    type: 'test',
    package: target.package,
    shownPath: target.file.shownPath,
    text: test.code,
    origin: { line: place.line, column: place.column },
    model: {
      unique_id: test.id,
      name: test.name,
      resource_type: 'test',
      package_name: target.package.project.name,
      config: {},
    },
    kwargs: test.kwargs,
  });
  // the text of the call stands in no file: what is wrong with it is shown where the test is
  for (const [i, told] of world.diagnostics.entries())
    if (i >= before && told.at?.file === place.file) world.diagnostics[i] = { ...told, at: place };
  const refs = capture.refs.map((ref) => ({ ...ref, at: place }));
  const sources = capture.sources.map((source) => ({ ...source, at: place }));
  const first = nearestTest(world, test).uniqueId;
  // the macro itself is seen when it is called, which is when the test is compiled
  const seen = capture.macros.filter((id) => first === macro.uniqueId || id !== macro.uniqueId);
  const macros = [first, 'macro.dbt.get_where_subquery', ...seen];
  return { ...capture, refs, sources, macros: [...new Set(macros)] };
}

/** The test that the bare name means: dbt names it in the manifest, even where `package.name` asks for another one. */
function nearestTest(world: World, { target, macro }: TestCapture): MacroEntry {
  const { library, rootPackage } = world.host.options;
  return (
    library.find(target.package.project.name, macro.name) ??
    library.find(rootPackage, macro.name) ??
    macro
  );
}
