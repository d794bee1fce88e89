import { fail } from './faults.ts';
import type { Place } from './faults.ts';
import { Undefined } from './py/values.ts';
import type { NameSource, Value } from './py/values.ts';
import { str } from './py/print.ts';

/** What dbt puts before the names of macro blocks: a macro of a model is not callable by its plain name. */
export const MACRO_PREFIX = 'dbt_macro__';

const MAX_OUTPUT = 2e8;
const MAX_DEPTH = 1000;

/** Finds the names that no template scope binds. */
export interface Names extends NameSource {
  /** undefined when there is no such name */
  lookup(name: string): Value;
}

/** An undefined name or attribute that the node's own text printed or reached into. */
export interface UndefinedName {
  readonly name: string;
  readonly line: number;
  readonly column: number;
}

/** What one attempt to render one node shares. Nothing of it is module-level: renders interleave. */
export class RunState {
  names: Names;
  readonly undefinedNames: UndefinedName[] = [];
  /** unique ids of the package macros that the node itself called */
  readonly macros: Set<string> = new Set();
  /** how many package macros are running */
  packageDepth = 0;
  /** the call that is being made */
  site: Place | undefined;
  #depth = 0;
  #steps: number;

  constructor(names: Names, steps: number) {
    this.names = names;
    this.#steps = steps;
  }

  /** Takes steps from the budget; fails when it is used up. */
  spend(steps: number): void {
    this.#steps -= steps;
    if (this.#steps < 0)
      fail('the template does not come to an end: its step budget is used up', 'OverflowError');
  }

  enter(): void {
    if (++this.#depth > MAX_DEPTH) fail('macro recursion is too deep', 'RecursionError');
  }

  leave(): void {
    this.#depth--;
  }

  /** Remembers that the node's own text used an undefined value. */
  tell(value: Undefined, place: Place): void {
    if (value.told) return;
    value.told = true;
    this.undefinedNames.push({ name: value.name, line: place.line, column: place.column });
  }
}

/** Where a template writes. `points` is the source map under construction, `values` the parts of a YAML value. */
export class Output {
  text = '';
  readonly points: number[] | null;
  readonly values: Value[] | null;

  constructor(points: number[] | null = null, values: Value[] | null = null) {
    this.points = points;
    this.values = values;
  }

  /** Writes template text that stands at the offset `index`. */
  data(text: string, index: number): void {
    if (this.values !== null) this.values.push(text);
    else {
      this.points?.push(this.text.length, index);
      this.#append(text);
    }
  }

  /** Writes what the expression at the offset `index` gave. */
  value(value: Value, index: number): void {
    if (this.values !== null) this.values.push(value);
    else {
      // below zero: every offset of this text belongs to the one place
      this.points?.push(this.text.length, -1 - index);
      this.#append(typeof value === 'string' ? value : str(value));
    }
  }

  /** Ends the output with one value in place of everything written before. */
  replace(value: Value): void {
    this.text = '';
    if (this.values !== null) this.values.length = 0;
    if (this.points !== null) this.points.length = 0;
    this.value(value, 0);
  }

  #append(text: string): void {
    this.text += text;
    if (this.text.length > MAX_OUTPUT) fail('the rendered text is too large', 'OverflowError');
  }
}

/** One scope. `if` opens none; each loop iteration, macro call, set, call, filter and with block opens one. */
export class Frame implements NameSource {
  readonly vars: Record<string, Value> = Object.create(null) as Record<string, Value>;
  readonly parent: Frame | null;
  readonly run: RunState;
  readonly out: Output;
  /** the text handed to a filter chain */
  hole = '';

  constructor(parent: Frame | null, run: RunState, out: Output) {
    this.parent = parent;
    this.run = run;
    this.out = out;
  }

  /** A scope inside this one that writes to `out`. */
  inner(out: Output = this.out): Frame {
    return new Frame(this, this.run, out);
  }

  get(name: string): Value {
    const own = this.vars[name];
    if (own !== undefined) return own;
    for (let frame = this.parent; frame !== null; frame = frame.parent) {
      const value = frame.vars[name];
      if (value !== undefined) return value;
    }
    const value = this.run.names.lookup(name);
    return value === undefined ? this.#missing(name) : value;
  }

  #missing(name: string): Undefined {
    if (!this.#binds(MACRO_PREFIX + name)) return new Undefined(name, undefined, this);
    const where =
      'as in dbt, a macro is called by its name only when it stands in a file of macros/';
    return new Undefined(name, `'${name}' is undefined: ${where}`);
  }

  #binds(name: string): boolean {
    return name in this.vars || (this.parent !== null && this.parent.#binds(name));
  }

  *pyNames(): Iterable<string> {
    yield* Object.keys(this.vars);
    yield* this.parent?.pyNames() ?? this.run.names.pyNames?.() ?? [];
  }
}
