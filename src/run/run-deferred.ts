// One node in the deferred lane: the Jinja of its materialization is run, and what it asks and orders is answered in turn.
import { ask, type Attempt, type ObservedRelation } from '../adapter/contract.ts';
import type { Question } from '../jinja/host.ts';
import { dictGet, isDict } from '../jinja/py/dict.ts';
import type { Value } from '../jinja/py/values.ts';
import type {
  ActionQuestion,
  QueryAnswer,
  StatementQuestion,
  TableSqlQuestion,
  WarehouseQuestion,
} from '../jinja/scope/questions.ts';
import { EtlError } from '../kernel/error.ts';
import type { Column, RelationName } from '../kernel/relation.ts';
import type { ToldAs } from '../kernel/told-as.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import { publishTableRecipe } from '../materializations/table.ts';
import { readCsv } from '../sql/csv.ts';
import { writtenSql, type CompiledNode } from '../plan/compiler.ts';
import type { DeferredLane } from '../plan/lane.ts';
import type { Materialized } from '../plan/materialize.ts';
import { isIncrementalRun, nodeRelation } from '../plan/plan-node.ts';
import { answerer } from './answerer.ts';
import { drive, type Answerer } from './answers.ts';
import type { RunContext } from './context.ts';
import { publishRecipe } from './publish-recipe.ts';
import type { Progress, RelationResult, RunTests } from './run-relation.ts';
import { failing, notPublished } from './not-published.ts';
import { seedColumns, seedDelimiter } from './seed-columns.ts';
import { type SeedFile, seedText } from './seed-survey.ts';
import type { StoppableSession } from './stoppable.ts';
import { asSession, Transaction } from './transaction.ts';
import { validate } from './validate.ts';

/** Tests of the staged relation failed: the materialization goes no further. */
class NotPublished extends Error {
  readonly staged: RelationName;
  readonly failed: number;

  constructor(staged: RelationName, failed: number) {
    super('not published');
    this.staged = staged;
    this.failed = failed;
  }
}

/** Runs the materialization of one node. Throws what the engine or the template threw; what was not committed is then gone. */
export async function runDeferred(
  ctx: RunContext,
  session: StoppableSession,
  node: ExecutableNode,
  lane: DeferredLane,
  progress: Progress,
  runTests: RunTests,
): Promise<RelationResult> {
  const run = new DeferredRun(ctx, session, node, progress, runTests);
  return run.run(lane);
}

class DeferredRun {
  private readonly ctx: RunContext;
  private readonly session: StoppableSession;
  private readonly node: ExecutableNode;
  private readonly progress: Progress;
  private readonly runTests: RunTests;
  private readonly transaction: Transaction;
  private hasTested = false;
  /** foreign keys whose rows are to be looked at, once everything is committed */
  private readonly validates: NonNullable<Attempt['validates']>[number][] = [];

  constructor(
    ctx: RunContext,
    session: StoppableSession,
    node: ExecutableNode,
    progress: Progress,
    runTests: RunTests,
  ) {
    this.ctx = ctx;
    this.session = session;
    this.node = node;
    this.progress = progress;
    this.runTests = runTests;
    this.transaction = new Transaction(session, ctx.dialect.can.transactionalDdl);
  }

  async run(lane: DeferredLane): Promise<RelationResult> {
    const { ctx, node, session, transaction } = this;
    const live = await this.observe(nodeRelation(node));
    const isIncremental = isIncrementalRun(node, live, ctx.fullRefresh);
    const compiled = await this.compile(isIncremental);
    const log = (message: string, info: ToldAs): void =>
      ctx.observe({ kind: 'log', message, info, node: node.unique_id });
    try {
      const work = ctx.compiler.materialize({
        node,
        macro: lane.macro,
        isIncremental,
        compiled,
        log,
      });
      const done = await drive(work, this.answer(compiled));
      this.warnOfUncommitted(lane);
      await transaction.rollback(session.raw);
      await validate(ctx, session, node, this.validates, this.progress);
      if (!this.hasTested) await this.runTests(session, undefined);
      return outcomeOf(done);
    } catch (error) {
      if (!(error instanceof NotPublished)) throw error;
      await transaction.commit();
      return notPublished(ctx, node, error.staged, error.failed);
    } finally {
      await transaction.rollback(session.raw).catch(() => undefined);
    }
  }

  private async observe(relation: RelationName): Promise<ObservedRelation | undefined> {
    return (await ask(this.transaction, this.ctx.dialect.observeOne(relation)))[0];
  }

  private async compile(isIncremental: boolean): Promise<CompiledNode | undefined> {
    const { ctx, node, progress, session } = this;
    if (node.resource_type === 'seed') return undefined;
    const compiled = await drive(
      ctx.compiler.compile(node, { isIncremental }),
      answerer(ctx, session),
    );
    progress.compiled = compiled;
    progress.compiledAt = ctx.now();
    for (const log of compiled.logs) ctx.observe({ kind: 'log', ...log, node: node.unique_id });
    ctx.files.keep('compiled', node, writtenSql(compiled));
    return compiled;
  }

  private answer(compiled: CompiledNode | undefined): Answerer {
    const plain = answerer(this.ctx, this.transaction, (sql) => {
      const at = compiled === undefined ? -1 : sql.indexOf(compiled.sql);
      return at < 0 ? {} : { authoredAt: at };
    });
    return async (asked: Question) => {
      const question = asked as WarehouseQuestion;
      if (question.kind === 'statement') await this.prepare(question);
      if (question.kind === 'seed_table') return this.seedTable();
      if (question.kind === 'table_sql') return this.tableSql(question);
      return question.kind === 'action' ? this.act(question) : plain(question);
    };
  }

