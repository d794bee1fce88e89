import { didYouMean } from '../kernel/did-you-mean.ts';
import { PackageMacro as AskingMacro } from './asking/macro.ts';
import type { MacroDefinition as AskingDefinition } from './asking/macro.ts';
import * as asking from './asking/program.ts';
import { invoke as invokeAsking } from './asking/call.ts';
import { RenderAttempt } from './attempt.ts';
import type { HostOptions } from './attempt.ts';
import { CompileOptions } from './compile-options.ts';
import { PackageMacro as DirectMacro } from './direct/macro.ts';
import type { MacroDefinition as DirectDefinition } from './direct/macro.ts';
import * as direct from './direct/program.ts';
import { invoke as invokeDirect } from './direct/call.ts';
import { templateError, toEtlError } from './errors.ts';
import { TemplateFault, located } from './faults.ts';
import { Frame, Output, RunState } from './frame.ts';
import type { UndefinedName } from './frame.ts';
import type { Asking, Question } from './host-function.ts';
import type { MacroEntry } from './library.ts';
import { nativeValue } from './native.ts';
import { parseTemplate } from './parser.ts';
import { fromPython } from './py/convert.ts';
import type { Args, Kwargs, Value } from './py/values.ts';
import { Suspended } from './signals.ts';
import { sourceMap } from './source-map.ts';
import type { SourceMap } from './source-map.ts';
import type { Origin } from './tokens.ts';

export type { HostOptions, RenderAttempt } from './attempt.ts';
export type { Question } from './host-function.ts';
export { Suspended } from './signals.ts';

const NO_NAMES: Scope = () => ({});

const DEFAULT_STEPS = 20_000_000;

/** A text to render. */
export interface TemplateText {
  readonly packageName: string;
  readonly path: string;
  readonly text: string;
  /** 1-based place of the text inside its file; the start when it is the whole file */
  readonly origin?: { readonly line: number; readonly column: number };
}

/** Makes the names a node sees (ref, config, this ...). Called once per attempt: an abandoned one leaves nothing behind. */
export type Scope = (attempt: RenderAttempt) => Readonly<Record<string, unknown>>;

/** How to render. */
export interface RenderOptions {
  /** dbt's parse phase: in the node's own text, attributes, items and calls of undefined values are undefined again */
  readonly forgiving?: boolean;
  /** how many steps the render may take (20 million) */
  readonly steps?: number;
}

/** What a render gives. */
export interface Rendered {
  readonly text: string;
  readonly map: SourceMap;
  /** unique ids of the macros that the node itself called */
  readonly macros: ReadonlySet<string>;
  /** the undefined names that the node's own text printed or reached into */
  readonly undefinedNames: readonly UndefinedName[];
}

/** A macro to call as a node would. */
export interface MacroCall {
  readonly packageName: string;
  /** the registry name */
  readonly name: string;
  readonly args?: Args;
  readonly kwargs?: Readonly<Record<string, unknown>>;
  /** the package whose macros are found first; the macro's own when absent */
  readonly contextPackage?: string;
}

/** What a macro gave. */
export interface Called {
  readonly value: Value;
  readonly macros: ReadonlySet<string>;
}

const isSuspended = (error: unknown): error is Suspended => error instanceof Suspended;

/** An error of a template as it leaves this room; what ended JavaScript's stack outside of any node is one, too. */
function outward(error: unknown, file: string): unknown {
  if (!(error instanceof RangeError)) return toEtlError(error);
  return toEtlError(located(error, { file, line: 1, column: 1 }));
}

/** What a text inside a render is called. */
const INNER = '<text>';

function innerFault(error: unknown, text: string): unknown {
  if (!(error instanceof TemplateFault)) return error;
  const message = `${error.message} (in the text ${JSON.stringify(text)})`;
  return new TemplateFault(message, error.kind, { hint: error.hint });
}

const originOf = (template: TemplateText): Origin | undefined =>
  template.origin && {
    line: template.origin.line - 1,
    column: template.origin.column - 1,
    index: 0,
  };

