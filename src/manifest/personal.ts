// What a project marks as data about persons, by the word `pii`.
import type { Manifest } from './manifest.ts';

/** A node or column as far as the mark is concerned; some have no config of their own. */
interface Marked {
  readonly tags?: readonly string[] | undefined;
  readonly meta?: unknown;
  readonly config?: unknown;
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isWord = (text: unknown): boolean => String(text as string).toLowerCase() === 'pii';
/** `pii: false` and its like say that it is none. */
const NO: ReadonlySet<string> = new Set(['false', 'no', 'none', '0', '', 'null']);

const saysSo = (meta: unknown): boolean =>
  isMap(meta) &&
  Object.entries(meta).some(
    ([key, value]) =>
      isWord(key) &&
      !NO.has(
        String((value ?? 'null') as string)
          .trim()
          .toLowerCase(),
      ),
  );
const isTagged = (tags: unknown): boolean =>
  Array.isArray(tags) ? tags.some(isWord) : typeof tags === 'string' && isWord(tags);

/** A tag `pii`, or a key `pii` of meta whose value does not say no; of the thing itself or of its config, in whatever letters. */
function isMarked({ tags, meta, config }: Marked): boolean {
  const inner = isMap(config) ? config : {};
  return isTagged(tags) || saysSo(meta) || isTagged(inner['tags']) || saysSo(inner['meta']);
}

/** Which columns are personal data. */
export interface Personal {
  /** all columns of the node are */
  readonly nodes: ReadonlySet<string>;
  /** columns of these names are, wherever they stand: a model that reads one often does not mark it again; in small letters */
  readonly columns: ReadonlySet<string>;
}

/** What a manifest marks; a mark on a node is for all its columns, one on a column for every column of that name. */
export function personalData(manifest: Manifest): Personal {
  const nodes = new Set<string>();
  const columns = new Set<string>();
  for (const node of [...Object.values(manifest.nodes), ...Object.values(manifest.sources)]) {
    if (isMarked(node)) nodes.add(node.unique_id);
    for (const column of Object.values(node.columns))
      if (isMarked(column)) columns.add(column.name.toLowerCase());
  }
  return { nodes, columns };
}
