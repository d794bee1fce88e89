import { executeVerb, type ExecutingVerb } from '../../api/execute.ts';
import { VERSION } from '../../kernel/version.ts';
import { EXIT } from '../exit-code.ts';
import type { Values } from '../commands.ts';
import type { Terminal } from '../terminal.ts';
import { apiOptions } from './api-options.ts';
import { guarded } from './guarded.ts';

/** `etl seed|run|test|build` */
export const executeCommand = (
  verb: ExecutingVerb,
  values: Values,
  terminal: Terminal,
): Promise<number> =>
  guarded(values, terminal, async ({ reporter, learn }) => {
    reporter.opening({ version: VERSION, command: verb, invocation: terminal.invocationId });
    const result = await executeVerb(verb, {
      ...apiOptions(values, terminal),
      observe: (event) => reporter.observe(event),
      report: (diagnostics) => reporter.diagnostics(diagnostics),
      onProject: (facts) => {
        learn(facts);
        reporter.found(facts.counts);
        terminal.armSignals();
      },
    });
    reporter.closing({
      command: verb,
      ok: result.ok && !result.cancelled,
      seconds: result.seconds,
    });
    if (result.cancelled) return EXIT.couldNotBegin;
    return result.ok ? EXIT.well : EXIT.failed;
  });
