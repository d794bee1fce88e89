import { TemplateFault, fail } from '../faults.ts';
import type { Place } from '../faults.ts';
import { Frame, Output } from '../frame.ts';
import type { RunState } from '../frame.ts';
import { Dict } from '../py/dict.ts';
import { stringRepr } from '../py/print.ts';
import { Tuple, Undefined } from '../py/values.ts';
import type { Args, Kwargs, PyObject, Value } from '../py/values.ts';
import { ReturnSignal } from '../signals.ts';
import { settle } from './running.ts';
import type { Evaluate, Execute, Running } from './running.ts';

/** A compiled macro. */
export interface MacroDefinition {
  readonly name: string;
  readonly parameters: readonly { readonly name: string; readonly fallback: Evaluate | null }[];
  readonly body: Execute;
  readonly takesVarargs: boolean;
  readonly takesKwargs: boolean;
  readonly takesCaller: boolean;
}

function left(error: unknown, macro: string, site: Place | undefined): unknown {
  if (error instanceof TemplateFault) error.leave(macro, site);
  return error;
}

/** A macro bound to the scope it was defined in. Calling it gives text. */
export class Macro implements PyObject {
  readonly pyType = 'Macro';
  readonly definition: MacroDefinition;
  readonly #frame: Frame;
  readonly #told: string;

  /** `told` is the name in messages, where it is not the written one. */
  constructor(definition: MacroDefinition, frame: Frame, told: string = definition.name) {
    this.definition = definition;
    this.#frame = frame;
    this.#told = told;
  }

  pyStr(): string {
    return `<Macro ${stringRepr(this.definition.name)}>`;
  }

  pyAttr(name: string): Value {
    const { definition } = this;
    switch (name) {
      case 'name':
        return definition.name;
      case 'arguments':
        return Tuple.fromArray(definition.parameters.map((parameter) => parameter.name));
      case 'catch_varargs':
        return definition.takesVarargs;
      case 'catch_kwargs':
        return definition.takesKwargs;
      case 'caller':
        return definition.takesCaller;
      default:
        return undefined;
    }
  }

  pyCall(args: Args, kwargs: Kwargs): Value {
    return settle(this.call(args, kwargs, undefined), this.definition.name);
  }

  /** Calls the macro; `site` is the place of the call. */
  *call(args: Args, kwargs: Kwargs, site: Place | undefined): Running<Value> {
    const { definition } = this;
    const { run } = this.#frame;
    const frame = this.#frame.inner(new Output());
    const isComplete = this.#bind(frame, args, kwargs);
    run.enter();
    try {
      if (!isComplete) yield* this.#addFallbacks(frame);
      yield* definition.body(frame);
    } catch (error) {
      throw left(error, definition.name, site);
    } finally {
      run.leave();
    }
    return frame.out.text;
  }

  // The checks come in Jinja2's order: named parameters, caller, keywords left over, positions left over.
  #bind(frame: Frame, args: Args, kwargs: Kwargs): boolean {
    const { parameters, takesVarargs, takesKwargs, takesCaller } = this.definition;
    const name = this.#told;
    const { vars } = frame;
    const rest = kwargs === null ? null : new Map(kwargs);
    let isComplete = true;
    for (const [i, parameter] of parameters.entries()) {
      if (i < args.length) vars[parameter.name] = args[i];
      else if (rest?.has(parameter.name) === true) {
        vars[parameter.name] = rest.get(parameter.name);
        rest.delete(parameter.name);
      } else isComplete = false;
    }
    if (takesCaller) {
      vars['caller'] = rest?.get('caller') ?? new Undefined('caller', 'No caller defined');
      rest?.delete('caller');
    }
    if (takesKwargs) vars['kwargs'] = new Dict(rest ?? []);
    else if (rest !== null && rest.size > 0) {
      const [unknown = ''] = rest.keys();
      fail(`macro '${name}' takes no keyword argument ${stringRepr(unknown)}`, 'TypeError');
    }
    if (takesVarargs) vars['varargs'] = Tuple.fromArray(args.slice(parameters.length));
    else if (args.length > parameters.length) {
      fail(`macro '${name}' takes not more than ${parameters.length} argument(s)`, 'TypeError');
    }
    return isComplete;
  }

  // a default may use the parameters before it
  *#addFallbacks(frame: Frame): Running<void> {
    for (const { name, fallback } of this.definition.parameters) {
      if (name in frame.vars) continue;
      frame.vars[name] = fallback
        ? yield* fallback(frame)
        : new Undefined(name, `parameter ${stringRepr(name)} was not provided`);
    }
  }
}

/** A macro of a package: stand-alone, compiled at its first call, and the boundary where return() stops. */
export class PackageMacro implements PyObject {
  readonly pyType = 'Macro';
  readonly name: string;
  readonly #uniqueId: string;
  readonly #load: () => MacroDefinition;
  readonly #run: RunState;

  constructor(name: string, uniqueId: string, load: () => MacroDefinition, run: RunState) {
    this.name = name;
    this.#uniqueId = uniqueId;
    this.#load = load;
    this.#run = run;
  }

  pyStr(): string {
    return `<Macro ${stringRepr(this.name)}>`;
  }

  pyAttr(name: string): Value {
    return name === 'name' ? this.name : undefined;
  }

  /** For callers that cannot wait: filters and functions of the host. */
  pyCall(args: Args, kwargs: Kwargs): Value {
    return settle(this.call(args, kwargs, undefined), this.name);
  }

  /** Calls the macro; `site` is the place of the call. */
  *call(args: Args, kwargs: Kwargs, site: Place | undefined): Running<Value> {
    const run = this.#run;
    if (run.packageDepth === 0) run.macros.add(this.#uniqueId);
    const macro = this.#macro(site);
    run.packageDepth++;
    try {
      return yield* macro.call(args, kwargs, site);
    } catch (error) {
      if (error instanceof ReturnSignal) return error.value;
      throw error;
    } finally {
      run.packageDepth--;
    }
  }

  #macro(site: Place | undefined): Macro {
    try {
      const frame = new Frame(null, this.#run, new Output());
      // the name that a package's macro has inside dbt, and in what its users search for
      return new Macro(this.#load(), frame, `dbt_macro__${this.name}`);
    } catch (error) {
      throw left(error, this.name, site);
    }
  }
}
