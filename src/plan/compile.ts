// The run phase of templates: nodes are rendered with execute = true, refs become relations, ephemeral models become CTEs.
import {
  TemplateHost,
  Suspended,
  type MacroCall,
  type Question,
  type Rendered,
  type Scope,
  type TemplateText,
} from '../jinja/host.ts';
import { locate as locateRendered } from '../jinja/source-map.ts';
import { EtlError } from '../kernel/error.ts';
import type { Span } from '../kernel/diagnostic.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { RelationName } from '../kernel/relation.ts';
import type { Manifest, RunHook } from '../manifest/manifest.ts';
import type { ExecutableNode, Hook, SourceNode, ModelNode } from '../manifest/node.ts';
import type { RenderedHook } from '../materializations/recipe.ts';
import { injectCtes, offsetBeforeInjection, type Cte, type Injected } from '../sql/inject-ctes.ts';
import { hasCode, withoutClosingSemicolon } from '../sql/scan.ts';
import { ephemeralName } from './ephemeral-name.ts';
import { Lanes, type Lane } from './lane.ts';
import { materialize, type Materialized, type MaterializeInputs } from './materialize.ts';
import type { Asking, CompiledNode, CompileOptions, NodeCompiler, NodeHooks } from './compiler.ts';
import { inHook } from './hook-problem.ts';
import { QueryComments, type Commented, type QueryComment } from './query-comment.ts';
import type { ScopeMaker } from './run-scope.ts';
import type { ToldAs } from '../kernel/told-as.ts';

type Log = CompiledNode['logs'][number];
type EphemeralCte = Cte & { readonly rendered: Rendered };

/** Compiles nodes of one invocation; ephemeral models are compiled once and kept. */
export class Compiler implements NodeCompiler {
  private readonly manifest: Manifest;
  private readonly host: TemplateHost;
  private readonly scopes: ScopeMaker;
  private readonly lanes: Lanes;
  private readonly escapes: boolean;
  private readonly comments: QueryComments;
  private readonly ephemeral = new Map<
    NodeId,
    { readonly sql: string; readonly needs: readonly NodeId[]; readonly rendered: Rendered }
  >();

  constructor(manifest: Manifest, host: TemplateHost, scopes: ScopeMaker) {
    this.manifest = manifest;
    this.host = host;
    this.scopes = scopes;
    this.escapes = scopes.backslashEscapes;
    this.comments = new QueryComments(host, scopes);
    this.lanes = new Lanes(host, scopes.packagesMustAsk);
  }

  versionPointer(node: ModelNode): string | undefined {
    return this.scopes.versionPointer(node);
  }

  references(node: ExecutableNode): ReadonlyMap<string, RelationName> {
    return this.scopes.references(node);
  }

  *compile(node: ExecutableNode, options: CompileOptions): Asking<CompiledNode> {
    const logs: Log[] = [];
    const needs: NodeId[] = [];
    let header: string | undefined;
    const scope = this.scopes.forNode(node, options, {
      log: (message, info) => void logs.push({ message, info }),
      needs: (id) => void needs.push(id),
      header: (text) => void (header = text),
      again: () => {
        logs.length = 0;
        needs.length = 0;
        header = undefined;
      },
    });
    const template: TemplateText = {
      packageName: node.package_name,
      path: node.place.file,
      text: node.raw_code,
      origin: { line: node.place.line, column: node.place.column },
    };
    const rendered = yield* this.render(template, scope);
    const own = withoutClosingSemicolon(rendered.text, this.escapes);
    if (!hasCode(own)) throw emptyNode(node);
    const ctes = options.injectsEphemeral === false ? [] : yield* this.ctes(needs);
    const injected = injectCtes(own, ctes, this.escapes);
    header ??= textConfig(node, 'sql_header');
    const compiled: { -readonly [K in keyof CompiledNode]: CompiledNode[K] } = {
      sql: injected.sql,
      locate: (offset) =>
        this.place(rendered, offsetBeforeInjection(injected, offset)) ??
        this.placeInCte(ctes, injected, offset),
      logs,
      references: this.references(node),
      macros: [...rendered.macros],
    };
    if (own !== rendered.text) compiled.written = injectCtes(rendered.text, ctes, this.escapes).sql;
    if (header !== undefined) compiled.header = header;
    return compiled;
  }

