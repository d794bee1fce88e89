import * as asking from '../../../src/jinja/asking/program.ts';
import { CompileOptions } from '../../../src/jinja/compile-options.ts';
import * as direct from '../../../src/jinja/direct/program.ts';
import { toEtlError } from '../../../src/jinja/errors.ts';
import { Output, RunState } from '../../../src/jinja/frame.ts';
import { GLOBALS } from '../../../src/jinja/globals.ts';
import { parseTemplate } from '../../../src/jinja/parser.ts';

/** The two flavours of the evaluator. */
export type Flavour = 'direct' | 'asking';
export const FLAVOURS: readonly Flavour[] = ['direct', 'asking'];

/** Renders a template as plain Jinja2 does: macros by their own names, own variables first, then the globals. */
export function renderJinja(
  flavour: Flavour,
  text: string,
  variables: Readonly<Record<string, unknown>> = {},
  steps = 5_000_000,
): string {
  const names = {
    lookup: (name: string): unknown =>
      Object.hasOwn(variables, name) ? (variables[name] ?? null) : GLOBALS.get(name),
    pyNames: (): string[] => [...Object.keys(variables), ...GLOBALS.keys()],
  };
  const options = new CompileOptions('models/m.sql', { isOwn: true, macroPrefix: '' });
  const run = new RunState(names, steps);
  const out = new Output();
  try {
    const body = parseTemplate(text, 'models/m.sql');
    if (flavour === 'direct') direct.runText(direct.compileText(options, body), run, out);
    else {
      const running = asking.runText(asking.compileText(options, body), run, out);
      if (running.next().done !== true) throw new Error('a template without questions asked');
    }
  } catch (error) {
    throw toEtlError(error);
  }
  return out.text;
}
