// Derived from ../asking/call.ts by scripts/derive-sync.mjs; do not edit.
import type { Place } from '../faults.ts';
import type { Frame } from '../frame.ts';
import { AskingFunction, BlockFunction } from '../host-function.ts';
import { Loop } from '../loop.ts';
import { callValue } from '../py/access.ts';
import { str } from '../py/print.ts';
import { iterate } from '../py/sequence.ts';
import type { Args, Kwargs, Value } from '../py/values.ts';
import { Macro, PackageMacro } from './macro.ts';
import { ask } from './running.ts';
import type { Running } from './running.ts';

/** The `loop` of a recursive for block: calling it renders the block for other items. */
export class RecursiveLoop extends Loop {
  readonly #body: (items: readonly Value[], depth0: number) => Running<string>;

  constructor(
    items: readonly Value[],
    depth0: number,
    body: (items: readonly Value[], depth0: number) => Running<string>,
  ) {
    super(items, depth0);
    this.#body = body;
  }

  /** Renders the block for the items of the first argument. */
  call(args: Args): Running<Value> {
    return this.#body(iterate(args[0]), this.depth0 + 1);
  }
}

/** Calls any value: a macro, a function of the host, or what else can be called. `site` is the place of the call. */
export function invoke(
  callee: Value,
  args: Args,
  kwargs: Kwargs,
  frame: Frame,
  site: Place,
): Running<Value> {
  if (callee instanceof Macro || callee instanceof PackageMacro) {
    return callee.call(args, kwargs, site);
  }
  frame.run.spend(1);
  frame.run.site = site;
  if (callee instanceof AskingFunction) return ask(callee, args, kwargs);
  if (callee instanceof BlockFunction) return callWithBody(callee, args, kwargs, frame, site);
  if (callee instanceof RecursiveLoop) return callee.call(args);
  return callValue(callee, args, kwargs);
}

// the body is rendered before the function starts, because the body may ask, too
function callWithBody(
  callee: BlockFunction,
  args: Args,
  kwargs: Kwargs,
  frame: Frame,
  site: Place,
): Running<Value> {
  const rest = new Map(kwargs);
  const caller = rest.get('caller');
  rest.delete('caller');
  const body = caller instanceof Macro ? str(caller.call([], null, site)) : '';
  return invoke(callee.withBody(body), args, rest.size > 0 ? rest : null, frame, site);
}
