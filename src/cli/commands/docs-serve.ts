import { spawn } from 'node:child_process';
import { docsServe } from '../../api/docs-serve.ts';
import { EXIT } from '../exit-code.ts';
import type { Values } from '../commands.ts';
import type { Terminal } from '../terminal.ts';
import { apiOptions } from './api-options.ts';
import { guarded } from './guarded.ts';

/** `etl docs serve`: ends with Ctrl+C, which is all well. */
export const docsServeCommand = (values: Values, terminal: Terminal): Promise<number> =>
  guarded(values, terminal, async ({ reporter }) => {
    const { host, port, browser } = values;
    terminal.armSignals();
    await docsServe(
      {
        ...apiOptions(values, terminal),
        ...(typeof host === 'string' ? { host } : {}),
        ...(typeof port === 'number' ? { port } : {}),
      },
      (address) => {
        reporter.note(`Serving docs at ${address}`);
        reporter.note('Press Ctrl+C to exit.');
        if (browser !== false) openBrowser(address);
      },
    );
    return EXIT.well;
  });

/** Shows an address in the browser of this machine, where there is one. */
function openBrowser(address: string): void {
  const [program, ...args] =
    process.platform === 'darwin'
      ? ['open']
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '']
        : ['xdg-open'];
  if (program === undefined) return;
  const child = spawn(program, [...args, address], { stdio: 'ignore', detached: true });
  // without a browser the address in the terminal is enough
  child.on('error', () => undefined);
  child.unref();
}
