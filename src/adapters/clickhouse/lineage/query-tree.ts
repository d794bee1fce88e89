// The text that EXPLAIN QUERY TREE prints: two spaces for each level, and on every line a node (`COLUMN id: 2, column_name: a, …`), the
// title of a part of one (`JOIN TREE`), or the name of a column that the query gives, with its type.

export interface TreeLine {
  /** `QUERY`, `COLUMN`, `CROSS JOIN`; empty for titles and names of columns */
  readonly type: string;
  readonly id: number;
  /** all of the line, or of a node what follows its id */
  readonly text: string;
  readonly below: readonly TreeLine[];
}

/** A tree with its nodes by id. */
export interface QueryTree {
  readonly root: TreeLine;
  /** the first print of a node: only that one shows what is below it */
  node(id: number): TreeLine | undefined;
}

/** Thrown for a text that is not such a tree. */
export class NotATree extends Error {}

interface OpenLine extends TreeLine {
  readonly depth: number;
  readonly below: TreeLine[];
}

const NODE = /^([A-Z][A-Z_ ]*) id: (\d+)(?:, (.*))?$/;
const NAMES = 'PROJECTION COLUMNS';

const plain = (text: string, depth: number): OpenLine => ({
  type: '',
  id: -1,
  text,
  depth,
  below: [],
});

/** Reads such a text. Throws NotATree. */
export function parseQueryTree(text: string): QueryTree {
  const top = plain('', -1);
  const open: OpenLine[] = [top];
  const byId = new Map<number, TreeLine>();
  for (const raw of text.split('\n')) {
    if (raw.trim() === '') continue;
    const line = lineOf(raw, open);
    while ((open.at(-1)?.depth ?? -1) >= line.depth) open.pop();
    (open.at(-1) ?? top).below.push(line);
    open.push(line);
    if (line.type !== '' && !byId.has(line.id)) byId.set(line.id, line);
  }
  const [root] = top.below;
  if (root === undefined || !isQuery(root)) throw new NotATree('it does not begin with a query');
  return { root, node: (id) => byId.get(id) };
}

function lineOf(raw: string, open: readonly OpenLine[]): OpenLine {
  const depth = (raw.length - raw.trimStart().length) / 2;
  // a name may look like anything, and may begin with spaces
  const names = open.findLast(({ text }) => text === NAMES);
  if (names !== undefined && depth > names.depth && isUnder(open, names))
    return plain(raw.slice(2 * (names.depth + 1)), names.depth + 1);
  const node = NODE.exec(raw.trim());
  if (node === null) return plain(raw.trim(), depth);
  const [, type = '', id, rest = ''] = node;
  return { type, id: Number(id), text: rest, depth, below: [] };
}

/** Whether the next line still stands below a title: the title is open, alone or with a name below it. */
const isUnder = (open: readonly OpenLine[], title: OpenLine): boolean =>
  open.at(-1) === title || open.at(-2) === title;

export const isQuery = ({ type }: TreeLine): boolean => type === 'QUERY' || type === 'UNION';

/** The lines below a title of a node. */
export const partOf = (node: TreeLine, title: string): readonly TreeLine[] =>
  node.below.find((line) => line.type === '' && line.text.trim() === title)?.below ?? [];

/** All parts of that title. */
export const partsOf = (node: TreeLine, title: string): readonly (readonly TreeLine[])[] =>
  node.below
    .filter((line) => line.type === '' && line.text.trim() === title)
    .map((line) => line.below);

/** The nodes of a part that is a list. */
export const listOf = (node: TreeLine, title: string): readonly TreeLine[] =>
  partOf(node, title)[0]?.below ?? [];

/** An attribute of a node. Values may hold commas and spaces: it ends where the next attribute begins. */
export function attribute(node: TreeLine, name: string): string | undefined {
  const found = new RegExp(`(?:^|, )${name}: (.*?)(?=, [a-z_]+: |$)`).exec(node.text);
  return found?.[1];
}

const COLUMN = /^(?:alias: .*?, )?column_name: (.*?), result_type: .*, source_id: (\d+)$/;

/** The name of a column and the node that has it. */
export function columnOf(
  node: TreeLine,
): { readonly name: string; readonly source: number } | undefined {
  const found = COLUMN.exec(node.text);
  return found === null ? undefined : { name: found[1] ?? '', source: Number(found[2]) };
}

/** The name in `name type`: types hold spaces, commas and quoted texts, so it is read from the right. */
export function nameOf(line: string): string {
  let depth = 0;
  let isQuoted = false;
  for (let i = line.length - 1; i >= 0; i--) {
    const c = line[i];
    if (c === "'" && depth > 0 && line[i - 1] !== '\\') isQuoted = !isQuoted;
    if (isQuoted) continue;
    if (c === ')') depth++;
    else if (c === '(') depth--;
    else if (c === ' ' && depth === 0) return line.slice(0, i);
  }
  return line;
}
