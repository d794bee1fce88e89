import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ask } from '../adapter/contract.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import { LOCK_FILE, writeSourceLock, type SourceLock } from '../check/source-lock.ts';
import type { TypedColumn } from '../check/verdict.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { EtlError } from '../kernel/error.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { SourceNode } from '../manifest/node.ts';
import { explainFailure } from '../run/explain.ts';
import { connect } from './connect.ts';
import { fileProblem } from './file-problem.ts';
import { newInvocation } from './invocation.ts';
import { readLockFile } from './lock-file.ts';
import { openProject, type OpenProject } from './open-project.ts';
import type { ApiOptions } from './options.ts';
import { selectNodes } from './select.ts';

export interface PulledSources {
  /** `postgres 18.4` */
  readonly engine: string;
  /** below the project */
  readonly file: string;
  readonly sources: readonly { readonly id: NodeId; readonly columns: readonly TypedColumn[] }[];
  /** whether the file is another than before */
  readonly isChanged: boolean;
}

/**
 * Writes the columns of the selected sources, as the warehouse has them, into schema.lock.yml; what the file says of other sources and
 * of other engines stays, unless they are gone from the project. Sources that are not there are told (ETL6047).
 */
export async function sourcesPull(options: ApiOptions = {}): Promise<PulledSources> {
  const invocation = newInvocation(options);
  const project = await openProject(options, invocation, 'sources pull');
  const { manifest, dialect } = project;
  const before = await readLockFile(project.dir);
  const lock: SourceLock = before?.lock ?? new Map();
  const isAll = options.select === undefined && options.selector === undefined;
  const chosen =
    isAll && options.exclude === undefined
      ? Object.values(manifest.sources)
      : [...selectNodes(project, options, ['source'])].flatMap((id) => manifest.sources[id] ?? []);
  const { version, found } = await columnsOf(project, invocation, chosen);
  const absent = chosen.filter((s) => (found.get(s.unique_id) ?? []).length === 0);
  project.report(absent.length === 0 ? [] : [notThere(project, absent)]);
  const kept = [...(lock.get(dialect.name)?.columns ?? [])].filter(
    ([id]) => id in manifest.sources && !found.has(id),
  );
  const pulled = [...found].filter(([, columns]) => columns.length > 0);
  const columns = new Map([...kept, ...pulled]);
  const text = writeSourceLock(new Map([...lock, [dialect.name, { version, columns }]]));
  const isChanged = text !== before?.text;
  if (isChanged) await write(join(project.dir, LOCK_FILE), text);
  return {
    engine: `${dialect.name} ${version}`,
    file: LOCK_FILE,
    sources: pulled.map(([id, list]) => ({ id, columns: list })),
    isChanged,
  };
}

async function columnsOf(
  project: OpenProject,
  invocation: ReturnType<typeof newInvocation>,
  sources: readonly SourceNode[],
): Promise<{
  readonly version: string;
  readonly found: ReadonlyMap<NodeId, readonly TypedColumn[]>;
}> {
  const connection = await connect(project, invocation);
  try {
    const found = new Map<NodeId, readonly TypedColumn[]>();
    await connection.withSession('sources pull', async (session) => {
      for (const { unique_id: id, database, schema, identifier: name } of sources) {
        const relation = { ...(database === null ? {} : { database }), schema, name };
        const columns = await ask(session, project.dialect.columns(relation));
        found.set(
          id,
          columns.map((c) => ({ name: c.name, type: c.type })),
        );
      }
    });
    return { version: connection.serverVersion, found };
  } catch (error) {
    if (!isStatementFailure(error)) throw error;
    throw new EtlError([explainFailure(error, {})], { cause: error });
  } finally {
    await connection.close();
  }
}

const notThere = ({ targetName }: OpenProject, absent: readonly SourceNode[]): Diagnostic => ({
  code: 'ETL6047',
  severity: 'warning',
  message: `target "${targetName}" has no ${absent.map((s) => s.relation_name).join(', ')}`,
  ...(absent[0] === undefined ? {} : { at: absent[0].place }),
  hint: 'Load it first, or correct schema and identifier of the source.',
});

/** Written beside and renamed: a file that is committed is never half a file. */
async function write(path: string, text: string): Promise<void> {
  const beside = `${path}.tmp`;
  try {
    await writeFile(beside, text);
    await rename(beside, path);
  } catch (error) {
    throw fileProblem(error, path);
  }
}
