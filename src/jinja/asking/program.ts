import type { CompileOptions } from '../compile-options.ts';
import { Frame } from '../frame.ts';
import type { Output, RunState } from '../frame.ts';
import type { Body, MacroNode } from '../nodes.ts';
import { ReturnSignal } from '../signals.ts';
import type { MacroDefinition } from './macro.ts';
import { compileBody, compileMacro } from './statements.ts';
import type { Execute, Running } from './running.ts';

/** Compiles the text of a node. */
export const compileText = (options: CompileOptions, body: Body): Execute =>
  compileBody(options, body);

/** Compiles the one macro block that a text consists of. */
export const compileBlock = (options: CompileOptions, block: MacroNode): MacroDefinition =>
  compileMacro(options, block);

/** Runs a compiled text. A return() of the node itself ends it with that value. */
export function* runText(text: Execute, run: RunState, out: Output): Running<void> {
  try {
    yield* text(new Frame(null, run, out));
  } catch (error) {
    if (!(error instanceof ReturnSignal)) throw error;
    out.replace(error.value);
  }
}
