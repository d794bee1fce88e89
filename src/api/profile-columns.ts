import type { CatalogColumn } from '../adapter/catalog.ts';
import { ask, type Connection } from '../adapter/contract.ts';
import { isStatementFailure, type StatementFailure } from '../adapter/failure.ts';
import type { RelationProfile } from '../adapter/profile.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { relationKey } from '../kernel/relation.ts';
import { personalData } from '../manifest/personal.ts';
import { explainFailure } from '../run/explain.ts';
import type { OpenProject } from './open-project.ts';

/** More rows than so many of a relation are not looked at. */
const ROWS = 100_000;
/** More columns than so many of a relation are not looked at: one statement asks for all of them. */
const COLUMNS = 200;
const SECONDS = 30;

/** What it needs of a project. */
type Profiled = Pick<OpenProject, 'manifest' | 'dialect' | 'threads' | 'report'>;

/**
 * Looks at the values of the columns that are not marked as personal data: one statement for each relation, which only reads, and is
 * cancelled after 30 `seconds`. Returns what was found by the ids of nodes; a relation that cannot be looked at is warned of (ETL8063).
 */
export async function profileColumns(
  project: Profiled,
  connection: Connection,
  found: readonly CatalogColumn[],
  seconds: number = SECONDS,
): Promise<ReadonlyMap<string, RelationProfile>> {
  const waiting = relationsOf(project, found);
  const profiles = new Map<string, RelationProfile>();
  const problems: Diagnostic[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const profile = await profiled(project, connection, next.columns, seconds);
      if ('code' in profile) problems.push(profile);
      else for (const id of next.ids) profiles.set(id, profile);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, project.threads) }, work));
  project.report(problems.toSorted((a, b) => (a.message < b.message ? -1 : 1)));
  return profiles;
}

interface Relation {
  readonly ids: readonly string[];
  readonly columns: readonly CatalogColumn[];
}

/** The relations of nodes and sources with the columns that may be looked at. */
function relationsOf({ manifest }: Profiled, found: readonly CatalogColumn[]): Relation[] {
  const personal = personalData(manifest);
  const ids = new Map<string, string[]>();
  const named = [
    ...Object.values(manifest.nodes).map((n) => ({
      id: n.unique_id,
      schema: n.schema,
      name: n.alias,
    })),
    ...Object.values(manifest.sources).map((s) => ({
      id: s.unique_id,
      schema: s.schema,
      name: s.identifier,
    })),
  ];
  for (const { id, schema, name } of named) {
    const key = relationKey({ schema, name });
    ids.set(key, [...(ids.get(key) ?? []), id]);
  }
  const columns = new Map<string, CatalogColumn[]>();
  for (const column of found) {
    const key = relationKey({ schema: column.relation.schema, name: column.relation.name });
    const isOfPerson =
      personal.columns.has(column.column.toLowerCase()) ||
      (ids.get(key) ?? []).some((id) => personal.nodes.has(id));
    if (!isOfPerson) columns.set(key, [...(columns.get(key) ?? []), column]);
  }
  return [...columns].map(([key, list]) => ({
    ids: ids.get(key) ?? [],
    columns: list.slice(0, COLUMNS),
  }));
}

/** What an engine says of a failure; where it says that of a value, the value is left out: nobody asked for it, and logs are kept. */
export const withoutValues = (failed: StatementFailure): string =>
  failed.error.kind === 'type'
    ? failed.error.message.replace(/["'`].*["'`]/s, '…')
    : explainFailure(failed, {}).message;

async function profiled(
  { dialect }: Profiled,
  connection: Connection,
  columns: readonly CatalogColumn[],
  seconds: number,
): Promise<RelationProfile | Diagnostic> {
  const [first] = columns;
  if (first === undefined) return { rows: 0, of: 'all', columns: [] };
  const { relation, kind, rows } = first;
  const query = dialect.profile({
    relation,
    kind,
    columns: columns.map(({ column, type }) => ({ name: column, type })),
    rows,
    limit: ROWS,
  });
  let isLate = false;
  try {
    const [profile] = await connection.withSession('docs', async (session) => {
      const timer = setTimeout(() => {
        isLate = true;
        void session.interrupt().catch(() => 0);
      }, seconds * 1000);
      try {
        return await ask(session, query);
      } finally {
        clearTimeout(timer);
      }
    });
    return profile ?? { rows: 0, of: 'all', columns: [] };
  } catch (error) {
    if (!isStatementFailure(error)) throw error;
    const why = isLate ? `it took longer than ${seconds} seconds` : withoutValues(error);
    return {
      code: 'ETL8063',
      severity: 'warning',
      message: `the columns of ${relation.schema}.${relation.name} could not be profiled: ${why}`,
      hint: 'The site shows it without a profile. Leave it out with --exclude, or let the role of the profile read it.',
    };
  }
}
