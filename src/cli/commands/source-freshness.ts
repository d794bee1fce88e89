import { relative } from 'node:path';
import { sourceFreshness } from '../../api/source-freshness.ts';
import { VERSION } from '../../kernel/version.ts';
import { EXIT } from '../exit-code.ts';
import type { Values } from '../commands.ts';
import type { Terminal } from '../terminal.ts';
import { apiOptions } from './api-options.ts';
import { guarded } from './guarded.ts';

/** `etl source freshness` */
export const sourceFreshnessCommand = (values: Values, terminal: Terminal): Promise<number> =>
  guarded(values, terminal, async ({ reporter, learn }) => {
    const command = 'source freshness';
    reporter.opening({ version: VERSION, command, invocation: terminal.invocationId });
    const { output } = values;
    const { outcomes, ok, cancelled, seconds, path } = await sourceFreshness({
      ...apiOptions(values, terminal),
      ...(typeof output === 'string' ? { output } : {}),
      observe: (event) => reporter.observe(event),
      report: (diagnostics) => reporter.diagnostics(diagnostics),
      onProject: (facts) => {
        learn(facts);
        terminal.armSignals();
        reporter.found(facts.counts);
      },
    });
    if (outcomes.length === 0 && ok)
      reporter.note('Nothing to do: none of the selected sources has limits of freshness.');
    reporter.note(`Wrote ${relative(terminal.cwd, path)}`);
    reporter.closing({ command, ok: ok && !cancelled, seconds });
    if (cancelled) return EXIT.couldNotBegin;
    return ok ? EXIT.well : EXIT.failed;
  });
