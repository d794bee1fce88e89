// One unit test: its inputs as typed CTEs, the model's SQL over them, and its rows compared with those that are expected.
import type { Session } from '../adapter/contract.ts';
import type { ResultSet } from '../adapter/statement.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { didYouMean } from '../kernel/did-you-mean.ts';
import { EtlError } from '../kernel/error.ts';
import { findNode } from '../manifest/manifest.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import type { FixtureContent, FixtureRow, UnitTestCase } from '../manifest/unit-test-case.ts';
import type { UnitTestNode } from '../manifest/unit-test.ts';
import {
  columnNamed,
  fixtureSql,
  orderedFixture,
  titledFixture,
  unknownColumns,
  type FixtureColumn,
} from '../materializations/fixture-sql.ts';
import { diffText, rowDiff } from '../materializations/row-diff.ts';
import type { CompiledNode, StandIn } from '../plan/compiler.ts';
import { standInNames } from '../plan/stand-in-names.ts';
import { answerer } from './answerer.ts';
import { drive } from './answers.ts';
import type { RunContext } from './context.ts';
import { InputColumns } from './input-columns.ts';
import type { TestResult } from './run-test.ts';
import type { StoppableSession } from './stoppable.ts';
import { withSettings } from './unit-test-settings.ts';

/** Runs one unit test; `seen` receives what was compiled. Throws what the engine or a template threw. */
export async function runUnitTest(
  ctx: RunContext,
  session: StoppableSession,
  test: UnitTestNode,
  seen: (compiled: CompiledNode) => void,
): Promise<TestResult> {
  const model = ctx.manifest.nodes[test.depends_on.nodes[0] ?? test.unique_id];
  const unit = ctx.unitTests.get(test.unique_id);
  if (model === undefined || unit === undefined) throw new Error(`no model for ${test.unique_id}`);
  const request = { model, overrides: unit.overrides };
  const compiled = await compileUnitTest(ctx, session, model, test, unit);
  seen(compiled);
  for (const log of compiled.logs) ctx.observe({ kind: 'log', ...log, node: test.unique_id });
  ctx.files.keep('compiled', test, compiled.sql);
  const actual = await session.read(ctx.dialect.read(compiled.sql, model.config));
  const { columns, rows } = await expectedRows(ctx, session, request, unit.expected, actual);
  const types = columns.map(({ type }) => type);
  const at = columns.map((column) => actual.columns.indexOf(column));
  const got = actual.rows.map((row) => at.map((i) => row[i] ?? null));
  const lines = rowDiff(types, rows, got);
  if (lines === undefined)
    return { status: 'pass', failures: 0, message: undefined, diagnostics: [] };
  const names = columns.map(({ name }) => name);
  const table = diffText(names, types, lines);
  return {
    status: 'fail',
    failures: 1,
    message: ['actual differs from expected:', '', ...table].join('\n'),
    diagnostics: [failed(test, model)],
  };
}

/** What a unit test needs of a run. */
export type UnitTestContext = Pick<
  RunContext,
  'manifest' | 'dialect' | 'unitTestCompiler' | 'deferred' | 'lockedSources' | 'files'
>;

/** The SQL of a unit test: the model on the rows that are given. Throws what the engine or a template threw. */
export async function compileUnitTest(
  ctx: UnitTestContext,
  session: Session,
  model: ExecutableNode,
  test: Parameters<typeof withSettings>[1],
  unit: UnitTestCase,
): Promise<CompiledNode> {
  const { overrides } = unit;
  const inputs = await standIns(ctx, session, model, unit);
  const work = ctx.unitTestCompiler.compile({ model, overrides, inputs });
  return withSettings(ctx.dialect, test, await drive(work, answerer(ctx, session)));
}

