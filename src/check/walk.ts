// Every node in its order: sources and seeds become empty relations, queries are judged by the engine and become relations in turn.
import { isStatementFailure, type StatementFailure } from '../adapter/failure.ts';
import { isEtlError } from '../kernel/error.ts';
import type { NodeId } from '../kernel/node-id.ts';
import { relationKey, type RelationName } from '../kernel/relation.ts';
import type { ExecutableNode, SourceNode } from '../manifest/node.ts';
import type { CompiledNode } from '../plan/compiler.ts';
import { nodeRelation } from '../plan/plan-node.ts';
import { drive } from '../run/answers.ts';
import type { CheckContext } from './check-context.ts';
import { columnsOfSeed, declaredColumns, primaryKeyOf, sourceColumns } from './known-columns.ts';
import type { CheckScope } from './scope.ts';
import type { Shadow } from './shadow.ts';
import { shadowAnswers, type Asked } from './shadow-answers.ts';
import { MemoryUnfit, type Unchanged } from './memory.ts';
import { madeByHooks } from './own-hooks.ts';
import { firstLine, goesOn, told } from './own-words.ts';
import {
  headerDoubt,
  modelTask,
  semicolonIn,
  sideRelation,
  snapshotTask,
  testTask,
  type Task,
} from './tasks.ts';
import type { TypedColumn, Verdict } from './verdict.ts';

/** How many queries travel in one message where that is possible. */
const AT_ONCE = 25;

/** A failure that is to be explained once the columns of everything are known. */
export interface Refusal {
  readonly task: Task;
  readonly failure: StatementFailure;
}

type Found = Required<Pick<Verdict, 'standing' | 'because' | 'origin'>>;
const NOT_ASKED: Asked = { any: false, doubt: undefined };
const JUDGED: ReadonlySet<string> = new Set(['model', 'seed', 'snapshot', 'test']);

/** What a walk has found out. */
export class Walk {
  readonly verdicts: Map<NodeId, Verdict> = new Map();
  readonly refusals: Refusal[] = [];
  /** sources whose columns nobody says */
  readonly undeclared: SourceNode[] = [];
  /** what the engine has taken, form by form */
  readonly taken: Task[] = [];
  readonly #ctx: CheckContext;
  readonly #scope: CheckScope;
  readonly #shadow: Shadow;
  readonly #unchanged: Unchanged;
  /** what is there for its readers, although it may not be sound */
  readonly #readable: Set<NodeId> = new Set();
  #pending: Task[] = [];

  constructor(ctx: CheckContext, scope: CheckScope, shadow: Shadow, unchanged: Unchanged) {
    this.#ctx = ctx;
    this.#scope = scope;
    this.#shadow = shadow;
    this.#unchanged = unchanged;
  }

  /** Judges what is needed, in the order of the scope. */
  async run(needed: ReadonlySet<NodeId>): Promise<void> {
    for (const id of this.#scope.order) {
      const known = this.#unchanged.clean.get(id);
      if (known !== undefined) {
        if (needed.has(id)) await this.#standAsBefore(id, known);
        this.#ok(id);
        continue;
      }
      if (!needed.has(id)) continue;
      const { [id]: source } = this.#ctx.manifest.sources;
      const { [id]: node } = this.#ctx.manifest.nodes;
      if (source !== undefined) await this.#source(source);
      else if (node !== undefined && JUDGED.has(node.resource_type)) await this.#node(node);
    }
    await this.#flush();
  }

  /** Where the relation of a node is made. */
  placeOf(node: ExecutableNode): RelationName {
    if (node.config.materialized === 'ephemeral') return sideRelation(node, 'ephemeral');
    return this.#ctx.places?.get(node.unique_id) ?? nodeRelation(node);
  }

