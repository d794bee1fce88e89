import { retry } from '../../api/retry.ts';
import { VERSION } from '../../kernel/version.ts';
import { EXIT } from '../exit-code.ts';
import type { Values } from '../commands.ts';
import type { Terminal } from '../terminal.ts';
import { apiOptions } from './api-options.ts';
import { guarded } from './guarded.ts';

/** What may be given anew; everything else is that of the run before. */
const ANEW = [
  'projectDir',
  'profilesDir',
  'targetPath',
  'vars',
  'threads',
  'fullRefresh',
  'warnError',
  'ifLocked',
  'nodeTimeout',
  'state',
  'env',
  'cwd',
  'signal',
] as const;

/** `etl retry` */
export const retryCommand = (values: Values, terminal: Terminal): Promise<number> =>
  guarded(values, terminal, async ({ reporter, learn }) => {
    reporter.opening({ version: VERSION, command: 'retry', invocation: terminal.invocationId });
    const all = apiOptions(values, terminal);
    const anew = Object.fromEntries(ANEW.flatMap((key) => (key in all ? [[key, all[key]]] : [])));
    const { command, isNeeded, ok, cancelled, seconds } = await retry({
      ...anew,
      observe: (event) => reporter.observe(event),
      report: (diagnostics) => reporter.diagnostics(diagnostics),
      onProject: (facts) => {
        learn(facts);
        terminal.armSignals();
        reporter.found(facts.counts);
      },
    });
    if (!isNeeded)
      reporter.note(`Nothing to retry: nothing failed or was skipped in the last etl ${command}.`);
    reporter.closing({ command: 'retry', ok: ok && !cancelled, seconds });
    if (cancelled) return EXIT.couldNotBegin;
    return ok ? EXIT.well : EXIT.failed;
  });
