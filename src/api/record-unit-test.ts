import { join } from 'node:path';
import type { Session } from '../adapter/contract.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { EtlError } from '../kernel/error.ts';
import type { NodeId } from '../kernel/node-id.ts';
import { findNode } from '../manifest/manifest.ts';
import type { ExecutableNode, ModelNode, SourceNode } from '../manifest/node.ts';
import { personalData } from '../manifest/personal.ts';
import { StandInCompiler } from '../plan/compile-stand-ins.ts';
import { Compiler } from '../plan/compile.ts';
import { runScopes } from '../plan/run-scope.ts';
import { withUnitTest } from '../project/yaml-unit-test.ts';
import { answerer } from '../run/answerer.ts';
import { drive } from '../run/answers.ts';
import type { ReadRows, RecordedInput } from '../run/recorded-rows.ts';
import { recordTest, type RecordedTest } from '../run/recorded-test.ts';
import { lockOf } from './check.ts';
import { connect } from './connect.ts';
import { deferredRelations } from './defer.ts';
import { newInvocation } from './invocation.ts';
import { openProject, type OpenProject } from './open-project.ts';
import type { ApiOptions } from './options.ts';
import { withoutValues } from './profile-columns.ts';
import { propertyFileOf, replaceFile, textOfFile } from './property-files.ts';
import { readingFor } from './reading.ts';
import { runFiles } from './run-files.ts';
import { selectNodes } from './select.ts';
import { templateWarnings } from './template-warnings.ts';

export interface RecordOptions extends ApiOptions {
  /** the model that the unit test is of, by its name */
  readonly record: string;
}

export interface Recorded {
  /** of the unit test */
  readonly name: string;
  /** the property file that it was written into */
  readonly file: string;
  readonly inputs: readonly { readonly written: string; readonly rows: number }[];
  /** rows that are expected */
  readonly expected: number;
  /** columns whose real values were replaced: `orders.email` */
  readonly masked: readonly string[];
  /** when the clock of the test stands still */
  readonly now: string | undefined;
}

/**
 * Writes a unit test of one model from a few rows of what it reads in the target; values of columns that are marked as personal data
 * are replaced before the model is run on them. The warehouse is only read. Throws an EtlError where that cannot be done.
 */
export async function recordUnitTest(options: RecordOptions): Promise<Recorded> {
  const invocation = newInvocation(options);
  const project = await openProject(options, invocation, 'test');
  const model = modelOf(project, options);
  const file = propertyFileOf(model, project.manifest);
  const name = `recorded_${model.name}${versionOf(model) === undefined ? '' : `_v${versionOf(model)}`}`;
  const text = await textOfFile(project.dir, file);
  requireNew(project, model, name, file);
  const connection = await connect(project, invocation);
  let recorded: RecordedTest;
  try {
    const parents = new Set(model.depends_on.nodes);
    const deferred = await deferredRelations(project, parents, options, () =>
      Promise.resolve(connection),
    );
    const scopes = runScopes(project.loaded, {
      warn: templateWarnings(project, (d) => project.report([d])),
      deferred,
      ...readingFor(project, options, invocation.startedAt, connection),
    });
    const { manifest, dialect, host } = project;
    const compiler = new Compiler(manifest, host, scopes);
    const ctx = {
      manifest,
      dialect,
      unitTestCompiler: new StandInCompiler(host, scopes),
      deferred,
      lockedSources: (await lockOf(project))?.columns,
      files: runFiles(project),
    };
    recorded = await connection.withSession('record', async (session) => {
      const rowsOf = reader(project, compiler, session);
      const inputs: RecordedInput[] = [];
      for (const id of parents) inputs.push(await described(project, id, rowsOf));
      const read: ReadRows = async (input, where, limit) =>
        (await rowsOf(input, where, limit)).rows;
      const personal = personalData(manifest);
      return recordTest(ctx, session, { model, inputs, personal, read, now: invocation.startedAt });
    });
  } finally {
    await connection.close();
  }
  const version = versionOf(model);
  const made = withUnitTest(text, {
    name,
    model: model.name,
    ...(version === undefined ? {} : { version }),
    isIncremental: model.raw_code.includes('is_incremental'),
    ...recorded,
  });
  if ('problem' in made) throw notWritten(model, file, made.problem);
  await replaceFile(join(project.dir, file), made.text);
  if (recorded.expected.rows.length === 0) project.report([noRows(model, name)]);
  return {
    name,
    file,
    inputs: recorded.inputs.map(({ written, rows }) => ({ written, rows: rows.length })),
    expected: recorded.expected.rows.length,
    masked: recorded.masked,
    now: recorded.now,
  };
}

const versionOf = (model: ModelNode): string | undefined =>
  model.version === null ? undefined : String(model.version);