  /**
   * Pre- and post-hooks of a node, rendered; empty ones are left out, as in dbt. The first post-hook that asks the warehouse, and
   * those behind it, are `late`: they speak of what the node will have built, and are rendered (`lateHooks`) when it is there.
   */
  *hooks(node: ExecutableNode, options: CompileOptions): Asking<NodeHooks> {
    const before = yield* this.hookList(node, node.config['pre-hook'], options);
    const hooks = node.config['post-hook'];
    const asks = hooks.findIndex((hook) => this.asks(node, hook, options));
    const early = asks < 0 ? hooks.length : asks;
    const after = yield* this.hookList(node, hooks.slice(0, early), options);
    return { before, after, late: hooks.slice(early) };
  }

  /** One late post-hook, rendered; undefined when it renders to nothing. */
  *lateHook(
    node: ExecutableNode,
    hook: Hook,
    options: CompileOptions,
  ): Asking<RenderedHook | undefined> {
    return (yield* this.hookList(node, [hook], options))[0];
  }

  private asks(node: ExecutableNode, hook: Hook, options: CompileOptions): boolean {
    try {
      return this.host.render(...this.hookTemplate(node, hook, options)) instanceof Suspended;
    } catch (error) {
      throw inHook(error, node, hook);
    }
  }

  private hookTemplate(
    node: ExecutableNode,
    hook: Hook,
    options: CompileOptions,
  ): [TemplateText, Scope] {
    const quiet = (): undefined => undefined;
    const sink = { log: quiet, needs: quiet, header: quiet, again: quiet };
    return [
      { packageName: node.package_name, path: node.place.file, text: hook.sql },
      this.scopes.forNode(node, options, sink),
    ];
  }

  comment(node: Commented | undefined): QueryComment | undefined {
    return this.comments.of(node);
  }

  lane(node: ExecutableNode): Lane {
    return this.lanes.of(node);
  }

  materialize(inputs: MaterializeInputs): Asking<Materialized> {
    return materialize(this.host, this.scopes, inputs);
  }

  /** A hook of on-run-start or on-run-end; the empty text when it renders to nothing. `extra` are names such as `results`. */
  *runHook(
    hook: RunHook,
    extra: Readonly<Record<string, unknown>>,
    log: (message: string, info: ToldAs) => void,
  ): Asking<string> {
    const template = {
      packageName: hook.package_name,
      path: hook.place?.file ?? 'dbt_project.yml',
      text: hook.hook.sql,
      ...(hook.origin && { origin: hook.origin }),
    };
    const { text } = yield* this.render(
      template,
      this.scopes.forRun(hook.package_name, extra, log),
    );
    return text.trim();
  }

  /** Calls a macro as `run-operation` does; what it returns is of no interest. */
  *operation(call: MacroCall, log: (message: string, info: ToldAs) => void): Asking<void> {
    // the first attempt may be in vain: what it logs counts only when it was not
    const logs: Log[] = [];
    const keep = (message: string, info: ToldAs): void => void logs.push({ message, info });
    const told = (): void => logs.forEach(({ message, info }) => log(message, info));
    const scope = (to: typeof log): Scope => this.scopes.forRun(call.packageName, {}, to);
    let called: ReturnType<TemplateHost['callMacro']>;
    try {
      called = this.host.callMacro(call, scope(keep));
    } catch (error) {
      told();
      throw error;
    }
    if (called instanceof Suspended) yield* this.host.callMacroAsking(call, scope(log));
    else told();
  }

  /** SQL given on the command line, rendered like a model of the root project. */
  *inline(sql: string): Asking<CompiledNode> {
    const needs: NodeId[] = [];
    const logs: Log[] = [];
    const scope = this.scopes.forInline({
      log: (message, info) => void logs.push({ message, info }),
      needs: (id) => void needs.push(id),
      header: () => undefined,
      again: () => {
        needs.length = 0;
        logs.length = 0;
      },
    });
    const template = { packageName: this.manifest.project_name, path: '--inline', text: sql };
    const rendered = yield* this.render(template, scope);
    const injected = injectCtes(
      withoutClosingSemicolon(rendered.text, this.escapes),
      yield* this.ctes(needs),
      this.escapes,
    );
    return {
      sql: injected.sql,
      locate: (offset) => this.place(rendered, offsetBeforeInjection(injected, offset)),
      logs,
    };
  }

