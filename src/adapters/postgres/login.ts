// Where the password comes from when the server asks for one.
import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { kill } from 'node:process';
import type { ConnectOptions } from '../../adapter/contract.ts';
import { EtlError } from '../../kernel/error.ts';
import type { Credentials } from './target.ts';

/** The password of the connections of a run. */
export interface Login {
  readonly password: () => Promise<string>;
  /** forgets a password that may have run out; false when it cannot change */
  readonly renew: () => boolean;
}

/** A password that does not change; an empty one says that there is none. */
export const fixedLogin = (password: string | undefined): Login => ({
  password: async () => password ?? '',
  renew: () => false,
});

// Tokens of cloud services live for a quarter of an hour: one call serves the connections of a moment, not those of a night.
const KEEP_MS = 5 * 60_000;
const LONGEST = 64 * 1024;

const trouble = (message: string, hint: string): EtlError =>
  new EtlError([{ code: 'ETL5030', severity: 'error', message, hint }]);
const RUN_IT = 'Run the command yourself to see what it says: its output is never shown here.';

interface Ended {
  readonly output: string;
  readonly code: number | null;
  readonly signal: string | null;
  readonly isLate: boolean;
}

function run(c: Credentials, options: ConnectOptions): Promise<Ended> {
  const command = c.passwordCommand ?? '';
  const common: SpawnOptions = {
    cwd: options.projectDir,
    env: { ...options.env },
    // nobody sees what it says beside the password either: it might be the password
    stdio: ['ignore', 'pipe', 'ignore'],
    // a group of its own, so that whatever it started ends with it
    detached: process.platform !== 'win32',
  };
  return new Promise((done, failed) => {
    const child: ChildProcess =
      typeof command === 'string'
        ? spawn(command, { ...common, shell: true })
        : spawn(command[0] ?? '', command.slice(1), common);
    let output = '';
    let isLate = false;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (output.length < LONGEST) output += text;
    });
    const timer = setTimeout(() => {
      isLate = true;
      if (child.pid !== undefined) end(child.pid);
      child.stdout?.destroy();
    }, c.passwordCommandS * 1000);
    child.once('error', (error) => {
      clearTimeout(timer);
      failed(error);
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      done({ output, code, signal, isLate });
    });
  });
}

function end(pid: number): void {
  try {
    kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

async function ask(c: Credentials, options: ConnectOptions): Promise<string> {
  const what = '"password_command" of the Postgres output';
  const ended = await run(c, options).catch((error: NodeJS.ErrnoException) => {
    throw trouble(
      `${what} cannot be started: ${error.code ?? 'unknown reason'}`,
      'A list names a program and its arguments; a text is given to the shell.',
    );
  });
  if (ended.isLate)
    throw trouble(
      `${what} did not end within ${c.passwordCommandS} s`,
      'It must not ask questions. password_command_timeout (seconds) gives it longer.',
    );
  if (ended.code !== 0) {
    const how =
      ended.code === null ? `was ended by ${ended.signal}` : `ended with exit status ${ended.code}`;
    throw trouble(`${what} ${how}`, RUN_IT);
  }
  const password = ended.output.replace(/\r?\n$/, '');
  if (password === '') throw trouble(`${what} printed nothing`, RUN_IT);
  if (/[\r\n]/.test(password))
    throw trouble(
      `${what} printed several lines`,
      'It must print the password and nothing else: silence what it says besides.',
    );
  options.onSecret?.(password);
  return password;
}

/** The login of a target: its password, or what its command prints, asked for again when it has grown old. */
export function loginOf(c: Credentials, options: ConnectOptions): Login {
  if (c.passwordCommand === undefined) return fixedLogin(c.password);
  let known: { readonly since: number; readonly password: Promise<string> } | undefined;
  return {
    password: () => {
      if (known === undefined || performance.now() - known.since > KEEP_MS)
        known = { since: performance.now(), password: ask(c, options) };
      const mine = known;
      // a command that fails once may work the next time; what was asked for meanwhile is not its business
      mine.password.catch(() => {
        if (known === mine) known = undefined;
      });
      return mine.password;
    },
    renew: () => {
      // one that was asked for a moment ago would be the same
      if (known === undefined || performance.now() - known.since < 1000) return false;
      known = undefined;
      return true;
    },
  };
}
