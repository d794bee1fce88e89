import type { Serving, ServingWish } from '../../adapter/serving.ts';
import { serve } from '../../api/serve.ts';
import type { Values } from '../commands.ts';
import { EXIT } from '../exit-code.ts';
import type { Terminal } from '../terminal.ts';
import { apiOptions } from './api-options.ts';
import { guarded } from './guarded.ts';

function told(serving: Serving, { mayWrite }: ServingWish): string {
  const { url, engine, user, password, passwordFile, data } = serving;
  const secret =
    password === undefined
      ? 'none'
      : passwordFile === undefined
        ? 'as given'
        : `${password} (kept in ${passwordFile})`;
  // without a password curl asks for it: what stands in a command is seen by everybody on the machine
  const login = password === undefined ? '' : ` -u ${user}`;
  return [
    `Serving ${engine} for ${mayWrite ? 'reading and writing' : 'reading'}`,
    `  url       ${url}`,
    `  user      ${user}`,
    `  password  ${secret}`,
    `  data      ${data}`,
    `  try       curl${login} ${url} -d 'SELECT 1'`,
    'Press Ctrl+C to stop.',
    '',
  ].join('\n');
}

/** `etl serve`: ends with Ctrl+C, which is all well. */
export const serveCommand = (values: Values, terminal: Terminal): Promise<number> =>
  guarded(values, terminal, async ({ reporter, learn }) => {
    const { host, port, write, passwordEnv, withoutPassword } = values;
    terminal.armSignals();
    await serve(
      {
        ...apiOptions(values, terminal),
        onProject: learn,
        report: (d) => reporter.diagnostics(d),
        write: write === true,
        withoutPassword: withoutPassword === true,
        ...(typeof passwordEnv === 'string' ? { passwordEnv } : {}),
        ...(typeof host === 'string' ? { host } : {}),
        ...(typeof port === 'number' ? { port } : {}),
      },
      (serving, wish) => terminal.write(told(serving, wish)),
    );
    return EXIT.well;
  });
