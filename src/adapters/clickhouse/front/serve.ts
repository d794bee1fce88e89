// etl serve: the embedded engine of a project, held open and answered for until it is closed.
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Serving, ServingWish } from '../../../adapter/serving.ts';
import { embeddedProblem as problem } from '../embedded/chdb.ts';
import { openEngine } from '../embedded/engine.ts';
import { statementsAtOnce } from '../embedded/pool.ts';
import { type Front, startFront } from './front.ts';
import { announce, withdraw } from './served.ts';

/** What clients call themselves unless they are told otherwise. */
const USER = 'default';
/** Commands of the project, which may write whatever clients may. */
const OWN = 'etl';

const codeOf = (error: unknown): string =>
  error instanceof Error ? String(Reflect.get(error, 'code') ?? error.message) : String(error);

/** Made at first need and kept, so that a program that knows it needs no change after a restart. */
async function keptPassword(path: string): Promise<string> {
  const known = await readFile(path, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return '';
    throw fileProblem(path, error);
  });
  if (known.trim() !== '') return known.trim();
  const made = randomBytes(18).toString('base64url');
  try {
    await writeFile(path, `${made}\n`, { mode: 0o600 });
  } catch (error) {
    throw fileProblem(path, error);
  }
  return made;
}

const fileProblem = (path: string, error: unknown): Error =>
  problem(
    'ETL1012',
    `${path} cannot be read or written: ${codeOf(error)}`,
    'The password of etl serve is kept there; or give one with --password-env.',
    error,
  );

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something else uses it',
  EACCES: 'permission denied',
  EADDRNOTAVAIL: 'this machine has no such address',
};

const portProblem = ({ host, port }: ServingWish, error: unknown): Error =>
  problem(
    'ETL5032',
    `port ${port} of ${host} cannot be used: ${REASONS[codeOf(error)] ?? codeOf(error)}`,
    'Name another one with --port; 0 takes any free one.',
    error,
  );

/** Opens the engine in `root` and answers for it; throws an EtlError when it or the port cannot be had. */
export async function serve(
  root: string,
  poolSize: string | undefined,
  wish: ServingWish,
): Promise<Serving> {
  // readers would find the password of the project's own commands, and every other file, in tables named by a path
  const engine = await openEngine(root, wish.mayWrite ? 'everything' : 'sealed');
  let front: Front;
  const passwordFile = wish.password === 'kept' ? join(root, 'serve-password') : undefined;
  const token = randomBytes(24).toString('base64url');
  let password: string | undefined;
  try {
    if (passwordFile !== undefined) password = await keptPassword(passwordFile);
    else if (wish.password !== 'none' && wish.password !== 'kept') password = wish.password.own;
    const { host, port, mayWrite } = wish;
    front = await startFront(engine, {
      host,
      port,
      users: [
        { name: USER, password, mayWrite },
        { name: OWN, password: token, mayWrite: true },
      ],
      atOnce: statementsAtOnce(poolSize),
    }).catch((error: unknown) => {
      throw portProblem(wish, error);
    });
    const url = front.url.replace('0.0.0.0', '127.0.0.1').replace('[::]', '[::1]');
    await announce(root, { pid: process.pid, url, user: OWN, password: token });
  } catch (error) {
    await engine.release();
    throw error;
  }
  return {
    url: front.url,
    engine: `ClickHouse ${engine.version}`,
    user: USER,
    password,
    passwordFile,
    data: join(root, 'data'),
    close: async () => {
      await withdraw(root);
      await front.close();
      await engine.release();
    },
  };
}
