// What people call columns: `model.column`, `model`, `source.table.column`, `source.table`.
import type { ColumnAddress } from '../graph/columns.ts';
import { didYouMean } from '../kernel/did-you-mean.ts';
import { EtlError } from '../kernel/error.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { Manifest } from '../manifest/manifest.ts';

/** A node that was asked about, with the column where one was named. */
export interface Asked {
  readonly text: string;
  readonly id: NodeId;
  readonly column?: string;
}

const HAVE_COLUMNS: ReadonlySet<string> = new Set(['model', 'seed', 'snapshot']);

const unknownName = (message: string, hint: string): EtlError =>
  new EtlError([{ code: 'ETL6080', severity: 'error', message, hint }]);

/** Every name of every node that has columns. */
function namesOf(manifest: Manifest): ReadonlyMap<string, readonly NodeId[]> {
  const names = new Map<string, NodeId[]>();
  const add = (id: NodeId, ...all: readonly string[]): void => {
    for (const name of all) {
      const ids = names.get(name) ?? [];
      names.set(name, ids);
      if (!ids.includes(id)) ids.push(id);
    }
  };
  for (const node of Object.values(manifest.nodes)) {
    if (!HAVE_COLUMNS.has(node.resource_type)) continue;
    const { unique_id: id, name, package_name: owner } = node;
    const version = 'version' in node ? node.version : null;
    const latest = 'latest_version' in node ? node.latest_version : null;
    const versioned = version === null ? name : `${name}.v${version}`;
    add(id, versioned, `${owner}.${versioned}`, id);
    if (version !== null && version === latest) add(id, name);
  }
  for (const { unique_id: id, source_name: source, name } of Object.values(manifest.sources))
    add(id, `${source}.${name}`, `source:${source}.${name}`, id);
  return names;
}

/** Finds the nodes of what was asked; throws ETL6080 for what names none, or several. */
export function nodesAsked(manifest: Manifest, texts: readonly string[]): readonly Asked[] {
  if (texts.length === 0) return [];
  const names = namesOf(manifest);
  return texts.map((text) => {
    // the longest name that fits: a source `erp.sales` before a model `erp`
    for (let end = text.length; end > 0; end = text.lastIndexOf('.', end - 1)) {
      const ids = names.get(text.slice(0, end));
      if (ids === undefined) continue;
      const [id, ...others] = ids;
      if (id === undefined) continue;
      if (others.length > 0)
        throw unknownName(
          `"${text}" is the name of ${ids.length} nodes`,
          `Write one of: ${ids.join(', ')}.`,
        );
      return end === text.length ? { text, id } : { text, id, column: text.slice(end + 1) };
    }
    const first = text.includes('.') ? text.slice(0, text.lastIndexOf('.')) : text;
    throw unknownName(
      `there is no model, seed, snapshot or source "${text}"`,
      didYouMean(first, names.keys()) ?? 'Write model.column, model, or source.table.column.',
    );
  });
}

/** What is known of a node, as far as names go. */
interface NamedNode {
  readonly id: string;
  readonly name: string;
  readonly columns: readonly { readonly name: string }[];
  readonly unknown?: string;
}

/** The columns that were asked for; throws ETL6080 for one that its node does not have. */
export function columnsAsked(
  asked: readonly Asked[],
  nodes: readonly NamedNode[],
): readonly ColumnAddress[] {
  return asked.flatMap(({ text, id, column }) => {
    const node = nodes.find((one) => one.id === id);
    const names = node?.columns.map(({ name }) => name) ?? [];
    if (column === undefined) return names.map((name) => ({ node: id, column: name }));
    const found =
      names.find((name) => name === column) ??
      names.find((name) => name.toLowerCase() === column.toLowerCase());
    if (found !== undefined) return [{ node: id, column: found }];
    if (node === undefined || names.length === 0)
      throw unknownName(
        `the columns of "${text.slice(0, -column.length - 1)}" are not known`,
        node?.unknown ?? 'Ask etl check why.',
      );
    throw unknownName(
      `${node.name} has no column "${column}"`,
      didYouMean(column, names) ?? `It has: ${names.join(', ')}.`,
    );
  });
}
