import { relative } from 'node:path';
import { chromeTrace } from '../artifacts/chrome-trace.ts';
import { writeJson, type ArtifactFile } from '../artifacts/write.ts';
import { asEtlError } from '../api/problem.ts';
import type { Timeline } from '../kernel/timeline.ts';
import { VERSION } from '../kernel/version.ts';
import { coloursOf } from '../reporters/colours.ts';
import { timingsText } from '../reporters/timings-text.ts';
import type { Console } from './console.ts';
import type { Terminal } from './terminal.ts';

/**
 * Writes the trace of a call (--timings) and prints where its time went: to stderr, because stdout may be read by a program.
 * A file that cannot be written is told as a warning.
 */
export async function tellTimings(
  timeline: Timeline,
  file: ArtifactFile,
  { reporter, colour, mask, labelOf }: Console,
  terminal: Terminal,
): Promise<void> {
  const { times } = timeline;
  const text = timingsText(times, { labelOf, colours: coloursOf(colour) });
  terminal.writeError(mask(`\n${text}\n\n`));
  const trace = chromeTrace(times, { version: VERSION, invocation: terminal.invocationId });
  try {
    await writeJson(file, trace);
    const path = relative(terminal.cwd, file.path);
    terminal.writeError(mask(`Wrote ${path}: open it in chrome://tracing or ui.perfetto.dev\n`));
  } catch (error) {
    const found = asEtlError(error)?.diagnostics;
    if (found === undefined) throw error;
    reporter.diagnostics(found.map((d) => ({ ...d, severity: 'warning' })));
  }
}
