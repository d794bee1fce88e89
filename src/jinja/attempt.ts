import { didYouMean } from '../kernel/did-you-mean.ts';
import { fail } from './faults.ts';
import type { Place } from './faults.ts';
import type { Names, RunState } from './frame.ts';
import { GLOBALS } from './globals.ts';
import { PackageMacro } from './asking/macro.ts';
import { hostFunction, namedFunction } from './host-function.ts';
import type { Asking, HostFunction } from './host-function.ts';
import type { MacroEntry, MacroLibrary } from './library.ts';
import { callValue, getAttribute } from './py/access.ts';
import { str } from './py/print.ts';
import { Undefined, protocolOf } from './py/values.ts';
import type { Args, PyObject, Value } from './py/values.ts';
import { ReturnSignal } from './signals.ts';

/** The packages and rules by which names are found. */
export interface HostOptions {
  readonly library: MacroLibrary;
  readonly rootPackage: string;
  /** the engine's own packages: the adapter's first, 'dbt' last */
  readonly internalPackages: readonly string[];
  /** e.g. ['postgres', 'default'] */
  readonly dispatchPrefixes: readonly string[];
  /** `dispatch:` of the project: namespace → packages */
  readonly searchOrder: Readonly<Record<string, readonly string[]>>;
}

/** What an attempt needs from the one who renders. */
export interface AttemptSetup {
  readonly host: HostOptions;
  /** the package of the node: its macros are found first */
  readonly packageName: string;
  readonly run: RunState;
  /** makes the value of a macro for this attempt */
  readonly bind: (entry: MacroEntry, run: RunState) => Value;
  /** true in the flavour that may ask */
  readonly canAsk: boolean;
  /** renders a text with the names of this attempt; it cannot ask */
  readonly renderText: (text: string) => string;
  /** the same in the flavour that may ask */
  readonly renderTextAsking: (text: string) => Asking;
}

/** A package as a value: `dbt_utils.star`. */
class PackageNamespace implements PyObject {
  readonly pyType: string;
  readonly #find: (name: string) => Value;
  readonly #names: () => Iterable<string>;

  constructor(name: string, find: (name: string) => Value, names: () => Iterable<string>) {
    this.pyType = name;
    this.#find = find;
    this.#names = names;
  }

  pyAttr(name: string): Value {
    return this.#find(name);
  }

  pyNames(): Iterable<string> {
    return this.#names();
  }
}

/** `context` as a value: context['x'], context.x, context.get('x'). */
class ContextObject implements PyObject {
  readonly pyType = 'context';
  readonly #names: Names;
  readonly #get: HostFunction;

  constructor(names: Names) {
    this.#names = names;
    this.#get = namedFunction('get', ['key', 'default'], ([key, fallback = null]) => {
      const value = this.pyItem(key);
      return value === undefined ? fallback : value;
    });
  }

  pyAttr(name: string): Value {
    return name === 'get' ? this.#get : this.#names.lookup(name);
  }

  pyItem(key: Value): Value {
    return typeof key === 'string' ? this.#names.lookup(key) : undefined;
  }

  pyContains(key: Value): boolean {
    return this.pyItem(key) !== undefined;
  }

  pyNames(): Iterable<string> {
    return this.#names.pyNames?.() ?? [];
  }
}

/** The name that only the text of a generic test sees. */
const GENERIC_TEST = '_dbt_generic_test_kwargs';

const returnFunction = hostFunction('return', (args, kwargs) => {
  throw new ReturnSignal(args[0] ?? kwargs?.get('data') ?? null);
});

/**
 * One attempt to render one node: the names its templates see. A name is looked up in this order: `context`, macros of the
 * node's package, of the root project, packages by name, `dbt`, macros of the engine's packages, names of the node, globals.
 */
export class RenderAttempt implements Names {
  readonly #setup: AttemptSetup;
  readonly #macros = new Map<MacroEntry, Value>();
  #names: Readonly<Record<string, unknown>> = {};
  #overrides: ReadonlyMap<string, Value> = new Map();

  constructor(setup: AttemptSetup) {
    this.#setup = setup;
    setup.run.names = this;
  }

  /** Gives the attempt the names of the node. Done once, by the host. */
  open(names: Readonly<Record<string, unknown>>): void {
    this.#names = names;
  }

  /** The package of the node that is rendered. */
  get packageName(): string {
    return this.#setup.packageName;
  }

