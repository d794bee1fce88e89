// The names a template sees in the run phase.
import type { Scope } from '../jinja/host.ts';
import { toPython } from '../jinja/py/convert.ts';
import type { Value } from '../jinja/py/values.ts';
import { nodeNames, type RefCall } from '../jinja/scope/node-names.ts';
import { Relation } from '../jinja/scope/relation.ts';
import { templateError } from '../jinja/errors.ts';
import type { BaseSettings, NodeSettings } from '../jinja/scope/settings.ts';
import { didYouMean } from '../kernel/did-you-mean.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { RelationName } from '../kernel/relation.ts';
import type { ExecutableNode, SourceNode, ModelNode } from '../manifest/node.ts';
import { baseSettings, onWorker, varLayers } from '../project/session.ts';
import { runtimeConfig } from '../project/runtime-config.ts';
import { testArguments } from '../project/test-arguments.ts';
import type { LoadedProject } from '../project/load.ts';
import { ephemeralName } from './ephemeral-name.ts';
import type { CompileOptions, StandInRequest } from './compiler.ts';
import { nodeRelation } from './plan-node.ts';
import { references, versionPointer } from './references.ts';
import { readingOf, type ReadLess } from './read-less.ts';
import { standInSettings } from './stand-in-scope.ts';
import { asModel, graphOf } from './template-nodes.ts';
import type { ToldAs } from '../kernel/told-as.ts';

/** What a render tells whoever asked for it. */
export interface RenderSink {
  readonly log: (message: string, info: ToldAs) => void;
  /** an ephemeral model that the text reads */
  readonly needs: (id: NodeId) => void;
  readonly header: (text: string) => void;
  /** a new attempt begins: what the one before told is void */
  readonly again: () => void;
}

/** What the body of a materialization sees of its node. */
export interface MaterializationScope {
  readonly isIncremental: boolean;
  readonly log: RenderSink['log'];
  readonly compiledCode: string | null;
  readonly header: string | undefined;
}

/** Makes scopes of the run phase. */
export interface ScopeMaker {
  /** dbt's flag require_explicit_package_overrides_for_builtin_materializations */
  readonly packagesMustAsk: boolean;
  /** `query-comment` as the project writes it; undefined where it does not */
  readonly queryComment: unknown;
  /** how the SQL of the target is written: see `scanSql` */
  readonly backslashEscapes: boolean;
  forNode(node: ExecutableNode, options: CompileOptions, sink: RenderSink): Scope;
  /** for the body of a materialization; `extra` are its own names (`sql`, `pre_hooks`, …) */
  forMaterialization(
    node: ExecutableNode,
    options: MaterializationScope,
    extra: NodeSettings['extra'],
  ): Scope;
  /** a model whose inputs are given */
  forStandIns(request: StandInRequest, sink: RenderSink): Scope;
  forRun(
    packageName: string,
    extra: Readonly<Record<string, unknown>>,
    log: RenderSink['log'],
  ): Scope;
  forInline(sink: RenderSink): Scope;
  /** `loaded_at_query` of a source: `this` is its table */
  forSource(source: SourceNode): Scope;
  /** where the foreign keys of a model's contract lead, by their text */
  references(node: ExecutableNode): ReadonlyMap<string, RelationName>;
  /** the name of the view that shows the latest version, for that version */
  versionPointer(node: ModelNode): string | undefined;
}

const NOTHING: RenderSink = {
  log: () => undefined,
  needs: () => undefined,
  header: () => undefined,
  again: () => undefined,
};

export interface RunScopeOptions extends ReadLess {
  readonly warn: (message: string) => void;
  /** where nodes are read that this run does not build (--defer) */
  readonly deferred?: ReadonlyMap<NodeId, RelationName>;
}

/** Makes the scopes of one invocation over its resolved project. */
export function runScopes(project: LoadedProject, options: RunScopeOptions): ScopeMaker {
  return new RunScopes(project, options);
}

class RunScopes implements ScopeMaker {
  private readonly project: LoadedProject;
  private readonly options: RunScopeOptions;
  private graph: Value;

  constructor(project: LoadedProject, options: RunScopeOptions) {
    this.project = project;
    this.options = options;
  }

  get queryComment(): unknown {
    return this.project.project.queryComment;
  }

  get backslashEscapes(): boolean {
    return this.project.dialect.analysis.backslashEscapes;
  }