  /** `loaded_at_query` of a source, rendered. */
  *loadedAtQuery(node: SourceNode): Asking<string> {
    const template = {
      packageName: node.package_name,
      path: node.place.file,
      text: node.loaded_at_query ?? '',
    };
    const { text } = yield* this.render(template, this.scopes.forSource(node));
    return withoutClosingSemicolon(text, this.escapes);
  }

  /** Synchronously first: most templates ask nothing, and what was begun in vain has sent nothing. */
  private *render(template: TemplateText, scope: Scope): Generator<Question, Rendered, unknown> {
    const rendered = this.host.render(template, scope);
    return rendered instanceof Suspended
      ? yield* this.host.renderAsking(template, scope)
      : rendered;
  }

  private place(rendered: Rendered, offset: number | undefined): Span | undefined {
    if (offset === undefined) return undefined;
    const { file, line, column } = locateRendered(rendered.map, offset);
    return { file, line, column };
  }

  /** A place in the file of an ephemeral model, for an offset of the text that its CTE became. */
  private placeInCte(
    ctes: readonly EphemeralCte[],
    injected: Injected,
    offset: number,
  ): Span | undefined {
    let from = injected.at;
    for (const cte of ctes) {
      const start = injected.sql.indexOf(`${cte.name} as (\n`, from) + cte.name.length + 6;
      from = start + cte.sql.length;
      if (offset >= start && offset < from) return this.place(cte.rendered, offset - start);
    }
    return undefined;
  }

  private *hookList(
    node: ExecutableNode,
    hooks: readonly Hook[],
    options: CompileOptions,
  ): Asking<readonly RenderedHook[]> {
    const rendered: RenderedHook[] = [];
    for (const hook of hooks) {
      let text: string;
      try {
        ({ text } = yield* this.render(...this.hookTemplate(node, hook, options)));
      } catch (error) {
        throw inHook(error, node, hook);
      }
      const sql = withoutClosingSemicolon(text, this.escapes).trim();
      if (hasCode(sql)) rendered.push({ sql, inTransaction: hook.transaction });
    }
    return rendered;
  }

  /** The CTEs of ephemeral models, each once, those that others need first. */
  private *ctes(needs: readonly NodeId[]): Asking<readonly EphemeralCte[]> {
    const found = new Map<NodeId, EphemeralCte>();
    const stack: { id: NodeId; entered: boolean }[] = needs
      .toReversed()
      .map((id) => ({ id, entered: false }));
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const node = this.manifest.nodes[top.id];
      if (node === undefined || found.has(top.id)) continue;
      const compiled = yield* this.ephemeralSql(node);
      if (top.entered) found.set(top.id, { ...compiled, name: ephemeralName(node) });
      else
        stack.push(
          { id: top.id, entered: true },
          ...compiled.needs.toReversed().map((id) => ({ id, entered: false })),
        );
    }
    return [...found.values()];
  }

  private *ephemeralSql(node: ExecutableNode): Asking<{
    readonly sql: string;
    readonly needs: readonly NodeId[];
    readonly rendered: Rendered;
  }> {
    const known = this.ephemeral.get(node.unique_id);
    if (known !== undefined) return known;
    const needs: NodeId[] = [];
    const scope = this.scopes.forNode(
      node,
      { isIncremental: false },
      {
        log: () => undefined,
        needs: (id) => void needs.push(id),
        header: () => undefined,
        again: () => void (needs.length = 0),
      },
    );
    const template = { packageName: node.package_name, path: node.place.file, text: node.raw_code };
    const rendered = yield* this.render(template, scope);
    const compiled = { sql: withoutClosingSemicolon(rendered.text, this.escapes), needs, rendered };
    this.ephemeral.set(node.unique_id, compiled);
    return compiled;
  }
}

function textConfig(node: ExecutableNode, key: string): string | undefined {
  const value = node.config[key];
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

const emptyNode = (node: ExecutableNode): EtlError =>
  new EtlError([
    {
      code: 'ETL5001',
      severity: 'error',
      message: `${node.original_file_path} renders to no SQL`,
      at: node.place,
      node: node.unique_id,
      hint: 'Write a SELECT, or disable the model with the config enabled: false.',
    },
  ]);
