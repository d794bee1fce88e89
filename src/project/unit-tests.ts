// Entries of `unit_tests:`, first as they are written, then with the model that they test.
import { didYouMean } from '../kernel/did-you-mean.ts';
import type { Diagnostic, Span } from '../kernel/diagnostic.ts';
import { nodeId } from '../kernel/node-id.ts';
import type { NodeId } from '../kernel/node-id.ts';
import { Dict } from '../jinja/py/dict.ts';
import type { Value } from '../jinja/py/values.ts';
import type { FixtureInput, UnitTestNode, UnitTestOverrides } from '../manifest/unit-test.ts';
import { textsOf } from './texts.ts';
import { finalConfig } from './node-config.ts';
import { errorOf, warningOf } from './problems.ts';
import { listAt } from './properties.ts';
import type { Property } from './properties.ts';
import type { Resolver } from './resolve.ts';
import type { ProjectPackage } from './text-files.ts';
import type { CaseInput, FixtureRow, UnitTestCase } from '../manifest/unit-test-case.ts';
import { unitTestChecksum } from './unit-test-checksum.ts';
import type { ExactParts } from './unit-test-checksum.ts';
import { readInput } from './unit-test-inputs.ts';
import type { InputTarget } from './unit-test-inputs.ts';
import { readFixture, withFloats } from './unit-test-rows.ts';
import type { ReadFixture } from './unit-test-rows.ts';
import type { World } from './world.ts';
import { isYamlMap } from './yaml.ts';
import type { YamlMap } from './yaml.ts';

/** An input as written, still to be resolved. */
interface WrittenInput {
  readonly shown: FixtureInput;
  readonly target: InputTarget;
  readonly fixture: ReadFixture;
  readonly at: Span;
  readonly refused: Diagnostic | undefined;
}

/** A unit test as its entry has it: its model is still to be found. */
export interface WrittenUnitTest {
  readonly node: Omit<UnitTestNode, 'depends_on' | 'schema' | 'version'>;
  readonly package: ProjectPackage;
  readonly inputs: readonly WrittenInput[];
  readonly expected: ReadFixture;
  readonly overrides: UnitTestCase['overrides'];
  readonly modelAt: Span;
  readonly versionsAt: Span | undefined;
}

const required = (
  property: Property,
  key: string,
  what: string,
  hint: string,
): Parameters<typeof errorOf> => [
  'ETL1020',
  `the unit test "${property.name}" needs ${what}`,
  {
    at:
      property.value[key] === undefined
        ? property.at
        : property.file.document.spanOf([...property.path, key]),
    hint,
  },
];

/** Reads one entry of `unit_tests:`; undefined when it is no unit test, with the reasons among the diagnostics. */
export function readUnitTest(
  world: World,
  property: Property,
  seedTexts: ReadonlyMap<string, string>,
): WrittenUnitTest | undefined {
  const { value, file, path, name, packageName } = property;
  const told = world.diagnostics.length;
  const report = (problem: Parameters<typeof errorOf>): void =>
    void world.diagnostics.push(errorOf(...problem));
  const { model, expect } = value;
  if (typeof model !== 'string' || model.trim() === '')
    report(required(property, 'model', 'the name of its model', 'Write: model: the_model'));
  if (!isYamlMap(expect))
    report(required(property, 'expect', 'the rows to expect', 'Write: expect: {rows: [{id: 1}]}'));
  if (value['given'] === undefined)
    report(required(property, 'given', 'its inputs', 'Write: given: [] when there are none.'));
  if (typeof model !== 'string' || !isYamlMap(expect) || world.diagnostics.length > told)
    return undefined;
  const pkg = world.packages.get(packageName) ?? world.root;
  const inputs = readInputs(world, property, pkg, seedTexts);
  const expected = readFixture({
    world,
    property,
    package: pkg,
    path: [...path, 'expect'],
    value: expect,
    what: 'expect',
    seed: undefined,
  });
  if (expected !== undefined) checkColumns(world, expected);
  const overrides = readOverrides(world, property);
  const versions = readVersions(world, property);
  if (expected === undefined || overrides === undefined || versions === undefined) return undefined;
  if (world.diagnostics.slice(told).some((d) => d.severity === 'error')) return undefined;
  const folders = file.originalPath.split('/').slice(1, -1);
  const fqn = [packageName, ...folders, model, name];
  const id = nodeId(`unit_test.${packageName}.${model}.${name}`);
  const given = inputs.map((input) => input.shown);
  const exact: ExactParts = {
    given: inputs.map((input) => input.fixture.exact),
    expect: expected.exact,
    overrides: overrides.exact,
  };
  const parts = {
    model,
    given,
    expect: expected.shown,
    overrides: overrides.shown,
    versions,
  };
  return {
    node: {
      resource_type: 'unit_test',
      unique_id: id,
      name,
      package_name: packageName,
      path: file.path,
      original_file_path: file.originalPath,
      fqn,
      description: typeof value['description'] === 'string' ? value['description'] : '',
      ...configOf(world, property, fqn, id, pkg),
      ...parts,
      checksum: unitTestChecksum(parts, exact),
      created_at: world.session.invocation.startedAt.getTime() / 1000,
      place: property.at,
    },
    package: pkg,
    inputs,
    expected,
    overrides: overrides.values,
    modelAt: file.document.spanOf([...path, 'model']),
    versionsAt: versions === null ? undefined : file.document.keySpanOf([...path, 'versions']),
  };
}

