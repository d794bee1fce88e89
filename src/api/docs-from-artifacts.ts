import { join, resolve } from 'node:path';
import { readArtifact, readColumnLineage } from '../artifacts/read-state.ts';
import { EtlError } from '../kernel/error.ts';
import { masked, maskOf, secretsOf } from '../kernel/mask.ts';
import { siteData } from '../site/data/site-data.ts';
import { newInvocation } from './invocation.ts';
import type { ApiOptions } from './options.ts';
import { withChanges } from './previous-site.ts';
import { writeSite } from './write-site.ts';

/**
 * Makes the site from the artifacts in a folder, those of dbt or ours; there need be no project. It is written into `docs` of that
 * folder or of `options.targetPath`; an `index.html` of dbt stays. Returns the paths of its pages. Throws an EtlError when there is
 * no manifest (ETL8061), a file cannot be used (ETL8002), or the site cannot be written (ETL8001).
 */
export async function docsFromArtifacts(
  options: ApiOptions,
  folder: string,
): Promise<readonly string[]> {
  const invocation = newInvocation(options);
  const path = resolve(invocation.cwd, folder);
  const mask = maskOf(secretsOf(invocation.env));
  const read = async (kind: Parameters<typeof readArtifact>[2]) =>
    masked(await readArtifact(path, folder, kind), mask);
  const manifest = await read('manifest');
  if (manifest === undefined)
    throw new EtlError([
      {
        code: 'ETL8061',
        severity: 'error',
        message: `there is no manifest.json in ${folder}`,
        hint: 'Name the target folder of a project: dbt and etl write their artifacts there.',
      },
    ]);
  const data = siteData(
    {
      manifest,
      catalog: await read('catalog'),
      runResults: await read('run-results'),
      sources: await read('sources'),
      lineage: masked(await readColumnLineage(path, folder), mask),
    },
    { generatedAt: invocation.now() },
  );
  const target =
    options.targetPath === undefined ? path : resolve(invocation.cwd, options.targetPath);
  const pages = options.static === true ? [join(target, 'static_index.html')] : [];
  const site = join(target, 'docs');
  await writeSite(await withChanges(data, site), { folder: site, pages });
  return [join(target, 'docs/index.html'), ...pages];
}
