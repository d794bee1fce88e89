import { dirname, join, relative } from 'node:path';
import type { CatalogColumn } from '../adapter/catalog.ts';
import { ask, type Connection } from '../adapter/contract.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import { catalogJson } from '../artifacts/catalog-json.ts';
import { readArtifact, readColumnLineage } from '../artifacts/read-state.ts';
import { KEPT_RUNS, readHistory, type HistoryRun } from '../artifacts/run-history.ts';
import { writeJson } from '../artifacts/write.ts';
import { masked } from '../kernel/mask.ts';
import { VERSION } from '../kernel/version.ts';
import { EtlError, isEtlError } from '../kernel/error.ts';
import type { NodeId } from '../kernel/node-id.ts';
import { relationKey } from '../kernel/relation.ts';
import type { CompiledNode } from '../plan/compiler.ts';
import { explainFailure } from '../run/explain.ts';
import { siteData, type SiteArtifacts } from '../site/data/site-data.ts';
import { compileAll } from './compile.ts';
import { connect } from './connect.ts';
import { deferredRelations } from './defer.ts';
import { newInvocation } from './invocation.ts';
import { isAbsent, ledgerRuns, mergedRuns, unreadable } from './ledger-history.ts';
import { openProject, type OpenProject } from './open-project.ts';
import type { ApiOptions } from './options.ts';
import { ledgerOf } from './run-ledger.ts';
import { profileColumns } from './profile-columns.ts';
import { withChanges } from './previous-site.ts';
import { selectNodes } from './select.ts';
import { manifestJsonOf } from './write-manifest.ts';
import { writeSite } from './write-site.ts';

export interface DocsResult {
  /** relations found in the warehouse */
  readonly relations: number;
  /** path of the first page of the site */
  readonly page: string;
  /** path of the site as a single page */
  readonly single: string;
}

/**
 * Writes target/manifest.json, target/catalog.json, the site in target/docs, and target/index.html with all of it in one file.
 * Throws an EtlError for everything that goes wrong.
 */
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
    const profiles =
      options.profileColumns === true
        ? await profileColumns(project, await connected(), columns)
        : undefined;
    const facts = {
      invocationId: invocation.id,
      startedAt: invocation.startedAt,
      generatedAt: invocation.now(),
      env: project.customEnv,
    };
    // that of an earlier call, with its compiled SQL, stays: this is what --no-compile is for in dbt
    const isKept = options.compile === false;
    const manifestFile = manifestJsonOf(project, invocation, isKept ? undefined : compiled);
    if (!isKept && project.writesJson)
      await writeJson(project.inTarget('manifest.json'), manifestFile);
    const catalogFile = catalogJson(manifest, columns, chosen, facts);
    await writeJson(project.inTarget('catalog.json'), catalogFile);
    const { path: single, mask } = project.inTarget('index.html');
    const folder = project.inTarget('docs').path;
    // secrets go before texts are escaped; script and style of the site are ours and must stay as they are
    const data = siteData(
      {
        manifest: masked(manifestFile, mask),
        catalog: options.emptyCatalog === true ? undefined : masked(catalogFile, mask),
        profiles: profiles && new Map(masked([...profiles], mask)),
        ...(await lastRun(project, options)),
        history: await pastRuns(project, connection),
      },
      { generatedAt: invocation.now(), madeBy: `etl ${VERSION}` },
    );
    const pages =
      options.static === true ? [single, project.inTarget('static_index.html').path] : [single];
    await writeSite(await withChanges(data, folder), { folder, pages });
    return {
      relations: new Set(columns.map((c) => `${c.relation.schema}.${c.relation.name}`)).size,
      page: join(folder, 'index.html'),
      single,
    };
  } catch (error) {
    if (isStatementFailure(error))
      throw new EtlError([explainFailure(error, {})], { cause: error });
    throw error;
  } finally {
    await connection?.close();
  }
}

/** The runs that the project keeps, and those of all machines where it has a run ledger and the warehouse is asked anyway. */
async function pastRuns(
  project: OpenProject,
  connection: Connection | undefined,
): Promise<readonly HistoryRun[]> {
  const target = project.targetName;
  const own = await readHistory(project.dir, { target });
  const { setting, problems } = ledgerOf(project);
  project.report(problems);
  if (setting === undefined || connection === undefined) return own;
  const { schema } = setting;
  const { name } = project.loaded.project;
  try {
    const wish = { schema, project: name, target, limit: KEPT_RUNS };
    const kept = await ledgerRuns(connection, project.dialect, wish);
    return mergedRuns(own, kept, KEPT_RUNS);
  } catch (error) {
    if (!isAbsent(error)) project.report([unreadable(error, schema, 'warning')]);
    return own;
  }
}

/** Results and lineage that lie in the target folder; what cannot be read is told of and left out. */
async function lastRun(
  project: OpenProject,
  { report }: ApiOptions,
): Promise<Pick<SiteArtifacts, 'runResults' | 'sources' | 'lineage'>> {
  const path = dirname(project.inTarget('manifest.json').path);
  const folder = relative(project.dir, path);
  const orTold = async (reading: Promise<SiteArtifacts['sources']>) => {
    try {
      return await reading;
    } catch (error) {
      if (!isEtlError(error)) throw error;
      report?.(error.diagnostics.map((d) => ({ ...d, severity: 'warning' as const })));
      return undefined;
    }
  };
  return {
    runResults: await orTold(readArtifact(path, folder, 'run-results')),
    sources: await orTold(readArtifact(path, folder, 'sources')),
    lineage: await orTold(readColumnLineage(path, folder)),
  };
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
