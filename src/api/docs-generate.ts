import type { CatalogColumn } from '../adapter/catalog.ts';
import { ask, type Connection } from '../adapter/contract.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import { catalogJson } from '../artifacts/catalog-json.ts';
import { writeJson, writeText } from '../artifacts/write.ts';
import { masked, unmasked } from '../kernel/mask.ts';
import { VERSION } from '../kernel/version.ts';
import { EtlError } from '../kernel/error.ts';
import type { NodeId } from '../kernel/node-id.ts';
import { relationKey } from '../kernel/relation.ts';
import type { CompiledNode } from '../plan/compiler.ts';
import { explainFailure } from '../run/explain.ts';
import { renderSite } from '../site/build.ts';
import { compileAll } from './compile.ts';
import { connect } from './connect.ts';
import { deferredRelations } from './defer.ts';
import { newInvocation } from './invocation.ts';
import { openProject, writeManifest, type OpenProject } from './open-project.ts';
import type { ApiOptions } from './options.ts';
import { selectNodes } from './select.ts';

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
  const chosen = chosenNodes(project, options);
  const schemas = [
    ...new Set([
      ...Object.values(manifest.nodes)
        .filter((n) => n.resource_type !== 'test' && chosen(n.unique_id))
        .map((n) => n.schema),
      ...Object.values(manifest.sources)
        .filter((s) => chosen(s.unique_id))
        .map((s) => s.schema),
    ]),
  ].sort();
  let connection: Connection | undefined;
  const connected = async (): Promise<Connection> =>
    (connection ??= await connect(project, invocation));
  try {
    const found =
      schemas.length === 0 || options.emptyCatalog === true
        ? []
        : await (
            await connected()
          ).withSession('docs', (session) => ask(session, dialect.catalog(schemas)));
    const columns = found.filter(isChosen(project, chosen));
    const compiled =
      options.compile === false
        ? new Map<NodeId, CompiledNode>()
        : await compileAll(
            project,
            await connected(),
            await deferredRelations(project, new Set(), options, connected),
          );
    const facts = {
      invocationId: invocation.id,
      startedAt: invocation.startedAt,
      generatedAt: invocation.now(),
      env: project.customEnv,
    };
    // that of an earlier call, with its compiled SQL, stays: this is what --no-compile is for in dbt
    if (options.compile !== false) await writeManifest(project, invocation, compiled);
    await writeJson(
      project.inTarget('catalog.json'),
      catalogJson(manifest, columns, chosen, facts),
    );
    const { path: page, mask } = project.inTarget('index.html');
    // secrets go before texts are escaped; style and script of the page are ours and must stay as they are
    const html = renderSite(masked(manifest, mask), masked(columns, mask), {
      compiled: new Map([...compiled].map(([id, { sql }]) => [masked(id, mask), mask(sql)])),
      generatedAt: invocation.now(),
      version: VERSION,
    });
    await writeText({ path: page, mask: unmasked }, html);
    if (options.static === true)
      await writeText({ path: project.inTarget('static_index.html').path, mask: unmasked }, html);
    return {
      relations: new Set(columns.map((c) => `${c.relation.schema}.${c.relation.name}`)).size,
      page,
    };
  } catch (error) {
    if (isStatementFailure(error))
      throw new EtlError([explainFailure(error, {})], { cause: error });
    throw error;
  } finally {
    await connection?.close();
  }
}

/** Whether a node belongs into the catalog: every one, or what is selected. */
function chosenNodes(project: OpenProject, options: ApiOptions): (id: NodeId) => boolean {
  const { select, exclude, selector } = options;
  if (select === undefined && exclude === undefined && selector === undefined) return () => true;
  const selected = selectNodes(project, options, ['model', 'seed', 'snapshot', 'source']);
  return (id) => selected.has(id);
}

/** Whether a column is one of a chosen relation. */
function isChosen(
  { manifest }: OpenProject,
  chosen: (id: NodeId) => boolean,
): (column: CatalogColumn) => boolean {
  const keys = new Set([
    ...Object.values(manifest.nodes)
      .filter((n) => chosen(n.unique_id))
      .map((n) => relationKey({ schema: n.schema, name: n.alias })),
    ...Object.values(manifest.sources)
      .filter((s) => chosen(s.unique_id))
      .map((s) => relationKey({ schema: s.schema, name: s.identifier })),
  ]);
  return ({ relation }) => keys.has(relationKey({ schema: relation.schema, name: relation.name }));
}