  /** True when functions that ask will be answered; false in the flavour that stops before them. */
  get canAsk(): boolean {
    return this.#setup.canAsk;
  }

  /** How many package macros are running: 0 when the node's own text is. */
  get macroDepth(): number {
    return this.#setup.run.packageDepth;
  }

  /** The place of the call of the host that is running or ran last. */
  get site(): Place | undefined {
    return this.#setup.run.site;
  }

  /**
   * Puts values in the place of names, for the texts of this attempt and all macros that they call: by name, or by package.name.
   * What can be called gives the value when it is called.
   */
  override(values: ReadonlyMap<string, Value>): void {
    this.#overrides = values;
  }

  /** Renders a text with the names of this attempt. It cannot ask. */
  renderText(text: string): string {
    return this.#setup.renderText(text);
  }

  /** Renders a text with the names of this attempt; it may ask. */
  renderTextAsking(text: string): Asking {
    return this.#setup.renderTextAsking(text);
  }

  /** Calls the macro that a template would find under this name. It may ask. */
  *callMacro(name: string, args: Args): Asking {
    const macro = this.lookup(name);
    if (macro === undefined) return fail(`there is no macro '${name}'`, 'RuntimeError');
    return macro instanceof PackageMacro
      ? yield* macro.call(args, null, this.site)
      : callValue(macro, args, null);
  }

  /** The value of a name that no template scope binds, or undefined. */
  lookup(name: string): Value {
    const found = this.#find(name);
    if (this.#overrides.size === 0 || found === undefined) return found;
    const isEngines = this.#isEngines(name);
    return this.#replaced(found, isEngines ? [name, `dbt.${name}`] : [name]);
  }

  /** Whether a name means a macro of the engine, and no project hides it. */
  #isEngines(name: string): boolean {
    const { host, packageName } = this.#setup;
    const isHidden = [packageName, host.rootPackage].some(
      (one) => host.library.find(one, name) !== undefined,
    );
    return !isHidden && host.internalPackages.some((one) => host.library.find(one, name));
  }

  /** Whether a project or a package has its own version of a macro of the engine, under its name or behind its dispatch. */
  isProjects(name: string): boolean {
    const { host, packageName } = this.#setup;
    const has = (one: string, macro: string): boolean =>
      host.library.find(one, macro) !== undefined;
    if ([packageName, host.rootPackage].some((one) => has(one, name))) return true;
    return this.#searchOrder('dbt')
      .map((one) => one ?? host.rootPackage)
      .filter((one) => !host.internalPackages.includes(one))
      .some((one) => host.dispatchPrefixes.some((prefix) => has(one, `${prefix}__${name}`)));
  }

  /** The override of the first of the names that has one, else what was found. */
  #replaced(found: Value, names: readonly string[]): Value {
    const name = names.find((one) => this.#overrides.has(one));
    if (name === undefined || found === undefined) return found;
    const value = this.#overrides.get(name) ?? null;
    return isCallable(found) ? hostFunction(name, () => value) : value;
  }

  #find(name: string): Value {
    const { host, packageName } = this.#setup;
    if (name === 'context') return new ContextObject(this);
    const own = this.macro(packageName, name) ?? this.macro(host.rootPackage, name);
    if (own !== undefined) return own;
    if (name === 'dbt') return this.#dbtNamespace();
    if (host.library.hasPackage(name) && !host.internalPackages.includes(name)) {
      return new PackageNamespace(
        name,
        (macro) => this.#replaced(this.macro(name, macro), [`${name}.${macro}`]),
        () => namesOf(host.library.entries(name)),
      );
    }
    const internal = this.#engineMacro(name);
    if (internal !== undefined) return internal;
    if (Object.hasOwn(this.#names, name)) return this.#names[name] ?? null;
    if (name === 'return') return returnFunction;
    return GLOBALS.get(name) ?? this.#native(name);
  }

  /** The macro of a package, or undefined. */
  macro(packageName: string, name: string): Value {
    const entry = this.#setup.host.library.find(packageName, name);
    if (entry === undefined) return undefined;
    let macro = this.#macros.get(entry);
    if (macro === undefined) {
      macro = this.#setup.bind(entry, this.#setup.run);
      this.#macros.set(entry, macro);
    }
    return macro;
  }

  /** The macro of the engine's packages, or what the scope's own `dbt` object has of that name. */
  internalMacro(name: string): Value {
    return this.#engineMacro(name) ?? this.#native(name);
  }

  #engineMacro(name: string): Value {
    for (const packageName of this.#setup.host.internalPackages) {
      const macro = this.macro(packageName, name);
      if (macro !== undefined) return macro;
    }
    return undefined;
  }