/** A row that leaves a column out would be read as one that expects NULL there. */
function checkColumns(world: World, { content }: ReadFixture): void {
  if (content.kind === 'sql') return;
  const names = (row: FixtureRow | undefined): string =>
    JSON.stringify([...(row?.keys() ?? [])].map((name) => name.toLowerCase()).toSorted());
  const [first] = content.rows;
  const odd = content.rows.find((row) => names(row) !== names(first));
  if (odd === undefined) return;
  const [cell] = odd.values();
  world.diagnostics.push(
    errorOf('ETL1020', 'expect: this row has other columns than the first one', {
      at: cell?.nameAt ?? content.at,
      hint: `Give every row ${[...(first?.keys() ?? [])].join(', ')}.`,
    }),
  );
}

function configOf(
  world: World,
  property: Property,
  fqn: readonly string[],
  id: NodeId,
  own: ProjectPackage,
): Pick<UnitTestNode, 'config' | 'tags' | 'meta'> {
  const yaml = isYamlMap(property.value['config']) ? property.value['config'] : {};
  const {
    'pre-hook': _pre,
    'post-hook': _post,
    ...config
  } = finalConfig(
    {
      type: 'unit_test',
      fqn,
      own: own.project,
      root: world.root.project,
      yaml: yaml['tags'] === undefined ? yaml : { ...yaml, tags: textsOf(yaml['tags']) },
      calls: {},
    },
    id,
    property.at,
    world.diagnostics,
  );
  return { config, tags: config.tags, meta: config.meta };
}

function readInputs(
  world: World,
  property: Property,
  pkg: ProjectPackage,
  seedTexts: ReadonlyMap<string, string>,
): readonly WrittenInput[] {
  const { file, path, value } = property;
  const items = listAt(value['given'], [...path, 'given'], file, world.diagnostics);
  const seen = new Map<string, Span>();
  return items.flatMap((item): readonly WrittenInput[] => {
    const at = file.document.spanOf([...item.path, 'input']);
    const read = readInput(world, file, item, pkg, seedTexts);
    if (read === undefined || !isYamlMap(item.value)) return [];
    const { written, target, seed, refused } = read;
    const key = JSON.stringify(target);
    const twin = seen.get(key);
    if (twin !== undefined) {
      world.diagnostics.push(
        errorOf('ETL1020', `${written} is given twice`, {
          at,
          hint: 'Put the rows of both into one.',
          related: [{ message: 'the other one', at: twin }],
        }),
      );
      return [];
    }
    seen.set(key, at);
    const fixture = readFixture({
      world,
      property,
      package: pkg,
      path: item.path,
      value: item.value,
      what: written,
      seed,
    });
    if (fixture === undefined) return [];
    return [{ shown: { input: written, ...fixture.shown }, target, fixture, at, refused }];
  });
}

interface ReadOverrides {
  readonly shown: UnitTestOverrides | null;
  readonly exact: ExactParts['overrides'];
  readonly values: UnitTestCase['overrides'];
}

const OVERRIDES = ['macros', 'vars', 'env_vars'] as const;

