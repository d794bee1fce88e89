import { nearestName } from '../kernel/did-you-mean.ts';
import type { Diagnostic, Span } from '../kernel/diagnostic.ts';
import type { EtlError } from '../kernel/error.ts';
import { isEtlError } from '../kernel/error.ts';
import type { RenderAttempt, Scope } from '../jinja/host.ts';
import { Suspended } from '../jinja/host.ts';
import { toPython } from '../jinja/py/convert.ts';
import { Dict } from '../jinja/py/dict.ts';
import { extractMentions } from '../jinja/static-extract.ts';
import type { StaticMentions } from '../jinja/static-extract.ts';
import { nodeNames } from '../jinja/scope/node-names.ts';
import { toPlain } from '../jinja/scope/plain.ts';
import { Relation } from '../jinja/scope/relation.ts';
import type { BaseSettings, NodeSettings } from '../jinja/scope/settings.ts';
import type { ResourceType } from '../manifest/node.ts';
import { withoutClockPrints } from './clock-prints.ts';
import { CONFIG_KEYS, sectionOf } from './config-keys.ts';
import { configKey, mergeCalls } from './config-merge.ts';
import type { ConfigValues } from './config-merge.ts';
import type { Capture, CapturedRef, CapturedSource } from './draft.ts';
import { errorOf, warningOf } from './problems.ts';
import { baseSettings, varLayers } from './session.ts';
import { runtimeConfig } from './runtime-config.ts';
import { testArguments } from './test-arguments.ts';
import type { ProjectPackage } from './text-files.ts';
import { undefinedCalls } from './undefined-calls.ts';
import type { World } from './world.ts';

/** A text to be rendered for what it shows. */
export interface Subject {
  readonly id: string;
  readonly name: string;
  readonly type: ResourceType;
  readonly package: ProjectPackage;
  readonly shownPath: string;
  readonly text: string;
  readonly origin?: { readonly line: number; readonly column: number };
  /** `model` while parsing */
  readonly model: Readonly<Record<string, unknown>>;
  /** the arguments of a generic test, rendered before its text */
  readonly kwargs?: Readonly<Record<string, unknown>>;
}

/** Nothing was called. */
export const EMPTY_CAPTURE: Capture = { refs: [], sources: [], config: {}, macros: [] };

class Recorder {
  readonly refs: CapturedRef[] = [];
  readonly sources: CapturedSource[] = [];
  config: ConfigValues = {};
  extra: Readonly<Record<string, unknown>> = {};
  readonly #world: World;
  readonly #subject: Subject;
  #attempt: RenderAttempt | undefined;

  constructor(world: World, subject: Subject) {
    this.#world = world;
    this.#subject = subject;
  }