const keywords = (kwargs: MacroCall['kwargs']): Kwargs =>
  kwargs === undefined ? null : new Map(Object.entries(kwargs));

/** Renders texts and calls macros with dbt's rules for names. Compiled macros are kept, compiled texts are not. */
export class TemplateHost {
  readonly options: HostOptions;
  readonly #direct = new Map<MacroEntry, DirectDefinition>();
  readonly #asking = new Map<MacroEntry, AskingDefinition>();

  constructor(options: HostOptions) {
    this.options = options;
  }

  /** Renders without asking: Suspended when the template would ask, before it does. Throws an EtlError. */
  render(template: TemplateText, scope: Scope, options: RenderOptions = {}): Rendered | Suspended {
    const { run, compile, out } = this.#prepare(template, scope, options, false);
    try {
      const text = direct.compileText(compile, this.#parse(template));
      direct.runText(text, run, out);
    } catch (error) {
      if (isSuspended(error)) return error;
      throw outward(error, template.path);
    }
    return this.#rendered(template, run, out);
  }

  /** Renders, yielding each question once and going on with its answer. Throws an EtlError. */
  *renderAsking(
    template: TemplateText,
    scope: Scope,
    options: RenderOptions = {},
  ): Generator<Question, Rendered, unknown> {
    const { run, compile, out } = this.#prepare(template, scope, options, true);
    try {
      const text = asking.compileText(compile, this.#parse(template));
      yield* asking.runText(text, run, out);
    } catch (error) {
      throw outward(error, template.path);
    }
    return this.#rendered(template, run, out);
  }

  /** Renders a YAML value: one expression gives its value with its type, as plain data. Throws an EtlError. */
  renderNative(template: TemplateText, scope: Scope, options: RenderOptions = {}): unknown {
    // most values of a YAML file are no templates
    if (!template.text.includes('{')) return template.text;
    const { run } = this.#prepare(template, scope, options, false);
    const parts: Value[] = [];
    try {
      const compile = new CompileOptions(template.path, {
        isOwn: true,
        isForgiving: options.forgiving ?? false,
        isNative: true,
      });
      const text = direct.compileText(compile, this.#parse(template));
      direct.runText(text, run, new Output(null, parts));
      return fromPython(nativeValue(parts));
    } catch (error) {
      if (isSuspended(error))
        throw templateError('ETL2003', `${error.by} cannot be called in a YAML value`);
      const { line = 1, column = 1 } = template.origin ?? {};
      throw outward(located(error, { file: template.path, line, column }), template.path);
    }
  }

  /** Calls a macro without asking: Suspended when it would ask, before it does. Throws an EtlError. */
  callMacro(call: MacroCall, scope: Scope, options: RenderOptions = {}): Called | Suspended {
    const { entry, run, macro } = this.#prepareCall(call, scope, options, false);
    const site = { file: entry.path, line: entry.line, column: entry.column };
    try {
      const frame = new Frame(null, run, new Output());
      const value = invokeDirect(macro, call.args ?? [], keywords(call.kwargs), frame, site);
      return { value, macros: run.macros };
    } catch (error) {
      if (isSuspended(error)) return error;
      throw outward(located(error, site), entry.path);
    }
  }

  /** Calls a macro, yielding each question once and going on with its answer. Throws an EtlError. */
  *callMacroAsking(
    call: MacroCall,
    scope: Scope,
    options: RenderOptions = {},
  ): Generator<Question, Called, unknown> {
    const { entry, run, macro } = this.#prepareCall(call, scope, options, true);
    const site = { file: entry.path, line: entry.line, column: entry.column };
    try {
      const frame = new Frame(null, run, new Output());
      const value = yield* invokeAsking(macro, call.args ?? [], keywords(call.kwargs), frame, site);
      return { value, macros: run.macros };
    } catch (error) {
      throw outward(located(error, site), entry.path);
    }
  }

  #parse(template: TemplateText): ReturnType<typeof parseTemplate> {
    return parseTemplate(template.text, template.path, originOf(template));
  }

  #prepare(
    template: TemplateText,
    scope: Scope,
    options: RenderOptions,
    canAsk: boolean,
  ): { readonly run: RunState; readonly compile: CompileOptions; readonly out: Output } {
    // a text without templates uses no names
    const names = template.text.includes('{') ? scope : NO_NAMES;
    const { run } = this.#attempt(template.packageName, names, options, canAsk);
    const compile = new CompileOptions(template.path, {
      isOwn: true,
      isForgiving: options.forgiving ?? false,
    });
    return { run, compile, out: new Output([]) };
  }

  #prepareCall(
    call: MacroCall,
    scope: Scope,
    options: RenderOptions,
    canAsk: boolean,
  ): { readonly entry: MacroEntry; readonly run: RunState; readonly macro: Value } {
    const { library } = this.options;
    const entry = library.find(call.packageName, call.name);
    if (entry === undefined) {
      const names = Array.from(library.entries(call.packageName), ({ name }) => name);
      throw templateError(
        'ETL2003',
        `there is no macro ${call.name} in package ${call.packageName}`,
        didYouMean(call.name, names),
      );
    }
    const packageName = call.contextPackage ?? call.packageName;
    const { run, attempt } = this.#attempt(packageName, scope, options, canAsk);
    return { entry, run, macro: attempt.macro(call.packageName, call.name) };
  }