  get packagesMustAsk(): boolean {
    const flag = 'require_explicit_package_overrides_for_builtin_materializations';
    return this.project.project.flags[flag] !== false;
  }

  forNode(node: ExecutableNode, options: CompileOptions, sink: RenderSink): Scope {
    // an object of this size is put together many times as fast by `assign` as by spreads
    const settings = (): NodeSettings =>
      Object.assign(
        this.common(
          node.package_name,
          sink,
          new Set(node.depends_on.nodes),
          options,
          node.resource_type,
        ),
        {
          config: configOf(node, sink),
          thisRelation: Relation.of(nodeRelation(node), this.project.engine.style),
          model: () => asModel(node, options.batch),
          isIncremental: () => options.isIncremental,
        },
        options.thread === undefined ? undefined : onWorker(this.project.session, options.thread),
      );
    return (attempt) => {
      sink.again();
      const extra =
        node.resource_type === 'test' && node.test_metadata !== null
          ? { _dbt_generic_test_kwargs: this.arguments(node, settings()) }
          : {};
      return nodeNames(Object.assign(settings(), { extra }), attempt);
    };
  }

  forMaterialization(
    node: ExecutableNode,
    { isIncremental, log, compiledCode, header }: MaterializationScope,
    extra: NodeSettings['extra'],
  ): Scope {
    const model =
      compiledCode === null ? node : { ...node, compiled: true, compiled_code: compiledCode };
    const own = configOf(node, NOTHING);
    // what is set while the body runs counts from then on
    const set = new Map<string, Value>(header === undefined ? [] : [['sql_header', header]]);
    return (attempt) =>
      nodeNames(
        {
          ...this.common(node.package_name, { ...NOTHING, log }, new Set(node.depends_on.nodes)),
          config: {
            ...own,
            get: (name) => set.get(name) ?? own.get(name),
            call: (values) => values.forEach((value, name) => set.set(name, value)),
          },
          thisRelation: Relation.of(nodeRelation(node), this.project.engine.style),
          model: () => asModel(model),
          isIncremental: () => isIncremental,
          extra,
        },
        attempt,
      );
  }

  forStandIns(request: StandInRequest, sink: RenderSink): Scope {
    const { model } = request;
    return (attempt) => {
      sink.again();
      attempt.override(request.overrides?.macros ?? new Map());
      const base: NodeSettings = {
        ...this.common(model.package_name, sink),
        config: configOf(model, sink),
        model: () => asModel(model),
      };
      return nodeNames(standInSettings(this.project, base, request, sink.needs), attempt);
    };
  }

  forRun(
    packageName: string,
    extra: Readonly<Record<string, unknown>>,
    log: RenderSink['log'],
  ): Scope {
    // there is no node: names that tell of one are those of the target
    const { database, schema } = this.project.target;
    const names = { database: database ?? null, schema, ...extra } as NodeSettings['extra'];
    return (attempt) =>
      nodeNames(
        { ...this.common(packageName, { ...NOTHING, log }), ...(names && { extra: names }) },
        attempt,
      );
  }

  forInline(sink: RenderSink): Scope {
    return (attempt) => {
      sink.again();
      return nodeNames(this.common(this.project.manifest.project_name, sink), attempt);
    };
  }

  forSource(node: SourceNode): Scope {
    return (attempt) =>
      nodeNames(
        {
          ...this.common(node.package_name, NOTHING),
          thisRelation: this.sourceRelation(node),
          model: () => asModel(node),
        },
        attempt,
      );
  }

  versionPointer(node: ModelNode): string | undefined {
    return versionPointer(node, this.project.project.flags);
  }

  references(node: ExecutableNode): ReadonlyMap<string, RelationName> {
    return references(node, this.project, this.options.deferred);
  }

  private sourceRelation(node: SourceNode): Relation {
    const name = { database: node.database, schema: node.schema, name: node.identifier };
    return Relation.of(name, this.project.engine.style);
  }

