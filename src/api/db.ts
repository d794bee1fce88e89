import type { OwnServer, OwnServerState, ServerWish } from '../adapter/own-server.ts';
import { hasErrors } from '../kernel/diagnostic.ts';
import { EtlError } from '../kernel/error.ts';
import { readConnection } from '../project/outline.ts';
import { homeOf } from './connect.ts';
import { newInvocation } from './invocation.ts';
import { findProjectDir, loadInput, tellOutline, withoutSecrets } from './open-project.ts';
import type { ApiOptions } from './options.ts';

/** The server that the target's engine runs itself. Only the profile is read: models may be broken. */
async function serverOf(options: ApiOptions): Promise<OwnServer> {
  const invocation = newInvocation(options);
  const dir = await findProjectDir(options, invocation);
  const { value, diagnostics } = await readConnection(loadInput(dir, options, invocation, 'db'));
  const secrets = value?.profile.target.secrets ?? [];
  tellOutline(options, dir, secrets);
  if (value === undefined || hasErrors(diagnostics))
    throw withoutSecrets(options, dir, secrets, diagnostics);
  options.report?.(diagnostics.filter((d) => d.severity !== 'info'));
  const { adapter, target, targetName } = value.profile;
  const world = { projectDir: await homeOf(dir), env: value.env };
  const server = await adapter.ownServer?.(target, world);
  if (server !== undefined) return server;
  throw new EtlError([
    {
      code: 'ETL1033',
      severity: 'error',
      message: `the target "${targetName}" has no embedded server that etl db could handle`,
      hint: 'Choose an output of type postgres with "embedded: true" with --target.',
    },
  ]);
}

/** What the embedded server of the target is doing. */
export const dbState = async (options: ApiOptions = {}): Promise<OwnServerState> =>
  (await serverOf(options)).state();

/** Starts the embedded server to stay. */
export const dbStart = async (
  options: ApiOptions,
  wish: ServerWish = { port: undefined },
): Promise<OwnServerState> => (await serverOf(options)).start(wish);

/** Lets the embedded server go. */
export const dbStop = async (options: ApiOptions = {}): Promise<OwnServerState> =>
  (await serverOf(options)).stop();