  /** Where the name of the running call begins: the render knows its bracket. */
  #site(): Span {
    const { shownPath, text, origin } = this.#subject;
    const site = this.#attempt?.site;
    if (site === undefined) return { file: shownPath, line: 1, column: 1 };
    const { file, line, column } = site;
    if (file !== shownPath) return { file, line, column };
    const first = line === (origin?.line ?? 1);
    const shift = first ? (origin?.column ?? 1) - 1 : 0;
    const before = text.split('\n')[line - (origin?.line ?? 1)]?.slice(0, column - 1 - shift) ?? '';
    const name = /[\w.]+\s*$/.exec(before)?.[0] ?? '';
    return { file, line, column: column - name.length };
  }

  #configure(values: ReadonlyMap<string, unknown>): void {
    const plain: Record<string, unknown> = {};
    const known = CONFIG_KEYS[sectionOf(this.#subject.type)];
    for (const key of ['pre_hook', 'post_hook'])
      if (values.has(key) && values.has(configKey(key)))
        this.#world.diagnostics.push(
          errorOf('ETL1004', `config has both "${key}" and "${configKey(key)}"`, {
            at: this.#site(),
            node: this.#subject.id,
            hint: 'Keep one of the two: they are the same config.',
          }),
        );
    for (const [key, value] of values) {
      plain[key] = toPlain(value);
      const nearest = known.includes(key) ? undefined : nearestName(key, known);
      if (nearest !== undefined)
        this.#world.diagnostics.push(
          warningOf('ETL1005', `unknown config "${key}"`, {
            at: this.#site(),
            node: this.#subject.id,
            hint: `Did you mean "${nearest}"? A value of your own belongs below meta.`,
          }),
        );
    }
    this.config = mergeCalls(this.config, plain);
  }

  readonly scope: Scope = (attempt) => {
    this.#attempt = attempt;
    const { refs, sources } = this;
    const { watched: session, root, engine, target } = this.#world;
    const subject = this.#subject;
    const own = subject.package.project;
    const address = {
      database: target.database ?? null,
      schema: target.schema,
      name: subject.name,
    };
    const self = Relation.of(address, engine.style);
    const layers = varLayers(session.cliVars, root.project, own);
    const base = baseSettings(session, layers, { forgivingVars: true });
    // not by a spread: an object of this size takes many times as long so
    const settings: NodeSettings = Object.assign(base, {
      log: () => undefined,
      execute: false,
      engine,
      ref: (call) => {
        const { name, packageName, version } = call;
        refs.push({
          name,
          package: packageName ?? null,
          version: version ?? null,
          at: this.#site(),
        });
        return self;
      },
      source: (source, table) => {
        sources.push({ source, table, at: this.#site() });
        return self;
      },
      config: { isParsing: true, get: () => undefined, call: (values) => this.#configure(values) },
      thisRelation: self,
      model: () => toPython(subject.model),
      runtimeConfig: () =>
        runtimeConfig(
          session,
          root.project,
          Array.from(this.#world.packages.values(), (pkg) => pkg.project),
        ),
      graph: () => new Dict(EMPTY_GRAPH.map((key) => [key, new Dict()])),
      isIncremental: () => false,
      extra: this.extra,
      warn: () => undefined,
    } satisfies Omit<NodeSettings, Exclude<keyof BaseSettings, 'log'>>);
    return nodeNames(settings, attempt);
  };
}

const EMPTY_GRAPH = ['nodes', 'sources', 'exposures', 'metrics', 'groups', 'macros'];

const sameRef = (a: CapturedRef, b: CapturedRef): boolean =>
  a.name === b.name && a.package === b.package && a.version === b.version;
const sameSource = (a: CapturedSource, b: CapturedSource): boolean =>
  a.source === b.source && a.table === b.table;

function refOf(call: StaticMentions['refs'][number], file: string): CapturedRef | undefined {
  const [first, second] = call.args;
  const version = call.kwargs.get('v') ?? call.kwargs.get('version') ?? null;
  if (typeof first !== 'string' || (second !== undefined && typeof second !== 'string'))
    return undefined;
  return {
    name: second ?? first,
    package: second === undefined ? null : first,
    version: typeof version === 'string' || typeof version === 'number' ? version : null,
    at: { file, line: call.line, column: call.column },
  };
}

/** Whether every ref and source that a text writes was called by the render: then there is nothing more to be found in it. */
function isAllCalled(
  { text, shownPath }: Subject,
  seen: Pick<Recorder, 'refs' | 'sources'>,
): boolean {
  const written = text.match(/\b(?:ref|source)\s*\(/g)?.length ?? 0;
  const places = [...seen.refs, ...seen.sources].flatMap(({ at }) =>
    at.file === shownPath ? [`${at.line}:${at.column}`] : [],
  );
  return new Set(places).size >= written;
}

/** What stands behind is_incremental(): a render of the parse phase does not reach it. */
function hidden(
  subject: Subject,
  seen: Pick<Recorder, 'refs' | 'sources'>,
): {
  readonly refs: CapturedRef[];
  readonly sources: CapturedSource[];
} {
  if (!/\bis_incremental\s*\(/.test(subject.text) || isAllCalled(subject, seen))
    return { refs: [], sources: [] };
  const mentions = extractMentions(subject.text, subject.shownPath);
  return {
    refs: mentions.refs
      .filter((call) => call.conditional)
      .flatMap((call) => refOf(call, subject.shownPath) ?? []),
    sources: mentions.sources
      .filter((call) => call.conditional)
      .flatMap((call) => {
        const [source, table] = call.args;
        return typeof source === 'string' && typeof table === 'string'
          ? [
              {
                source,
                table,
                at: { file: subject.shownPath, line: call.line, column: call.column },
              },
            ]
          : [];
      }),
  };
}

/** Renders a text in dbt's parse phase and notes what it calls. Problems are collected; what was seen until then counts. */
export function captureText(world: World, subject: Subject): Capture {
  if (!subject.text.includes('{')) return EMPTY_CAPTURE;
  const { witness } = world;
  if (witness === undefined) return captured(world, subject);
  const before = witness.fleeting;
  const told = world.diagnostics.length;
  const capture = captured(world, subject);
  if (witness.fleeting === before) return capture;
  // what the clock says is only printed, in most cases: without it the text looks at no clock, and shows the same
  const text = withoutClockPrints(subject.text);
  if (text === undefined) return capture;
  const looked = witness.fleeting;
  const diagnostics: Diagnostic[] = [];
  const again = [captured({ ...world, diagnostics }, { ...subject, text }), diagnostics];
  const first = [capture, world.diagnostics.slice(told)];
  if (witness.fleeting === looked && comparable(again) === comparable(first))
    witness.fleeting = before;
  return capture;
}

const comparable = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? `${item}n` : item));

function captured(world: World, subject: Subject): Capture {
  const recorder = new Recorder(world, subject);
  let macros: readonly string[] = [];
  try {
    const { shownPath: path, text, origin } = subject;
    const template = {
      packageName: subject.package.project.name,
      path,
      text,
      ...(origin === undefined ? {} : { origin }),
    };
    if (subject.kwargs !== undefined)
      recorder.extra = {
        _dbt_generic_test_kwargs: testArguments(subject.kwargs, {
          host: world.host,
          packageName: template.packageName,
          file: path,
          line: origin?.line ?? 1,
          column: origin?.column ?? 1,
          scope: recorder.scope,
          forgiving: true,
        }),
      };
    const rendered = world.host.render(template, recorder.scope, { forgiving: true });
    if (!(rendered instanceof Suspended)) {
      macros = [...rendered.macros];
      world.diagnostics.push(...undefinedCalls(world.host, rendered, text, path, subject.id));
    }
    const behind = hidden(subject, recorder);
    recorder.refs.push(
      ...behind.refs.filter((ref) => !recorder.refs.some((seen) => sameRef(ref, seen))),
    );
    recorder.sources.push(
      ...behind.sources.filter((one) => !recorder.sources.some((seen) => sameSource(one, seen))),
    );
  } catch (error) {
    if (!isEtlError(error)) throw error;
    for (const diagnostic of (error as EtlError).diagnostics)
      world.diagnostics.push({ ...diagnostic, node: subject.id });
  }
  return {
    refs: recorder.refs,
    sources: recorder.sources,
    config: recorder.config,
    macros,
  };
}
