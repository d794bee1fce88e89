import { runOperation } from '../../api/run-operation.ts';
import { VERSION } from '../../kernel/version.ts';
import { EXIT } from '../exit-code.ts';
import type { Values } from '../commands.ts';
import type { Terminal } from '../terminal.ts';
import { apiOptions } from './api-options.ts';
import { guarded } from './guarded.ts';

/** `etl run-operation [macro]` */
export const runOperationCommand = (
  values: Values,
  positional: readonly string[],
  terminal: Terminal,
): Promise<number> =>
  guarded(values, terminal, async ({ reporter, learn }) => {
    reporter.opening({
      version: VERSION,
      command: 'run-operation',
      invocation: terminal.invocationId,
    });
    const { ok, cancelled, seconds } = await runOperation(positional[0], {
      ...apiOptions(values, terminal),
      observe: (event) => reporter.observe(event),
      report: (diagnostics) => reporter.diagnostics(diagnostics),
      onProject: (facts) => {
        learn(facts);
        terminal.armSignals();
        reporter.found(facts.counts);
      },
    });
    reporter.closing({ command: 'run-operation', ok: ok && !cancelled, seconds });
    if (cancelled) return EXIT.couldNotBegin;
    return ok ? EXIT.well : EXIT.failed;
  });