  private async prepare({ sql, autoBegin }: StatementQuestion): Promise<void> {
    this.progress.sent(sql);
    if (autoBegin) await this.transaction.begin();
  }

  private async act(question: ActionQuestion): Promise<undefined> {
    const { relation, to } = question;
    switch (question.action) {
      case 'begin':
        await this.transaction.begin();
        return undefined;
      case 'commit':
        await this.transaction.commit();
        return undefined;
      case 'load_seed':
        await this.loadSeed(relation ?? nodeRelation(this.node));
        return undefined;
      case 'publish':
        if (relation !== undefined)
          await this.publish(relation, question.relationKind, to ?? nodeRelation(this.node));
    }
    return undefined;
  }

  /** Puts a relation that was built beside in place of what is live, once its tests have passed. */
  private async publish(
    staged: RelationName,
    kind: ActionQuestion['relationKind'],
    target: RelationName,
  ): Promise<void> {
    const { ctx, session, transaction, node } = this;
    if (kind !== 'view' && node.resource_type !== 'snapshot') {
      this.hasTested = true;
      const failed = failing(
        await this.runTests(
          { ...session, ...asSession(transaction), isInTransaction: transaction.isOpen },
          staged,
        ),
      );
      session.requireRunning();
      if (failed > 0) throw new NotPublished(staged, failed);
    }
    const recipe = async (): Promise<ReturnType<typeof publishTableRecipe>> =>
      publishTableRecipe(ctx.dialect, {
        staged,
        target,
        becomes: kind ?? 'table',
        live: await this.observe(target),
      });
    const done = await publishRecipe(ctx, transaction, await recipe(), this.progress.sent, recipe);
    if (done.leaves !== undefined) ctx.leftovers.add({ ...done.leaves, of: target });
    this.validates.push(...(done.validates ?? []));
    for (const statement of ctx.dialect.tidy(staged)) await transaction.execute(statement);
  }

  private tableSql({ relation, sql }: TableSqlQuestion): string {
    const statements = this.ctx.dialect.buildTable({
      target: nodeRelation(this.node),
      staged: relation,
      config: this.node.config,
      comments: { columns: {} },
      grants: undefined,
      select: sql,
    });
    // one text is asked for; where a CREATE reaches several nodes, another statement brings the rows
    if (statements.some(({ verb }) => verb === 'write')) throw inTwoSteps(this.node);
    return statements.find(({ verb }) => verb === 'create')?.sql ?? '';
  }

  private async seedFile(): Promise<{
    readonly file: SeedFile;
    readonly columns: readonly Column[];
  }> {
    const { ctx, node } = this;
    const file = ctx.files.seed(node);
    const columns = await seedColumns(node, file, ctx.dialect);
    if (columns.value === undefined) throw new EtlError(columns.diagnostics);
    for (const warning of columns.diagnostics) ctx.report(warning);
    return { file, columns: columns.value };
  }

  private async seedTable(): Promise<QueryAnswer> {
    const { file, columns } = await this.seedFile();
    const text = await seedText(file);
    const [, ...records] = readCsv(text, seedDelimiter(this.node));
    return {
      columns,
      rows: (this.ctx.empty ? [] : records).map(({ fields }) =>
        fields.map((f) => (f.text === '' && !f.quoted ? null : f.text)),
      ),
    };
  }

  private async loadSeed(relation: RelationName): Promise<void> {
    if (this.ctx.empty) return;
    const { file, columns } = await this.seedFile();
    await this.transaction.load(relation, {
      path: file.path,
      shownPath: this.node.original_file_path,
      delimiter: seedDelimiter(this.node),
      columns,
    });
  }

  /** As in dbt, what is not committed is lost; there nobody is told. */
  private warnOfUncommitted({ macro }: DeferredLane): void {
    if (!this.transaction.hasWork || this.node.resource_type === 'test') return;
    this.ctx.report({
      code: 'ETL4050',
      severity: 'warning',
      message: `the materialization "${macro.name}" ended with an open transaction; what it did was rolled back`,
      at: { file: macro.path, line: macro.line, column: macro.column },
      node: this.node.unique_id,
      hint: 'Call {{ adapter.commit() }} at its end, as the materializations of dbt do.',
    });
  }
}

const inTwoSteps = (node: ExecutableNode): EtlError =>
  new EtlError([
    {
      code: 'ETL4002',
      severity: 'error',
      message: `${node.name} is built by macros, and on this target a table cannot be made and filled by one statement`,
      at: node.place,
      node: node.unique_id,
      hint: 'Take the macro of the project that replaces one of its materialization away, or build it on a target of one node.',
    },
  ]);

/** dbt's words for what was done, from the response to the statement `main`. */
function outcomeOf({ main }: Materialized): RelationResult {
  const response: Value = isDict(main) ? dictGet(main, 'response') : null;
  const of = (key: string): Value => (isDict(response) ? dictGet(response, key) : undefined);
  const said = of('_message');
  const rows = of('rows_affected');
  return {
    status: 'success',
    message: typeof said === 'string' && said !== '' ? said : 'OK',
    ...(typeof rows === 'number' ? { rows } : {}),
    diagnostics: [],
  };
}
