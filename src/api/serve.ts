import type { Serving, ServingWish } from '../adapter/serving.ts';
import { EtlError } from '../kernel/error.ts';
import { openTarget } from './open-target.ts';
import type { ApiOptions } from './options.ts';

/** How etl serve listens and whom it lets in. */
export interface ServeOptions extends ApiOptions {
  /** let clients change what is there (default: no) */
  readonly write?: boolean;
  /** name of the environment variable that holds the password */
  readonly passwordEnv?: string;
  /** let everybody in; on this machine only */
  readonly withoutPassword?: boolean;
}

const PORT = 8123;
const HERE = '127.0.0.1';
const isHere = (host: string): boolean => /^(127(\.\d{1,3}){3}|::1|localhost)$/.test(host);

/**
 * Serves the embedded ClickHouse of the target over HTTP until `options.signal` says to stop; tells `ready` where. Throws an EtlError
 * when the target has none (ETL1033), when it is in use (ETL5009), or the port is (ETL5032).
 */
export async function serve(
  options: ServeOptions,
  ready: (serving: Serving, wish: ServingWish) => void,
): Promise<void> {
  const { invocation, adapter, target, targetName, world } = await openTarget(options, 'serve');
  const { host = HERE, port = PORT, write = false } = options;
  const password = passwordOf(options, host, world.env);
  const wish: ServingWish = { host, port, mayWrite: write, password };
  const serving = await adapter.serve?.(target, world, wish);
  if (serving === undefined)
    throw problem(
      'ETL1033',
      `the target "${targetName}" has no embedded ClickHouse that etl serve could answer for`,
      target.type === 'clickhouse'
        ? 'A server answers for itself; etl serve is for outputs with "embedded: true".'
        : 'Choose an output of type clickhouse with "embedded: true": --target clickhouse. For the embedded Postgres: etl db start --tcp.',
    );
  const { signal } = invocation;
  const stopped = new Promise<void>((stop) => {
    if (signal.aborted) stop();
    else signal.addEventListener('abort', () => stop(), { once: true });
  });
  ready(serving, wish);
  await stopped;
  await serving.close();
}

const problem = (
  code: 'ETL1001' | 'ETL1009' | 'ETL1033',
  message: string,
  hint: string,
): EtlError => new EtlError([{ code, severity: 'error', message, hint }]);

function passwordOf(
  { passwordEnv, withoutPassword = false }: ServeOptions,
  host: string,
  env: Readonly<Record<string, string | undefined>>,
): ServingWish['password'] {
  if (withoutPassword && passwordEnv !== undefined)
    throw problem(
      'ETL1001',
      '--without-password and --password-env exclude each other',
      'Give one of them.',
    );
  if (withoutPassword && !isHere(host))
    throw problem(
      'ETL1001',
      `--without-password on ${host} would let in everybody who reaches this machine`,
      `Leave it out, or listen on ${HERE}.`,
    );
  if (withoutPassword) return 'none';
  if (passwordEnv === undefined) return 'kept';
  const own = env[passwordEnv];
  if (own !== undefined && own !== '') return { own };
  throw problem(
    'ETL1009',
    `the environment variable ${passwordEnv} of --password-env is not set`,
    'Set it, or leave the option out: a password is then made and kept.',
  );
}