const failed = (test: UnitTestNode, model: ExecutableNode): Diagnostic => ({
  code: 'ETL6020',
  severity: 'error',
  message: `${model.name} does not give the rows that ${test.name} expects`,
  at: test.place,
  node: test.unique_id,
  hint: 'In the table: → expected and actual value, --- a row that is missing, +++ a row too many.',
});

/** Every input as a query of typed rows. */
async function standIns(
  ctx: UnitTestContext,
  session: Session,
  model: ExecutableNode,
  { inputs, overrides }: UnitTestCase,
): Promise<readonly StandIn[]> {
  const found = new InputColumns(ctx, session);
  const names = standInNames(inputs.flatMap(({ id }) => findNode(ctx.manifest, id) ?? []));
  const made: StandIn[] = [];
  for (const input of inputs) {
    const { id, content, written, refused } = input;
    if (refused !== undefined) throw new EtlError([refused]);
    const name = names.get(id) ?? written;
    if (content.kind === 'sql') {
      const work = ctx.unitTestCompiler.text({ model, overrides }, content.sql, content.at);
      const sql = await drive(work, answerer(ctx, session));
      made.push({ id, name, sql, locate: () => content.at });
      continue;
    }
    const columns = await found.of(input, content.rows);
    refuseUnknown(columns, content.rows, written);
    const title = findNode(ctx.manifest, id)?.name ?? written;
    made.push({
      id,
      name,
      ...titledFixture(title, fixtureSql(ctx.dialect, columns, content.rows)),
    });
  }
  return made;
}

function refuseUnknown(
  columns: readonly FixtureColumn[],
  rows: readonly FixtureRow[],
  what: string,
): void {
  const names = columns.map(({ name }) => name);
  const unknown = [...unknownColumns(columns, rows)];
  if (unknown.length === 0) return;
  throw new EtlError(
    unknown.map(([name, { nameAt: at }]) => ({
      code: 'ETL5020',
      severity: 'error',
      message: `${what} has no column "${name}"`,
      at,
      hint: `${didYouMean(name, names) ?? ''} Its columns: ${names.join(', ')}.`.trim(),
    })),
  );
}

interface Expected {
  /** columns of the actual rows, in the order of the expected ones */
  readonly columns: ResultSet['columns'];
  readonly rows: ResultSet['rows'];
}

/** The expected rows as the engine reads them in the types of the actual ones. */
async function expectedRows(
  ctx: RunContext,
  session: StoppableSession,
  request: { readonly model: ExecutableNode; readonly overrides: UnitTestCase['overrides'] },
  content: FixtureContent,
  actual: ResultSet,
): Promise<Expected> {
  const { dialect } = ctx;
  const { config, name } = request.model;
  if (content.kind === 'rows') {
    if (content.rows.length === 0) return { columns: actual.columns, rows: [] };
    refuseUnknown(actual.columns, content.rows, name);
    const columns = [...(content.rows[0]?.keys() ?? [])].flatMap(
      (written) => columnNamed(actual.columns, written) ?? [],
    );
    const sql = orderedFixture(dialect, columns, content.rows);
    return { columns, rows: (await session.read(dialect.read(sql, config))).rows };
  }
  const work = ctx.unitTestCompiler.text(request, content.sql, content.at);
  const sql = await drive(work, answerer(ctx, session));
  const own = await session.read(dialect.limited(sql, 0, config));
  const row = new Map(
    own.columns.map(
      (c) => [c.name, { kind: 'null', text: '', at: content.at, nameAt: content.at }] as const,
    ),
  );
  refuseUnknown(actual.columns, [row], name);
  const columns = own.columns.flatMap((c) => columnNamed(actual.columns, c.name) ?? []);
  const list = own.columns.map((c, i) =>
    dialect.cast(dialect.ident(c.name), columns[i]?.type ?? c.type),
  );
  const typed = `select ${list.join(', ')} from (\n${sql}\n) as __etl_expected`;
  return { columns, rows: (await session.read(dialect.read(typed, config))).rows };
}