function modelOf(project: OpenProject, options: RecordOptions): ModelNode {
  const { select, exclude, selector, offline } = options;
  const other = Object.entries({ select, exclude, selector, offline }).find(
    ([, v]) => v !== undefined,
  );
  if (other !== undefined)
    throw new EtlError([
      {
        code: 'ETL1001',
        severity: 'error',
        message: `--record does not go with --${other[0]}`,
        hint: 'It runs no tests: it writes one, for the one model that it names, from rows of the target.',
      },
    ]);
  const told: Diagnostic[] = [];
  const chosen = selectNodes(
    { ...project, report: (diagnostics) => void told.push(...diagnostics) },
    { ...options, select: [options.record] },
    ['model'],
  );
  const [model, ...others] = [...chosen].flatMap((id) => project.manifest.nodes[id] ?? []);
  const refused = (message: string, hint: string): EtlError =>
    new EtlError([{ code: 'ETL6074', severity: 'error', message, hint }]);
  if (model?.resource_type !== 'model')
    throw refused(
      `--record: there is no model ${options.record}`,
      told[0]?.hint ?? 'List the models with: etl ls --resource-type model',
    );
  if (others.length > 0)
    throw refused(
      `--record: ${options.record} chooses ${others.length + 1} models`,
      'Give the name of one; of one with versions, as in name.v2.',
    );
  if (model.package_name !== project.manifest.project_name)
    throw refused(
      `--record: ${model.name} belongs to the package ${model.package_name}`,
      'What a package brings is its author’s to test: record a model of this project.',
    );
  return model;
}

function requireNew(project: OpenProject, model: ModelNode, name: string, file: string): void {
  const id = `unit_test.${model.package_name}.${model.name}.${name}`;
  const known = [...project.loaded.unitTests.keys()].find(
    (one) => one === id || one.startsWith(`${id}.`),
  );
  if (known === undefined) return;
  throw new EtlError([
    {
      code: 'ETL6075',
      severity: 'error',
      message: `${model.name} has a unit test ${name} already`,
      at: findUnitTest(project, known)?.place ?? { file, line: 1, column: 1 },
      hint: 'Give that one another name, or remove it, and record again.',
    },
  ]);
}

const findUnitTest = ({ manifest }: OpenProject, id: NodeId) => {
  const found = findNode(manifest, id);
  return found?.resource_type === 'unit_test' ? found : undefined;
};

type RowsOf = (
  input: Pick<RecordedInput, 'id' | 'written'>,
  where: string | undefined,
  limit: number,
) => ReturnType<Session['read']>;

/** Reads rows of what templates refer to, through the same words: ephemeral models and `--defer` as in a run. */
const reader =
  (project: OpenProject, compiler: Compiler, session: Session): RowsOf =>
  async ({ written }, where, limit) => {
    const sql = `select * from {{ ${written} }} as __etl_input${where === undefined ? '' : ` where ${where.replaceAll(/\{(?=[{%#])/g, "{{ '{' }}")}`}`;
    const { sql: compiled } = await drive(compiler.inline(sql), answerer(project, session));
    try {
      return await session.read(project.dialect.limited(compiled, limit, project.inlineConfig));
    } catch (error) {
      if (!isStatementFailure(error)) throw error;
      throw new EtlError([
        {
          code: 'ETL6120',
          severity: 'error',
          message: `the rows of ${written} cannot be read: ${withoutValues(error)}`,
          hint: 'What a model reads has to be there when a unit test of it is recorded: build it first, or record with --target or --defer where it is.',
        },
      ]);
    }
  };

async function described(
  { manifest }: OpenProject,
  id: NodeId,
  rowsOf: RowsOf,
): Promise<RecordedInput> {
  const node = findNode(manifest, id) as ExecutableNode | SourceNode | undefined;
  const name = node?.name ?? id;
  const written = node === undefined ? name : writtenAs(node, manifest.project_name);
  const { columns } = await rowsOf({ id, written }, undefined, 0);
  return { id, written, name, columns };
}

function writtenAs(node: ExecutableNode | SourceNode, own: string): string {
  if (node.resource_type === 'source') return `source('${node.source_name}', '${node.name}')`;
  const from = node.package_name === own ? '' : `'${node.package_name}', `;
  const version =
    node.resource_type === 'model' && node.version !== null ? `, version=${node.version}` : '';
  return `ref(${from}'${node.name}'${version})`;
}

const notWritten = (model: ModelNode, file: string, why: string): EtlError =>
  new EtlError([
    {
      code: 'ETL6078',
      severity: 'error',
      message: `the unit test of ${model.name} cannot be written into ${file}: ${why}`,
      at: { file, line: 1, column: 1 },
      hint: 'Write its unit_tests as a list of lines, or move them into a file of their own.',
    },
  ]);

const noRows = (model: ModelNode, name: string): Diagnostic => ({
  code: 'ETL6076',
  severity: 'warning',
  message: `${name} expects no rows: of the rows that were looked at ${model.name} makes none`,
  at: model.place,
  node: model.unique_id,
  hint: 'It tests little. Add rows below given that the model keeps, and what it makes of them below expect.',
});