  /** The relation of a node that was found to be sound before, from the columns that it had. */
  async #standAsBefore(id: NodeId, columns: readonly TypedColumn[]): Promise<void> {
    const place = this.#placeOfId(id);
    if (columns.length === 0 || place === undefined || this.#scope.madeBy.has(id)) return;
    const source = this.#ctx.manifest.sources[id];
    if (this.#shadow.made.has(relationKey(place))) return;
    const key = source === undefined ? [] : primaryKeyOf(source, this.#ctx.dialect);
    if ((await this.#stub(place, columns, key)) !== undefined) throw new MemoryUnfit();
  }

  async #source(source: SourceNode): Promise<void> {
    const { unique_id: id, schema, identifier: name } = source;
    const { dialect, places, locked } = this.#ctx;
    const maker = this.#scope.madeBy.get(id);
    if (maker !== undefined && places === undefined) {
      // a maker on its way is taken for sound; should it fail, its readers are looked at again
      await this.#flush();
      const made = this.verdicts.get(maker);
      this.#settle(made === undefined ? { id, standing: 'ok', diagnostics: [] } : { ...made, id });
      if (this.#readable.has(maker)) this.#readable.add(id);
      return;
    }
    const isThere =
      this.#shadow.analysis.ownSchemas.has(schema) ||
      this.#shadow.made.has(relationKey({ schema, name }));
    if (places !== undefined || isThere) return this.#ok(id);
    const columns = sourceColumns(source, dialect, locked);
    if (columns === undefined || columns.length === 0) {
      this.undeclared.push(source);
      return this.#settle({
        id,
        standing: 'unjudged',
        because: `${source.source_name}.${source.name} has no declared columns`,
        origin: id,
        diagnostics: [],
      });
    }
    const key = primaryKeyOf(source, dialect);
    const failure = await this.#stub({ schema, name }, columns, key);
    if (failure === undefined) return this.#ok(id);
    this.#settle({
      id,
      standing: 'unjudged',
      because: `${source.source_name}.${source.name} cannot be made of its declared columns: ${failure.error.message}`,
      origin: id,
      diagnostics: [],
    });
  }

  async #node(node: ExecutableNode): Promise<void> {
    if (node.resource_type === 'seed') return this.#seed(node);
    const blocked = this.#blocked(node);
    const isSyntaxOnly = blocked?.standing === 'unjudged' && blocked.origin?.startsWith('source.');
    if (blocked !== undefined && isSyntaxOnly !== true) return this.#withhold(node, blocked);
    const asked: Asked = { ...NOT_ASKED };
    const compiled = await this.#compiled(node, asked, false);
    if (compiled === undefined) return;
    if (this.#closesEarly(node, compiled)) return;
    if (await this.#withholdsHeader(node, compiled)) return;
    const task = this.#taskOf(node, compiled);
    const id = node.unique_id;
    if (task === undefined) return this.#ok(id);
    // a text made of rows that are not here may be one that the warehouse never sees
    if (asked.doubt !== undefined)
      return this.#withhold(
        node,
        blocked ?? { standing: 'unjudged', because: asked.doubt, origin: id },
      );
    if (blocked !== undefined) return this.#syntax(task, blocked);
    await this.#send(task);
    if (node.config.materialized === 'incremental') await this.#incremental(node);
  }

