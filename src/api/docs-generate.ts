import { ask } from '../adapter/contract.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import { catalogJson } from '../artifacts/catalog-json.ts';
import { writeJson, writeText } from '../artifacts/write.ts';
import { masked, unmasked } from '../kernel/mask.ts';
import { VERSION } from '../kernel/version.ts';
import { EtlError } from '../kernel/error.ts';
import { explainFailure } from '../run/explain.ts';
import { renderSite } from '../site/build.ts';
import { compileAll } from './compile.ts';
import { connect } from './connect.ts';
import { newInvocation } from './invocation.ts';
import { openProject, writeManifest } from './open-project.ts';
import type { ApiOptions } from './options.ts';

export interface DocsResult {
  /** relations found in the warehouse */
  readonly relations: number;
  /** path of the page */
  readonly page: string;
}

/** Writes target/manifest.json, target/catalog.json and target/index.html. Throws an EtlError for everything that goes wrong. */
export async function docsGenerate(options: ApiOptions = {}): Promise<DocsResult> {
  const invocation = newInvocation(options);
  const project = await openProject(options, invocation, 'docs generate');
  const { manifest, dialect } = project;
  const schemas = [
    ...new Set([
      ...Object.values(manifest.nodes)
        .filter((n) => n.resource_type !== 'test')
        .map((n) => n.schema),
      ...Object.values(manifest.sources).map((s) => s.schema),
    ]),
  ].sort();
  const connection = await connect(project, invocation);
  try {
    const columns =
      schemas.length === 0
        ? []
        : await connection.withSession('docs', (session) => ask(session, dialect.catalog(schemas)));
    const compiled = await compileAll(project, connection);
    const facts = {
      invocationId: invocation.id,
      startedAt: invocation.startedAt,
      generatedAt: invocation.now(),
      env: project.customEnv,
    };
    await writeManifest(project, invocation, compiled);
    await writeJson(project.inTarget('catalog.json'), catalogJson(manifest, columns, facts));
    const { path: page, mask } = project.inTarget('index.html');
    // secrets go before texts are escaped; style and script of the page are ours and must stay as they are
    const html = renderSite(masked(manifest, mask), masked(columns, mask), {
      compiled: new Map([...compiled].map(([id, { sql }]) => [masked(id, mask), mask(sql)])),
      generatedAt: invocation.now(),
      version: VERSION,
    });
    await writeText({ path: page, mask: unmasked }, html);
    return {
      relations: new Set(columns.map((c) => `${c.relation.schema}.${c.relation.name}`)).size,
      page,
    };
  } catch (error) {
    if (isStatementFailure(error))
      throw new EtlError([explainFailure(error, {})], { cause: error });
    throw error;
  } finally {
    await connection.close();
  }
}
