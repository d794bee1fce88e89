import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { changeLog, type ComparedSite } from '../site/data/changes.ts';
import type { Generation, NodeDetail, RunData, SiteData, SiteIndex } from '../site/data/format.ts';
import { isMap } from '../site/data/json.ts';

/** What the file of a site gives to its page; the file is ours, so its shape is known when the format is. */
async function partOf(folder: string, key: string): Promise<unknown> {
  const text = await readFile(join(folder, 'data', `${key}.js`), 'utf8');
  const begin = `etlSite(${JSON.stringify(key)},`;
  if (!text.startsWith(begin) || !text.endsWith(');\n')) throw new SyntaxError(key);
  return JSON.parse(text.slice(begin.length, -');\n'.length)) as unknown;
}

/** The site that lies in a folder; undefined when there is none, or one of another format, or a damaged one. */
async function siteIn(folder: string): Promise<ComparedSite | undefined> {
  try {
    const index = await partOf(folder, 'index');
    if (!isMap(index) || index['format'] !== 1) return undefined;
    if (!Array.isArray(index['nodes']) || !index['nodes'].every(isMap)) return undefined;
    const { nodes, perShard, project, engine } = index as unknown as SiteIndex;
    const details: NodeDetail[] = [];
    for (let shard = 0; shard * perShard < nodes.length; shard++)
      details.push(...((await partOf(folder, `m/${shard}`)) as readonly NodeDetail[]));
    const { generatedAt } = (await partOf(folder, 'runs')) as RunData;
    return { generatedAt, index: { nodes, project, engine }, details };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError || isFileError(error))
      return undefined;
    throw error;
  }
}

const isFileError = (error: unknown): boolean =>
  typeof (error as NodeJS.ErrnoException).code === 'string';

/** The data of a site with what changed since the one that lies in the folder where it will be written. */
export async function withChanges(data: SiteData, folder: string): Promise<SiteData> {
  const before = await siteIn(folder);
  const log = await partOf(folder, 'changes').catch(() => []);
  const now = {
    generatedAt: data.runs.generatedAt,
    index: data.index,
    details: data.details.flat(),
  };
  const isLog =
    Array.isArray(log) && log.every((one) => isMap(one) && Array.isArray(one['changes']));
  const changes = changeLog(before, isLog ? (log as readonly Generation[]) : [], now);
  const [last] = changes;
  return {
    ...data,
    changes,
    runs: {
      ...data.runs,
      ...(last === undefined
        ? {}
        : {
            changed: {
              at: last.at,
              since: last.since,
              count: last.changes.length + (last.more ?? 0),
            },
          }),
    },
  };
}