  #attempt(
    packageName: string,
    scope: Scope,
    options: RenderOptions,
    canAsk: boolean,
  ): { readonly run: RunState; readonly attempt: RenderAttempt } {
    const run = new RunState({ lookup: () => undefined }, options.steps ?? DEFAULT_STEPS);
    const attempt = new RenderAttempt({
      host: this.options,
      packageName,
      run,
      bind: canAsk ? this.#bindAsking : this.#bindDirect,
      canAsk,
      renderText: (text) => this.#renderText(run, text),
      renderTextAsking: (text) => this.#renderTextAsking(run, text),
    });
    attempt.open(scope(attempt));
    return { run, attempt };
  }

  readonly #bindDirect = (entry: MacroEntry, run: RunState): DirectMacro =>
    new DirectMacro(entry.name, entry.uniqueId, () => this.#directDefinition(entry), run);

  readonly #bindAsking = (entry: MacroEntry, run: RunState): AskingMacro =>
    new AskingMacro(entry.name, entry.uniqueId, () => this.#askingDefinition(entry), run);

  #directDefinition(entry: MacroEntry): DirectDefinition {
    let definition = this.#direct.get(entry);
    if (definition === undefined) {
      definition = direct.compileBlock(new CompileOptions(entry.path), entry.parse());
      this.#direct.set(entry, definition);
    }
    return definition;
  }

  #askingDefinition(entry: MacroEntry): AskingDefinition {
    let definition = this.#asking.get(entry);
    if (definition === undefined) {
      definition = asking.compileBlock(new CompileOptions(entry.path), entry.parse());
      this.#asking.set(entry, definition);
    }
    return definition;
  }

  // a text inside a render, such as the value of a var: its errors belong to the call that rendered it
  #renderText(run: RunState, text: string): string {
    const out = new Output();
    try {
      const body = direct.compileText(new CompileOptions(INNER), parseTemplate(text, INNER));
      direct.runText(body, run, out);
    } catch (error) {
      throw innerFault(error, text);
    }
    return out.text;
  }

  *#renderTextAsking(run: RunState, text: string): Asking {
    const out = new Output();
    try {
      const body = asking.compileText(new CompileOptions(INNER), parseTemplate(text, INNER));
      yield* asking.runText(body, run, out);
    } catch (error) {
      throw innerFault(error, text);
    }
    return out.text;
  }

  #rendered(template: TemplateText, run: RunState, out: Output): Rendered {
    return {
      text: out.text,
      map: sourceMap(template.path, template.text, out.points ?? [], originOf(template)),
      macros: run.macros,
      undefinedNames: run.undefinedNames,
    };
  }
}