  #taskOf(node: ExecutableNode, compiled: CompiledNode): Task | undefined {
    const { dialect, now } = this.#ctx;
    if (node.resource_type === 'test') return testTask(dialect, node, compiled);
    const target = this.placeOf(node);
    return node.resource_type === 'snapshot'
      ? snapshotTask(dialect, node, compiled, { target, now })
      : modelTask(dialect, node, compiled, target);
  }

  async #seed(node: ExecutableNode): Promise<void> {
    const { dialect, seed } = this.#ctx;
    const { value, diagnostics } = await columnsOfSeed(node, dialect, seed);
    const id = node.unique_id;
    if (value === undefined) return this.#settle({ id, standing: 'wrong', diagnostics });
    const failure = await this.#stub(this.placeOf(node), value);
    if (failure === undefined) return this.#ok(id);
    const compiled = { sql: '', locate: () => undefined, logs: [] };
    const target = this.placeOf(node);
    this.#refuse({ node, compiled, target, statements: [] }, failure);
  }

  /** The form that an incremental model has once its table is there, which is what its first form has made. */
  async #incremental(node: ExecutableNode): Promise<void> {
    if (this.#ctx.places !== undefined || !/\bis_incremental\b/.test(node.raw_code)) return;
    await this.#flush();
    if (this.verdicts.get(node.unique_id)?.standing !== 'ok') return;
    const asked: Asked = { ...NOT_ASKED };
    const compiled = await this.#compiled(node, asked, true);
    if (compiled === undefined || asked.doubt !== undefined) return;
    if (this.#closesEarly(node, compiled)) return;
    // the first form is sound, and no more can be known
    if (headerDoubt(compiled, this.#shadow.analysis) !== undefined) return;
    await this.#send(
      modelTask(this.#ctx.dialect, node, compiled, sideRelation(node, 'incremental')),
    );
  }

  async #compiled(
    node: ExecutableNode,
    asked: Asked,
    isIncremental: boolean,
  ): Promise<CompiledNode | undefined> {
    const { compiler, dialect, places } = this.#ctx;
    const rendered = isIncremental ? undefined : this.#unchanged.first(node.unique_id);
    if (rendered !== undefined && places === undefined) return rendered;
    const answer = shadowAnswers(dialect, this.#shadow, asked);
    const options = { isIncremental, ...(places === undefined ? {} : { standIns: places }) };
    try {
      return await drive(compiler.compile(node, options), async (question) => {
        await this.#flush();
        return answer(question);
      });
    } catch (error) {
      if (!isEtlError(error) && !isStatementFailure(error)) throw error;
      const id = node.unique_id;
      if (isEtlError(error) && !asked.any)
        this.#settle({
          id,
          standing: 'wrong',
          diagnostics: error.diagnostics.map((d) => told(node, d)),
        });
      else
        await this.#withhold(node, {
          standing: 'unjudged',
          because:
            asked.doubt ??
            `its template asks the warehouse, and fails on an empty one: ${firstLine(error)}`,
          origin: id,
        });
      return undefined;
    }
  }

  /** A text that ends its statement and begins another is told here: it must not reach the engine. */
  #closesEarly(node: ExecutableNode, compiled: CompiledNode): boolean {
    const at = semicolonIn(compiled.sql, this.#shadow.analysis);
    if (at === undefined) return false;
    const diagnostic = goesOn(node, compiled, at);
    const { unique_id: id } = node;
    this.#settle({ id, standing: 'wrong', diagnostics: [diagnostic] });
    return true;
  }

  /** Such a header is not sent at all: what a check makes would stay. */
  async #withholdsHeader(node: ExecutableNode, compiled: CompiledNode): Promise<boolean> {
    const because = headerDoubt(compiled, this.#shadow.analysis);
    if (because === undefined) return false;
    await this.#withhold(node, {
      standing: 'unjudged',
      because,
      origin: node.unique_id,
    });
    return true;
  }

  /** Only what is wrong whatever the relations are like is told of what cannot be judged. */
  async #syntax(task: Task, found: Found): Promise<void> {
    await this.#flush();
    const failure = await this.#shadow.attempt(task.statements);
    if (failure !== undefined && this.#shadow.analysis.fault(failure.error).kind === 'syntax')
      return this.#refuse(task, failure);
    const { node } = task;
    // what is not judged is nothing that its readers could be judged by
    if (failure === undefined) {
      const isTable = node.resource_type === 'snapshot';
      await this.#shadow.attempt([this.#shadow.analysis.forget(task.target, isTable)]);
    }
    await this.#withhold(node, found);
  }

  /** A node that is not judged stands for its readers as it is declared, where it is. */
  async #withhold(node: ExecutableNode, found: Found): Promise<void> {
    this.#settle({ id: node.unique_id, diagnostics: [], ...found });
    await this.#standIn(node);
  }

  async #standIn(node: ExecutableNode): Promise<void> {
    if (node.resource_type !== 'model' || node.config.materialized === 'ephemeral') return;
    const columns = declaredColumns(node, this.#ctx.dialect);
    if (columns === undefined || !node.contract.enforced) return;
    const failure = await this.#stub(this.placeOf(node), columns);
    if (failure === undefined) this.#readable.add(node.unique_id);
  }

  async #stub(
    target: RelationName,
    columns: readonly TypedColumn[],
    key: readonly string[] = [],
  ): Promise<StatementFailure | undefined> {
    await this.#flush();
    return this.#shadow.attempt(this.#shadow.analysis.stub(target, columns, 'plain', key));
  }

  async #send(task: Task): Promise<void> {
    this.#pending.push(task);
    // a task of several statements has none beside it, so that the place of a failure is known
    const limit = this.#shadow.analysis.together && task.statements.length === 1 ? AT_ONCE : 1;
    if (this.#pending.length >= limit) await this.#flush();
  }

  async #flush(): Promise<void> {
    const tasks = this.#pending;
    this.#pending = [];
    if (tasks.length > 1) {
      const failure = await this.#shadow.attempt(tasks.flatMap((task) => task.statements));
      if (failure === undefined) {
        for (const task of tasks) this.#ok(task.node.unique_id, task);
        return;
      }
    }
    for (const task of tasks) await this.#alone(task);
  }

  async #alone(task: Task): Promise<void> {
    const { node } = task;
    const blocked = this.#blocked(node);
    if (blocked !== undefined) return this.#withhold(node, blocked);
    const { analysis } = this.#shadow;
    let failure = await this.#shadow.attempt(task.statements);
    if (failure !== undefined && (await this.#reshaped(node, failure)))
      failure = await this.#shadow.attempt(task.statements);
    if (failure !== undefined && task.asView !== undefined && analysis.isOfTable?.(failure.error))
      failure = await this.#shadow.attempt([task.asView]);
    if (failure === undefined) return this.#ok(node.unique_id, task);
    const doubt =
      analysis.doubt(failure.error) ??
      (await madeByHooks(this.#ctx, node, analysis.fault(failure.error)));
    if (doubt !== undefined)
      return this.#withhold(node, {
        standing: 'unjudged',
        because: doubt,
        origin: node.unique_id,
      });
    this.#refuse(task, failure);
    await this.#standIn(node);
  }

  /** Makes what a node reads anew in the form that its query wants, itself included; false when there is none. */
  async #reshaped(node: ExecutableNode, failure: StatementFailure): Promise<boolean> {
    const { analysis } = this.#shadow;
    const form = analysis.readerWants?.(failure.error);
    if (form === undefined) return false;
    for (const id of [...this.#scope.graph.parents(node.unique_id), node.unique_id]) {
      const place = this.#placeOfId(id);
      if (place === undefined) continue;
      const columns = await this.#shadow.columnsOf(this.#ctx.dialect, place);
      if (columns.length > 0) await this.#shadow.attempt(analysis.stub(place, columns, form));
    }
    return true;
  }

  #placeOfId(id: NodeId): RelationName | undefined {
    const source = this.#ctx.manifest.sources[id];
    if (source !== undefined) return { schema: source.schema, name: source.identifier };
    const node = this.#ctx.manifest.nodes[id];
    return node === undefined ? undefined : this.placeOf(node);
  }

  #refuse(task: Task, failure: StatementFailure): void {
    this.refusals.push({ task, failure });
    const id = task.node.unique_id;
    // its first form was taken
    const isCertain = this.verdicts.get(id)?.standing !== 'ok';
    this.#settle({ id, standing: 'wrong', diagnostics: [], isCertain });
  }

  #ok(id: NodeId, task?: Task): void {
    if (task !== undefined) this.taken.push(task);
    if (this.verdicts.has(id)) return;
    this.#settle({ id, standing: 'ok', diagnostics: [] });
  }

  #settle(verdict: Verdict): void {
    this.verdicts.set(verdict.id, verdict);
    if (verdict.standing === 'ok') this.#readable.add(verdict.id);
  }

  /** What keeps a node from being judged: something that it reads is not there. */
  #blocked(node: ExecutableNode): Found | undefined {
    let found: Found | undefined;
    for (const id of this.#scope.graph.parents(node.unique_id)) {
      const above = this.verdicts.get(id);
      if (above === undefined || this.#readable.has(id)) continue;
      const isWrong = above.standing === 'wrong' || above.standing === 'unchecked';
      const origin = above.origin ?? id;
      const because = above.because ?? `${this.#nameOf(origin)} is wrong`;
      if (isWrong) return { standing: 'unchecked', because, origin };
      found ??= { standing: 'unjudged', because, origin };
    }
    return found;
  }

  #nameOf(id: NodeId): string {
    return this.#ctx.manifest.nodes[id]?.name ?? id;
  }
}