  /**
   * What adapter.dispatch(name, namespace) finds: packages outside, prefixes inside, so that default__x of the root project
   * wins over postgres__x of the package. Fails with everything that was tried.
   */
  dispatch(name: string, namespace?: Value): Value {
    const { dispatchPrefixes } = this.#setup.host;
    if (name.includes('.')) {
      fail(
        `in dispatch: '${name}' is not a macro name; pass the package as macro_namespace`,
        'RuntimeError',
      );
    }
    const tried: string[] = [];
    for (const packageName of this.#searchOrder(namespace)) {
      for (const prefix of dispatchPrefixes) {
        const full = `${prefix}__${name}`;
        const macro = this.#dispatched(packageName, full);
        if (macro !== undefined) return macro;
        tried.push(packageName === null ? full : `${packageName}.${full}`);
      }
    }
    const native = this.#native(name);
    if (native !== undefined) return native;
    return fail(
      `In dispatch: No macro named '${name}' found; searched for: ${tried.join(', ')}`,
      'RuntimeError',
      didYouMean(name, namesOf(this.#setup.host.library.entries())),
    );
  }

  /** The packages of a namespace; null is the search without a package. */
  #searchOrder(namespace: Value): readonly (string | null)[] {
    const { host } = this.#setup;
    if (namespace === undefined || namespace === null || namespace instanceof Undefined)
      return [null];
    const key = str(namespace);
    if (Object.hasOwn(host.searchOrder, key)) return host.searchOrder[key] ?? [null];
    return key === 'dbt' || host.library.hasPackage(key) ? [host.rootPackage, key] : [null];
  }

  #dispatched(packageName: string | null, full: string): Value {
    const { host } = this.#setup;
    if (packageName === 'dbt') return this.internalMacro(full);
    if (packageName !== null) return this.macro(packageName, full);
    if (Object.hasOwn(this.#names, GENERIC_TEST))
      return this.macro(host.rootPackage, full) ?? this.#ofAnyPackage(full);
    return (
      this.macro(this.packageName, full) ??
      this.macro(host.rootPackage, full) ??
      this.internalMacro(full)
    );
  }

  /** dbt looks below a generic test in every package, the last one first, and in its own ones at the end. */
  #ofAnyPackage(full: string): Value {
    const { library, internalPackages } = this.#setup.host;
    const others = [...library.packages()].filter((name) => !internalPackages.includes(name));
    const found = others.findLast((name) => library.find(name, full) !== undefined);
    return found === undefined ? this.internalMacro(full) : this.macro(found, full);
  }

  /** An attribute of the scope's own `dbt` object, where the engine's macros are written in TypeScript. */
  #native(name: string): Value {
    const object = Object.hasOwn(this.#names, 'dbt') ? this.#names['dbt'] : undefined;
    if (object === undefined) return undefined;
    const value = getAttribute(object, name);
    return value instanceof Undefined ? undefined : value;
  }

  #dbtNamespace(): PackageNamespace {
    const { library, internalPackages } = this.#setup.host;
    return new PackageNamespace(
      'dbt',
      (name) => this.#replaced(this.internalMacro(name), [name, `dbt.${name}`]),
      () => [
        ...internalPackages.flatMap((packageName) => [...namesOf(library.entries(packageName))]),
        ...(protocolOf(this.#names['dbt'])?.pyNames?.() ?? []),
      ],
    );
  }

  *pyNames(): Iterable<string> {
    const { host, packageName } = this.#setup;
    yield* Object.keys(this.#names);
    yield* GLOBALS.keys();
    yield* host.library.packages();
    for (const name of new Set([packageName, host.rootPackage, ...host.internalPackages])) {
      yield* namesOf(host.library.entries(name));
    }
  }
}

/** Macros and functions, in either flavour. */
const isCallable = (value: Value): boolean =>
  ['Macro', 'function'].includes(protocolOf(value)?.pyType ?? '');

function* namesOf(entries: Iterable<MacroEntry>): Iterable<string> {
  for (const entry of entries) yield entry.name;
}
