// `input:` of a unit test: a call of ref or source, or the word this.
import { isEtlError } from '../kernel/error.ts';
import type { Diagnostic, Span } from '../kernel/diagnostic.ts';
import type { NodeId } from '../kernel/node-id.ts';
import { extractMentions } from '../jinja/static-extract.ts';
import { errorOf } from './problems.ts';
import type { CapturedRef, CapturedSource } from './draft.ts';
import type { Resolver } from './resolve.ts';
import type { ProjectPackage, PropertyDocument, SeedFile } from './text-files.ts';
import type { Csv } from './unit-test-rows.ts';
import type { World } from './world.ts';
import { isYamlMap } from './yaml.ts';
import type { YamlPath } from './yaml.ts';

/** What an input means. */
export type InputTarget =
  | { readonly kind: 'this' }
  | {
      readonly kind: 'node';
      readonly key: string;
      /** the id; what is missing is reported */
      readonly find: (resolver: Resolver, test: NodeId) => NodeId | undefined;
    };

interface ReadInput {
  /** as the file has it */
  readonly written: string;
  readonly target: InputTarget;
  /** for a ref: the text of the seed of that name, whose rows count where none are given */
  readonly seed: (() => Csv | undefined) | undefined;
  /** why the test cannot run with it, told when it is to: arguments that only a ref of the project knows */
  readonly refused?: Diagnostic;
}

/** The flag of dbt 1.12 that lets inputs have them. */
const CUSTOM_REFS = 'support_custom_ref_kwargs';

interface Item {
  readonly value: unknown;
  readonly path: YamlPath;
}

/** Reads the input of one entry of `given`; undefined when it is none, with the reason among the diagnostics. */
export function readInput(
  world: World,
  file: PropertyDocument,
  { value, path }: Item,
  pkg: ProjectPackage,
  seedTexts: ReadonlyMap<string, string>,
): ReadInput | undefined {
  const written = isYamlMap(value) ? value['input'] : undefined;
  const at = file.document.spanOf([...path, 'input']);
  const unknown = (): undefined => {
    const shown =
      typeof written === 'string' ? `"${written}" is not an input` : 'an input is missing';
    world.diagnostics.push(
      errorOf('ETL1020', shown, {
        at,
        hint: "Inputs are: ref('model'), source('source', 'table') and this.",
      }),
    );
    return undefined;
  };
  if (typeof written !== 'string') return unknown();
  if (written.trim() === 'this') return { written, target: { kind: 'this' }, seed: undefined };
  const call = callOf(written);
  if (call === undefined) return unknown();
  if (call.kind === 'source') {
    const source: CapturedSource = { source: call.source, table: call.table, at };
    return { written, target: nodeTarget(written, pkg, [], [source]), seed: undefined };
  }
  const ref: CapturedRef = { name: call.name, package: call.package, version: call.version, at };
  return {
    written,
    target: nodeTarget(JSON.stringify([call.package, call.name, call.version]), pkg, [ref], []),
    seed: () => seedText(world, ref, pkg, seedTexts),
    ...(call.isPlain || world.root.project.flags[CUSTOM_REFS] === true
      ? {}
      : { refused: customRef(written, at) }),
  };
}

/** In the words of dbt. */
const customRef = (written: string, at: Span): Diagnostic =>
  errorOf(
    'ETL1020',
    `Unit test given inputs must be either a 'ref', 'source' or 'this' call. Got: '${written}'.`,
    {
      at,
      hint: `Leave out what only a ref() of the project knows, or set ${CUSTOM_REFS}: true below flags: in dbt_project.yml.`,
    },
  );

const nodeTarget = (
  key: string,
  pkg: ProjectPackage,
  refs: readonly CapturedRef[],
  sources: readonly CapturedSource[],
): InputTarget => ({
  kind: 'node',
  key,
  find: (resolver, id) => {
    const packageName = pkg.project.name;
    const [[ref], [source]] = [refs, sources];
    const found =
      ref === undefined
        ? source && resolver.source(source.source, source.table, packageName)?.unique_id
        : resolver.ref(ref, packageName);
    if (found !== undefined) return found;
    // tells what is missing
    resolver.resolve({ id, packageName, group: null, isTest: false, refs, sources });
    return undefined;
  },
});