function readOverrides(world: World, property: Property): ReadOverrides | undefined {
  const { file, path, value } = property;
  const { overrides = null } = value;
  const told = world.diagnostics.length;
  const whole = isYamlMap(overrides) ? overrides : {};
  const shown = { macros: {}, vars: {}, env_vars: {} } as Record<
    (typeof OVERRIDES)[number],
    YamlMap
  >;
  const exact = { macros: new Dict(), vars: new Dict(), env_vars: new Dict() } as Record<
    (typeof OVERRIDES)[number],
    Value
  >;
  const bad = (at: Span, key: string): void =>
    void world.diagnostics.push(
      errorOf('ETL1020', `"${key}" must be a mapping of name to value`, {
        at,
        hint: 'For example: overrides: {vars: {start: 2026-01-01}, macros: {is_incremental: true}}',
      }),
    );
  if (overrides !== null && !isYamlMap(overrides))
    bad(file.document.spanOf([...path, 'overrides']), 'overrides');
  for (const key of OVERRIDES) {
    const at = [...path, 'overrides', key];
    const values = whole[key] ?? {};
    if (!isYamlMap(values)) {
      bad(file.document.spanOf(at), key);
      continue;
    }
    shown[key] = values;
    exact[key] = withFloats(values, file.document.exact(at));
  }
  if (world.diagnostics.length > told) return undefined;
  const macros = new Map(
    Object.keys(shown.macros).map((name) => [name, (exact.macros as Dict).get(name)]),
  );
  for (const name of macros.keys()) warnOfUnknownMacro(world, property, name);
  return {
    shown: overrides === null ? null : shown,
    exact,
    values: {
      macros,
      vars: Object.fromEntries(
        Object.keys(shown.vars).map((name) => [name, (exact.vars as Dict).get(name)]),
      ),
      env: new Map(
        Object.keys(shown.env_vars).map((name) => [name, (exact.env_vars as Dict).get(name)]),
      ),
    },
  };
}

/** Names of the context that are no macros of a file and may be replaced. */
const CONTEXT = [
  'is_incremental',
  'execute',
  'invocation_id',
  'run_started_at',
  'project_name',
  'dbt_version',
  'target',
  'thread_id',
  'flags',
  'env_var',
  'var',
  'run_query',
  'this',
];

/** dbt passes over an override of what is not there. */
function warnOfUnknownMacro(world: World, property: Property, written: string): void {
  const { library, rootPackage, internalPackages } = world.host.options;
  const [first = '', second] = written.split('.');
  const packages =
    second === undefined
      ? [property.packageName, rootPackage, ...internalPackages]
      : first === 'dbt'
        ? internalPackages
        : [first];
  const name = second ?? first;
  if (packages.some((one) => library.find(one, name) !== undefined)) return;
  if ((second === undefined || first === 'dbt') && CONTEXT.includes(name)) return;
  const names = packages.flatMap((one) => Array.from(library.entries(one), (macro) => macro.name));
  world.diagnostics.push(
    warningOf('ETL1020', `there is no macro "${written}" to override`, {
      at: property.file.document.keySpanOf([...property.path, 'overrides', 'macros', written]),
      hint:
        didYouMean(name, [...names, ...CONTEXT]) ??
        'Name a macro of the project, or package.macro; it has no effect as it is.',
    }),
  );
}

function readVersions(world: World, property: Property): UnitTestNode['versions'] | undefined {
  const { versions = null } = property.value;
  if (versions === null) return null;
  const list = (key: string): readonly (string | number)[] | null => {
    const found = isYamlMap(versions) ? versions[key] : undefined;
    return Array.isArray(found) ? (found as (string | number)[]) : null;
  };
  const [include, exclude] = [list('include'), list('exclude')];
  const isWrong =
    !isYamlMap(versions) ||
    Object.entries(versions).some(
      ([key, found]) =>
        !['include', 'exclude'].includes(key) || !(found === null || Array.isArray(found)),
    ) ||
    (include !== null && include.length > 0 && exclude !== null && exclude.length > 0);
  if (!isWrong) return { include, exclude };
  world.diagnostics.push(
    errorOf('ETL1020', '"versions" must name the versions to include, or those to exclude', {
      at: property.file.document.spanOf([...property.path, 'versions']),
      hint: 'Write: versions: {include: [2]} or versions: {exclude: [1]}, not both.',
    }),
  );
  return undefined;
}

/** Resolves the inputs of a test whose model is known; undefined when one of them is not there. */
export function resolveInputs(
  resolver: Resolver,
  test: WrittenUnitTest,
  model: NodeId,
): readonly CaseInput[] | undefined {
  const resolved = test.inputs.map(
    ({ shown, target, fixture, at, refused }): CaseInput | undefined => {
      const isThis = target.kind === 'this';
      const id = isThis ? model : target.find(resolver, test.node.unique_id);
      return id === undefined
        ? undefined
        : {
            written: shown.input,
            id,
            isThis,
            content: fixture.content,
            at,
            ...(refused === undefined ? {} : { refused }),
          };
    },
  );
  return resolved.every((input) => input !== undefined) ? resolved : undefined;
}
