// The only file that ends the process.
import { randomUUID } from 'node:crypto';
import { VERSION } from '../kernel/version.ts';
import { GatheredWrites } from './gathered-writes.ts';

const args = process.argv.slice(2);

const out = new GatheredWrites((text) => void process.stdout.write(text));

/** Leaves once everything written has reached the other side, also when that is a slow pipe. */
function leave(code: number): void {
  process.exitCode = code;
  out.flush();
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
}

// `etl build | head` closes the pipe early, a terminal may be closed: what is begun is brought to its end, unheard
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
  });

async function main(): Promise<void> {
  if (args.length === 1 && ['--version', '-V', '-v'].includes(args[0] ?? '')) {
    process.stdout.write(`etl ${VERSION}\n`);
  } else {
    const { runProgram } = await import('./program.ts');
    const stop = new AbortController();
    /** The first signal then cancels what runs and reports; the second one ends the process at once. */
    const armSignals = (): void => {
      for (const [signal, code] of [
        ['SIGINT', 130],
        ['SIGTERM', 143],
        // the terminal is gone
        ['SIGHUP', 129],
      ] as const)
        process.on(signal, () => {
          if (stop.signal.aborted) process.exit(code);
          stop.abort();
        });
    };
    const code = await runProgram(args, {
      write: (text, mayWait) => out.add(text, mayWait),
      writeError: (text) => {
        // in the order in which it is told
        out.flush();
        process.stderr.write(text);
      },
      isTerminal: process.stdout.isTTY === true,
      width: process.stdout.columns ?? 100,
      env: process.env,
      cwd: process.cwd(),
      signal: stop.signal,
      armSignals,
      invocationId: randomUUID(),
    });
    leave(code);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 2;
});
