import { join } from 'node:path';
import type { CheckedNode } from '../check/check.ts';
import { Shadow } from '../check/shadow.ts';
import type { TypedColumn } from '../check/verdict.ts';
import { ask } from '../adapter/contract.ts';
import { hasErrors, type Diagnostic, type Span } from '../kernel/diagnostic.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { ExecutableNode, ResourceType } from '../manifest/node.ts';
import { withColumns, type ColumnsWish } from '../project/yaml-columns.ts';
import { checkProject } from './check.ts';
import { newInvocation, type Invocation } from './invocation.ts';
import { openScratch } from './lazy-engine.ts';
import { openProject, type OpenProject } from './open-project.ts';
import type { ApiOptions } from './options.ts';
import { propertyFileOf, replaceFile, textOfFile } from './property-files.ts';
import { selectNodes } from './select.ts';

export interface ColumnsOptions extends ApiOptions {
  /** write what differs into the property files */
  readonly write?: boolean;
}

/** A column on which property file and engine differ; absent `given`: the file alone has it. */
export interface ColumnDifference {
  readonly name: string;
  readonly given?: string;
  /** null: the file has the column without a type; absent: the file does not have it */
  readonly declared?: string | null;
}

export interface NodeColumns {
  readonly id: NodeId;
  readonly name: string;
  readonly resourceType: ResourceType;
  readonly place: Span;
  readonly columns: readonly TypedColumn[];
  /** none of what a package brings, which is its author's affair */
  readonly differences: readonly ColumnDifference[];
}

export interface ColumnsReport {
  readonly engine: string;
  readonly nodes: readonly NodeColumns[];
  /** property files that were written, with how many columns of them */
  readonly written: readonly { readonly file: string; readonly columns: number }[];
  /** what keeps columns from being known (the check's) or from being written (ETL6091) */
  readonly diagnostics: readonly Diagnostic[];
  /** all columns are known, and nothing kept them from being written */
  readonly ok: boolean;
}

const KINDS: Readonly<Partial<Record<ResourceType, ColumnsWish['kind']>>> = {
  model: 'models',
  seed: 'seeds',
  snapshot: 'snapshots',
};

/**
 * The columns of the selected models, seeds and snapshots as the embedded engine sees them, and where the property files say otherwise;
 * with `write` the files say the same afterwards, and all else in them stays. What keeps the engine from being asked is an EtlError.
 */
export async function columns(options: ColumnsOptions = {}): Promise<ColumnsReport> {
  const invocation = newInvocation(options);
  const project = await openProject(options, invocation, 'columns');
  const selected = selectNodes(project, options, ['model', 'seed', 'snapshot']);
  const { engine, nodes, diagnostics } = await checkProject(project, invocation, selected, false);
  const found = diagnostics.filter((d) => d.severity !== 'warning' || d.code === 'ETL6047');
  const compared = await withDifferences(project, invocation, nodes);
  const { written, problems } =
    options.write === true
      ? await write(project, compared)
      : { written: [], problems: [] as readonly Diagnostic[] };
  const told = [...found, ...problems.flatMap((d) => project.judge(d) ?? [])];
  return { engine, nodes: compared, written, diagnostics: told, ok: !hasErrors(told) };
}

async function withDifferences(
  project: OpenProject,
  invocation: Invocation,
  nodes: readonly CheckedNode[],
): Promise<readonly NodeColumns[]> {
  const { manifest } = project;
  const known = nodes.flatMap(({ id, columns: given, standing }) => {
    const node = manifest.nodes[id];
    return node === undefined || given === undefined || standing !== 'ok'
      ? []
      : [{ node, given, differences: differencesOf(node, given, manifest) }];
  });
  const doubtful = known.flatMap(({ differences }) =>
    differences.flatMap(({ declared, given }) =>
      given === undefined || typeof declared !== 'string' ? [] : [declared],
    ),
  );
  const canonical =
    doubtful.length === 0
      ? new Map<string, readonly string[]>()
      : await canonicalTypes(project, invocation, new Set(doubtful));
  return known.map(({ node, given, differences }) => ({
    id: node.unique_id,
    name: node.name,
    resourceType: node.resource_type,
    place: node.place,
    columns: given,
    differences: differences.filter((d) => !isSameType(d, canonical)),
  }));
}