type Call =
  | { readonly kind: 'source'; readonly source: string; readonly table: string }
  | {
      readonly kind: 'ref';
      readonly name: string;
      readonly package: string | null;
      readonly version: string | number | null;
      /** it has no arguments but those of dbt's own ref */
      readonly isPlain: boolean;
    };

/** The one call that a text is, its arguments written out. */
function callOf(written: string): Call | undefined {
  if (!/^\s*(?:ref|source)\s*\(/.test(written)) return undefined;
  let mentions: ReturnType<typeof extractMentions>;
  try {
    mentions = extractMentions(`{{ ${written} }}`, 'input');
  } catch (error) {
    if (isEtlError(error)) return undefined;
    throw error;
  }
  const [ref, source] = [mentions.refs[0], mentions.sources[0]];
  if (ref !== undefined) {
    const [first, second] = ref.args;
    const version = ref.kwargs.get('v') ?? ref.kwargs.get('version') ?? null;
    if (typeof first !== 'string' || (second !== undefined && typeof second !== 'string'))
      return undefined;
    return {
      kind: 'ref',
      name: second ?? first,
      package: second === undefined ? null : first,
      version: typeof version === 'string' || typeof version === 'number' ? version : null,
      isPlain: [...ref.kwargs.keys()].every((name) => name === 'v' || name === 'version'),
    };
  }
  const [name, table] = source?.args ?? [];
  return typeof name === 'string' && typeof table === 'string'
    ? { kind: 'source', source: name, table }
    : undefined;
}

const nameOf = (file: SeedFile): string =>
  (file.path.split('/').at(-1) ?? '').replace(/\.csv$/i, '');

/** The file of the seed that a ref means, of the root project first. */
function seedFile(
  packages: Iterable<ProjectPackage>,
  ref: Pick<CapturedRef, 'name' | 'package'>,
): SeedFile | undefined {
  for (const { project, files } of packages) {
    if (ref.package !== null && ref.package !== project.name) continue;
    const found = files.seeds.find((file) => nameOf(file) === ref.name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function seedText(
  world: World,
  ref: CapturedRef,
  pkg: ProjectPackage,
  seedTexts: ReadonlyMap<string, string>,
): Csv | undefined {
  const file = seedFile([pkg, ...world.packages.values()], ref);
  const text = file === undefined ? undefined : seedTexts.get(file.fullPath);
  if (file !== undefined && text !== undefined)
    return { text, at: { file: file.shownPath, line: 1, column: 1 } };
  const seedName = `${ref.package ?? pkg.project.name}.${ref.name}`;
  world.diagnostics.push(
    errorOf('ETL1020', `Unable to find seed '${seedName}' for unit tests: rows are missing`, {
      at: ref.at,
      hint: 'Write rows: with an entry such as - {id: 1} for each row, or rows: [] for none.',
    }),
  );
  return undefined;
}

/** Files of seeds that unit tests name without giving rows: their texts are needed. */
export function impliedSeeds(
  packages: ReadonlyMap<string, ProjectPackage>,
  entries: Iterable<{
    readonly section: string;
    readonly packageName: string;
    readonly value: Readonly<Record<string, unknown>>;
  }>,
): readonly SeedFile[] {
  const found = new Set<SeedFile>();
  for (const { section, packageName, value } of entries) {
    const given = section === 'unit_tests' ? value['given'] : undefined;
    if (!Array.isArray(given)) continue;
    const own = packages.get(packageName);
    for (const item of given as unknown[]) {
      if (!isYamlMap(item) || (item['rows'] ?? item['fixture'] ?? null) !== null) continue;
      const call = typeof item['input'] === 'string' ? callOf(item['input']) : undefined;
      if (call?.kind !== 'ref') continue;
      const file = seedFile([...(own === undefined ? [] : [own]), ...packages.values()], call);
      if (file !== undefined) found.add(file);
    }
  }
  return [...found];
}
