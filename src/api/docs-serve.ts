import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EtlError } from '../kernel/error.ts';
import { serve } from '../site/serve.ts';
import { newInvocation } from './invocation.ts';
import { targetDirOf } from './places.ts';
import type { ApiOptions } from './options.ts';

const PORT = 8080;

/** What dbt's page and ours are made of. The cache of parsing lies there as well, and compiled SQL, which may hold what variables said. */
const PUBLIC =
  /^(docs\/.+|assets\/.+|(index|static_index)\.html|(manifest|catalog|run_results|sources|semantic_manifest|graph_summary)\.json|graph\.gpickle)$/;
const isPublic = (file: string): boolean => PUBLIC.test(file);

/**
 * Serves the site, and the artifacts in the target folder around it, until `options.signal` says to stop; tells `ready` the address. Throws an EtlError when there is no
 * page (ETL1012), or the port cannot be had (ETL1001).
 */
export async function docsServe(
  options: ApiOptions,
  ready: (address: string) => void,
): Promise<void> {
  const invocation = newInvocation(options);
  const { targetDir } = await targetDirOf(options, invocation);
  const page = join(targetDir, 'index.html');
  const site = join(targetDir, 'docs');
  const isThere = (path: string): Promise<boolean> =>
    stat(path).then(
      () => true,
      () => false,
    );
  const hasSite = await isThere(join(site, 'index.html'));
  if (!hasSite && !(await isThere(page)))
    throw new EtlError([
      {
        code: 'ETL1012',
        severity: 'error',
        message: `there is no page at ${page}`,
        hint: 'Write it first: etl docs generate',
      },
    ]);
  const { host = '127.0.0.1', port = PORT } = options;
  const serving = await serve({
    folders: [...(hasSite ? [{ path: site }] : []), { path: targetDir, isPublic }],
    host,
    port,
  }).catch((error: unknown) => {
    throw new EtlError([cannotListen(error, host, port)], { cause: error });
  });
  const { signal } = invocation;
  const stopped = new Promise<void>((stop) => {
    if (signal.aborted) stop();
    else signal.addEventListener('abort', () => stop(), { once: true });
  });
  ready(serving.address);
  await stopped;
  await serving.close();
}

function cannotListen(error: unknown, host: string, port: number): EtlError['diagnostics'][number] {
  const { code } = error as NodeJS.ErrnoException;
  const reason =
    code === 'EADDRINUSE'
      ? 'something else uses it'
      : code === 'EACCES'
        ? 'permission denied'
        : error instanceof Error
          ? error.message
          : String(error);
  return {
    code: 'ETL1001',
    severity: 'error',
    message: `cannot listen on ${host}, port ${port}: ${reason}`,
    hint: 'Choose another port: --port 8081',
  };
}
