// Reads what an earlier run left: manifest.json and run_results.json, of this tool or of dbt 1.x.
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EtlError } from '../kernel/error.ts';
import type { PreviousNode, PreviousState } from '../manifest/previous-state.ts';

type Json = Readonly<Record<string, unknown>>;
/** manifest v4 came with dbt 1.0; from v13 on the shape is another one. */
const KNOWN = {
  manifest: { file: 'manifest.json', oldest: 4, newest: 12 },
  sources: { file: 'sources.json', oldest: 1, newest: 3 },
  'run-results': { file: 'run_results.json', oldest: 4, newest: 6 },
  catalog: { file: 'catalog.json', oldest: 1, newest: 1 },
} as const;

const problem = (message: string, hint: string, cause?: unknown): EtlError =>
  new EtlError([{ code: 'ETL8002', severity: 'error', message, hint }], { cause });

const isMap = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const mapOf = (value: unknown): Json => (isMap(value) ? value : {});

/** That a folder with the state of an earlier run is not there. */
export const missingFolder = (folder: string): EtlError =>
  problem(
    `there is no folder ${folder} with the state of an earlier run`,
    'Keep the target folder of the run to compare with, and name it with --state.',
  );

/**
 * The state in a folder; one without anything, marked so, when there is no such folder. Throws an EtlError ETL8002 when a file
 * in it cannot be used.
 */
export async function readState(path: string, folder: string): Promise<PreviousState> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) return { folder, isMissing: true };
  const manifest = await readArtifact(path, folder, 'manifest');
  const results = await readArtifact(path, folder, 'run-results');
  const sources = await readArtifact(path, folder, 'sources');
  return {
    folder,
    ...(manifest === undefined ? {} : { manifest: manifestOf(manifest) }),
    ...(results === undefined ? {} : { results: resultsOf(results) }),
    ...(sources === undefined ? {} : { sources: loadedOf(sources) }),
  };
}

/** When each source was loaded last, as the newest source freshness of a folder found out; undefined without one. */
export async function readLoaded(
  path: string,
  folder: string,
): Promise<PreviousState['sources'] | undefined> {
  const json = await readArtifact(path, folder, 'sources');
  return json === undefined ? undefined : loadedOf(json);
}

/** Those that could not be asked are left out. */
const loadedOf = (json: Json): ReadonlyMap<string, string> =>
  new Map(
    (Array.isArray(json['results']) ? json['results'] : [])
      .filter(isMap)
      .flatMap((result): readonly (readonly [string, string])[] =>
        typeof result['max_loaded_at'] === 'string'
          ? [[String(result['unique_id'] as string), result['max_loaded_at']]]
          : [],
      ),
  );

/** The JSON of an artifact of a version that is known; undefined when the file is not there. */
export async function readArtifact(
  path: string,
  folder: string,
  kind: keyof typeof KNOWN,
): Promise<Json | undefined> {
  const { file, oldest, newest } = KNOWN[kind];
  const shown = join(folder, file);
  const json = await jsonAt(join(path, file), shown);
  if (json === undefined) return undefined;
  const address = mapOf(mapOf(json)['metadata'])['dbt_schema_version'];
  const version = new RegExp(`/${kind}/v(\\d+)\\.json$`).exec(String(address as string))?.[1];
  if (!isMap(json) || version === undefined)
    throw problem(
      `${shown} does not say that it is a ${kind} artifact`,
      'Name the target folder of an earlier run.',
    );
  if (Number(version) < oldest || Number(version) > newest)
    throw problem(
      `${shown} has version ${version}; versions ${oldest} to ${newest} are understood`,
      'Make it again with etl parse, or with dbt 1.x.',
    );
  return json;
}

/** The lineage of columns that `etl lineage` has written there; undefined when the file is not there. */
export async function readColumnLineage(path: string, folder: string): Promise<Json | undefined> {
  const file = 'column_lineage.json';
  const json = await jsonAt(join(path, file), join(folder, file));
  if (json === undefined || (isMap(json) && Array.isArray(json['events']))) return json;
  throw problem(
    `${join(folder, file)} is not what etl lineage writes`,
    'Make it again: etl lineage, without a name.',
  );
}

/** What a file holds; undefined when it is not there. */
async function jsonAt(path: string, shown: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw problem(`${shown} cannot be read`, 'Check its permissions.', error);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw problem(`${shown} is no JSON`, 'Make or copy it again: it may have been cut off.', error);
  }
}

function manifestOf(json: Json): NonNullable<PreviousState['manifest']> {
  const nodes = new Map<string, PreviousNode>();
  for (const kind of [
    'nodes',
    'sources',
    'exposures',
    'unit_tests',
    'metrics',
    'semantic_models',
    'saved_queries',
  ])
    for (const [id, node] of Object.entries(mapOf(json[kind])))
      if (isMap(node)) nodes.set(id, node);
  const macros = Object.entries(mapOf(json['macros'])).map(
    ([id, macro]) => [id, String((mapOf(macro)['macro_sql'] ?? '') as string)] as const,
  );
  return { nodes, macros: new Map(macros) };
}

const resultsOf = (json: Json): ReadonlyMap<string, string> =>
  new Map(
    (Array.isArray(json['results']) ? json['results'] : [])
      .filter(isMap)
      .map((result) => [String(result['unique_id'] as string), String(result['status'] as string)]),
  );
