import type { RunEvent } from '../events/event.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { isFailure } from './phrases.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';
import { coloursOf } from './colours.ts';
import { diagnosticText, type DiagnosticTextOptions } from './diagnostic-text.ts';
import { failureText } from './failure-text.ts';
import { harmless } from '../kernel/text-width.ts';
import { redacted, redactedSource } from './redacted.ts';

/** Errors only: `--quiet`; with the level `warn`, warnings too. A run without them says nothing. */
export function quietReporter(options: ReporterOptions): Reporter {
  const { write, redact, readSource } = options;
  const frames: DiagnosticTextOptions = {
    colours: coloursOf(options.colour),
    readSource: redactedSource(readSource, redact),
  };
  const print = (lines: readonly string[]): void => write(`${redact(lines.join('\n'))}\n`);
  const diagnostics = (list: readonly Diagnostic[]): void => {
    for (const diagnostic of redacted(list, redact))
      if (diagnostic.severity === 'error' || (diagnostic.severity === 'warning' && tellsWarnings))
        print(diagnosticText(diagnostic, frames));
  };
  const tellsWarnings = options.level === 'warn';
  const show = (text: string): void => (options.print ?? write)(`${text}\n`);
  const silent = (): void => undefined;
  return {
    opening: silent,
    found: silent,
    observe(happened: RunEvent) {
      const event = redacted(happened, redact);
      if (event.kind === 'diagnostic') diagnostics([event.diagnostic]);
      if (event.kind === 'log' && event.info === 'print' && options.printsTemplates !== false)
        show(harmless(event.message));
      if (event.kind === 'run_finished')
        for (const outcome of event.outcomes)
          if (isFailure(outcome) || (outcome.status === 'warn' && tellsWarnings))
            print(failureText(outcome, options.describe(outcome.id), frames));
    },
    diagnostics,
    note: silent,
    print: show,
    closing: silent,
  };
}
