import { asEtlError } from '../../api/problem.ts';
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import { openConsole, type Console } from '../console.ts';
import { EXIT } from '../exit-code.ts';
import type { Values } from '../commands.ts';
import type { Terminal } from '../terminal.ts';

/**
 * Runs the body of a command, and tells where its time went where somebody asked; whatever it throws is told in one message. An EtlError is what a user can cause; anything else is
 * a bug of ours and says so.
 */
export async function guarded(
  values: Values,
  terminal: Terminal,
  body: (console: Console) => Promise<number>,
): Promise<number> {
  const { timeline } = terminal;
  const console = await openConsole(values, terminal);
  const told = async (work: () => Promise<number>): Promise<number> => {
    try {
      return await work();
    } catch (error) {
      console.reporter.diagnostics(
        asEtlError(error)?.diagnostics ?? [asBug(error, values['debug'] === true)],
      );
      return EXIT.couldNotBegin;
    }
  };
  const code = await told(() => {
    console.reporter.diagnostics(terminal.notes ?? []);
    return body(console);
  });
  const trace = console.inTarget('timings.json');
  if (timeline === undefined || trace === undefined) return code;
  return told(async () => {
    const { tellTimings } = await import('../tell-timings.ts');
    await tellTimings(timeline, trace, console, terminal);
    return code;
  });
}

const FOR_MACHINES: ReadonlySet<unknown> = new Set([
  'json',
  'sarif',
  'github',
  'mermaid',
  'markdown',
]);

/** With an `--output` that a program reads, stdout is for that alone: what is told goes to stderr. */
export const besideOutput = (values: Values, terminal: Terminal): Terminal =>
  FOR_MACHINES.has(values['output']) && values['logFormat'] !== 'json'
    ? { ...terminal, write: terminal.writeError, print: terminal.write }
    : terminal;

function asBug(error: unknown, debug: boolean): Diagnostic {
  const text = error instanceof Error ? error.message : String(error);
  const stack =
    debug && error instanceof Error && error.stack !== undefined ? `\n${error.stack}` : '';
  return {
    code: 'ETL9000',
    severity: 'error',
    message: `${text}${stack}`,
    hint: 'This is a bug of etl. Run it again with --debug and report what it prints.',
  };
}