function differencesOf(
  node: ExecutableNode,
  given: readonly TypedColumn[],
  { project_name: own }: Manifest,
): readonly ColumnDifference[] {
  if (node.package_name !== own) return [];
  const declared = Object.values(node.columns);
  const isCalled = (name: string) => (c: { readonly name: string }) =>
    c.name.toLowerCase() === name.toLowerCase();
  return [
    ...given.flatMap(({ name, type }): readonly ColumnDifference[] => {
      const column = declared.find(isCalled(name));
      if (column === undefined) return [{ name, given: type }];
      return column.data_type === type ? [] : [{ name, given: type, declared: column.data_type }];
    }),
    ...declared
      .filter((c) => !given.some(isCalled(c.name)))
      .map((c) => ({ name: c.name, declared: c.data_type })),
  ];
}

/** Another word for the same type. */
const isSameType = (
  { declared, given }: ColumnDifference,
  canonical: ReadonlyMap<string, readonly string[]>,
): boolean =>
  typeof declared === 'string' &&
  given !== undefined &&
  canonical.get(declared)?.includes(given) === true;

/** Where types are tried. */
const GROUND = { schemas: ['__etl_columns'], isWarehouse: false };

/** What the engine calls the types that files write, as they stand there and as contracts read them. */
async function canonicalTypes(
  project: OpenProject,
  invocation: Invocation,
  types: ReadonlySet<string>,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { dialect } = project;
  const { analysis } = dialect;
  const connection = await openScratch(project, invocation);
  const found = new Map<string, readonly string[]>();
  let count = 0;
  try {
    await connection.withSession('columns', async (session) => {
      const shadow = new Shadow(session, analysis, GROUND);
      await shadow.open();
      for (const written of types) {
        const meant: string[] = [];
        for (const type of new Set([written, dialect.columnType(written)])) {
          const target = { schema: '__etl_columns', name: `t${count++}` };
          const failure = await shadow.attempt(analysis.stub(target, [{ name: 'c', type }]));
          // what is no type of this engine differs from every other
          if (failure !== undefined) continue;
          const made = await ask(session, dialect.columns(target));
          meant.push(...made.map((c) => c.type));
        }
        found.set(written, meant);
      }
      await shadow.close();
    });
    return found;
  } finally {
    await connection.close();
  }
}

const started = (text: string) => ({ before: text, text, columns: 0 });

async function write(
  { manifest, dir }: OpenProject,
  nodes: readonly NodeColumns[],
): Promise<{
  readonly written: ColumnsReport['written'];
  readonly problems: readonly Diagnostic[];
}> {
  const texts = new Map<string, { readonly before: string; text: string; columns: number }>();
  const problems: Diagnostic[] = [];
  for (const { id, columns: given, differences } of nodes) {
    const node = manifest.nodes[id];
    if (node === undefined || differences.length === 0) continue;
    const wish = wishOf(node, given, differences);
    const gone = differences.filter((d) => d.given === undefined);
    const file = propertyFileOf(node, manifest);
    const known = texts.get(file) ?? started(await textOfFile(dir, file));
    const made = hasVersions(node)
      ? { problem: 'its versions share one list of columns' }
      : withColumns(known.text, wish);
    const left = gone.map((d) => `${d.name} is described and not given`);
    if ('problem' in made) left.push(`${file}: ${made.problem}`);
    else {
      left.push(...made.kept.map((name) => `the type of ${name} is a template`));
      known.text = made.text;
      known.columns += wish.set.length + wish.add.length - made.kept.length;
      texts.set(file, known);
    }
    if (left.length > 0) problems.push(notWritten(node, left.join(', ')));
  }
  const changed = [...texts].filter(([, { before, text }]) => before !== text);
  for (const [file, { text }] of changed) await replaceFile(join(dir, file), text);
  return {
    written: changed.map(([file, one]) => ({ file, columns: one.columns })),
    problems,
  };
}

const hasVersions = (node: ExecutableNode): boolean =>
  node.resource_type === 'model' && node.version !== null;

function wishOf(
  node: ExecutableNode,
  given: readonly TypedColumn[],
  differences: readonly ColumnDifference[],
): ColumnsWish {
  const set: { name: string; type: string }[] = [];
  const add: { name: string; type: string; after: string | undefined }[] = [];
  for (const { name, given: type, declared } of differences) {
    if (type === undefined) continue;
    const before = given[given.findIndex((c) => c.name === name) - 1]?.name;
    if (declared === undefined) add.push({ name, type, after: before });
    else set.push({ name, type });
  }
  return { kind: KINDS[node.resource_type] ?? 'models', name: node.name, set, add };
}

const notWritten = (node: ExecutableNode, why: string): Diagnostic => ({
  code: 'ETL6091',
  severity: 'warning',
  message: `not everything of ${node.name} could be written: ${why}`,
  at: node.place,
  node: node.unique_id,
  hint: 'What people have written in their own way is not touched: change it by hand.',
});