  /** Settings without a node; `allowed` are the parents it may read, undefined: all. */
  private common(
    packageName: string,
    sink: RenderSink,
    allowed?: ReadonlySet<NodeId>,
    options: Partial<CompileOptions> = {},
    reader?: string,
  ): NodeSettings {
    const { session, project: root, packages, engine } = this.project;
    const own = packages.get(packageName)?.project ?? root;
    const of: Omit<NodeSettings, Exclude<keyof BaseSettings, 'log'>> = {
      log: sink.log,
      execute: true,
      engine,
      ref: (call) => this.ref(call, packageName, sink, allowed, { ...options, reader }),
      source: (source, table) => this.source(source, table, packageName, { ...options, reader }),
      config: { isParsing: false, get: () => undefined, call: () => undefined },
      thisRelation: null,
      model: undefined,
      runtimeConfig: () =>
        runtimeConfig(
          session,
          root,
          Array.from(packages.values(), (pkg) => pkg.project),
        ),
      graph: () => (this.graph ??= graphOf(this.project.manifest)),
      isIncremental: () => false,
      extra: {},
      warn: this.options.warn,
    };
    return Object.assign(baseSettings(session, varLayers(session.cliVars, root, own)), of);
  }

  private ref(
    call: RefCall,
    packageName: string,
    sink: RenderSink,
    allowed: ReadonlySet<NodeId> | undefined,
    options: Partial<CompileOptions> & { readonly reader: string | undefined },
  ): Value {
    const { resolver, manifest, engine } = this.project;
    const id = resolver.ref(
      { name: call.name, package: call.packageName ?? null, version: call.version ?? null },
      packageName,
    );
    const found = id === undefined ? undefined : manifest.nodes[id];
    if (found === undefined)
      throw templateError(
        'ETL3001',
        `the ref depends on a node named '${call.name}' which was not found`,
        didYouMean(
          call.name,
          Object.values(manifest.nodes).map((n) => n.name),
        ),
      );
    requireParent(found.unique_id, allowed, `ref('${call.name}')`);
    if (found.resource_type === 'model' && found.config.materialized === 'ephemeral') {
      sink.needs(found.unique_id);
      const bare = {
        ...engine.style,
        policy: { database: false, schema: false, identifier: false },
      };
      return Relation.of({ database: null, schema: null, name: ephemeralName(found) }, bare, {
        type: 'cte',
        ...this.reading(found, options),
      });
    }
    const kind = found.config.materialized === 'view' ? 'view' : 'table';
    return Relation.of(
      options.standIns?.get(found.unique_id) ??
        this.options.deferred?.get(found.unique_id) ??
        nodeRelation(found),
      engine.style,
      { type: kind, ...this.reading(found, options) },
    );
  }

  /** A source may be found at run time only: nothing has to be built before it is read. */
  private source(
    source: string,
    table: string,
    packageName: string,
    options: Partial<CompileOptions> & { readonly reader: string | undefined },
  ): Value {
    const found = this.project.resolver.source(source, table, packageName);
    if (found === undefined)
      throw templateError(
        'ETL3002',
        `the call depends on a source named '${source}.${table}' which was not found`,
      );
    return this.sourceRelation(found).with(this.reading(found, options));
  }

  private reading(
    parent: Parameters<typeof readingOf>[1],
    { reader, batch }: Partial<CompileOptions> & { readonly reader: string | undefined },
  ): ReturnType<typeof readingOf> {
    return readingOf(
      batch === undefined ? this.options : { ...this.options, batch: batch.window },
      parent,
      reader,
      this.project.dialect,
    );
  }

  /** What a generic test's macro is called with: texts that are calls (`ref('x')`) become what they give. */
  private arguments(
    node: Extract<ExecutableNode, { resource_type: 'test' }>,
    settings: NodeSettings,
  ): Value {
    const kwargs =
      this.project.testArguments.get(node.unique_id) ?? node.test_metadata?.kwargs ?? {};
    const { file, line, column } = node.place;
    return testArguments(kwargs, {
      host: this.project.host,
      packageName: node.package_name,
      file,
      line,
      column,
      scope: (attempt) => nodeNames(settings, attempt),
      forgiving: false,
    });
  }
}

/** A parent that the parse phase did not see may not be built yet: dbt refuses it too. */
function requireParent(id: NodeId, allowed: ReadonlySet<NodeId> | undefined, call: string): void {
  if (allowed === undefined || allowed.has(id)) return;
  throw templateError(
    'ETL2003',
    `${call} was not seen when the project was read, so it may not be built before this node`,
    `Add the line: -- depends_on: {{ ${call} }}`,
  );
}

function configOf(node: ExecutableNode, sink: RenderSink): NodeSettings['config'] {
  return {
    isParsing: false,
    get: (name) => {
      const value = node.config[name];
      return value === undefined ? undefined : toPython(value);
    },
    call: (values) => {
      const header = values.get('sql_header');
      if (typeof header === 'string') sink.header(header);
    },
  };
}
