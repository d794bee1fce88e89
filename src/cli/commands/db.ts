import type { OwnServerState } from '../../adapter/own-server.ts';
import { dbStart, dbState, dbStop } from '../../api/db.ts';
import type { ApiOptions } from '../../api/options.ts';
import { EtlError } from '../../kernel/error.ts';
import { EXIT } from '../exit-code.ts';
import type { Values } from '../commands.ts';
import type { Terminal } from '../terminal.ts';
import { apiOptions } from './api-options.ts';
import { guarded } from './guarded.ts';

type Verb = 'start' | 'stop' | 'status' | 'psql-url';

/** Where BI tools look first is often taken by a server of the system. */
const TCP_PORT = 5433;

const processes = (count: number): string => `${count} ${count === 1 ? 'process' : 'processes'}`;

function told({ running, isKept, data, log }: OwnServerState): string {
  const files = [`  data  ${data}`, `  log   ${log}`];
  if (running === undefined) return ['Not running', ...files, ''].join('\n');
  const lines = [
    `Postgres ${running.version} is running: process ${running.pid}, used by ${processes(running.users)} of etl`,
    isKept ? '  stays until etl db stop' : '  ends with the last of them; etl db start keeps it',
    ...files,
    `  url   ${running.url}`,
  ];
  if (running.port !== undefined)
    lines.push(`  tcp   127.0.0.1:${running.port}, user etl; etl db psql-url --tcp prints all`);
  return [...lines, ''].join('\n');
}

const absent = (code: 'ETL5033', message: string, hint: string): EtlError =>
  new EtlError([{ code, severity: 'error', message, hint }]);

/** The URL alone: it stands between other words of a command line. */
function urlOf({ running }: OwnServerState, isTcp: boolean): string {
  if (running === undefined)
    throw absent('ETL5033', 'the embedded Postgres is not running', 'Start it: etl db start');
  const url = isTcp ? running.tcpUrl : running.url;
  if (url === undefined)
    throw absent(
      'ETL5033',
      'the embedded Postgres does not listen on TCP',
      'Start it so: etl db start --tcp',
    );
  return url;
}

async function perform(
  verb: Verb,
  values: Values,
  terminal: Terminal,
  options: ApiOptions,
): Promise<number> {
  const { port } = values;
  const isTcp = values['tcp'] === true || typeof port === 'number';
  if (verb === 'psql-url') {
    terminal.write(`${urlOf(await dbState(options), isTcp)}\n`);
    return EXIT.well;
  }
  if (verb === 'start') {
    const wish = isTcp ? (typeof port === 'number' ? port : TCP_PORT) : undefined;
    terminal.write(told(await dbStart(options, { port: wish })));
    return EXIT.well;
  }
  if (verb === 'stop') {
    const { running } = await dbStop(options);
    terminal.write(
      running === undefined
        ? 'Stopped\n'
        : `Still used by ${processes(running.users)} of etl: it ends with the last of them\n`,
    );
    return EXIT.well;
  }
  const state = await dbState(options);
  terminal.write(told(state));
  return state.running === undefined ? EXIT.failed : EXIT.well;
}

/** `etl db start | stop | status | psql-url`; status ends with 1 when the server does not run. */
export const dbCommand = (verb: Verb, values: Values, terminal: Terminal): Promise<number> =>
  // what is told goes to stderr: a URL may be read by another program
  guarded(values, { ...terminal, write: terminal.writeError }, ({ reporter, learn }) =>
    perform(verb, values, terminal, {
      ...apiOptions(values, terminal),
      onProject: learn,
      report: (d) => reporter.diagnostics(d),
    }),
  );
