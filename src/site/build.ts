import { createHash } from 'node:crypto';
import type { CatalogColumn } from '../adapter/catalog.ts';
import type { NodeId } from '../kernel/node-id.ts';
import { relationKey } from '../kernel/relation.ts';
import { parentsOf, type Manifest } from '../manifest/manifest.ts';
import type { GraphNode, TestNode } from '../manifest/node.ts';
import { isSemantic } from '../manifest/node.ts';
import { SCRIPT, STYLE } from './assets.ts';
import { entryHtml, type Entry, type Link } from './entry.ts';
import { markup, trusted, type Html } from './html.ts';
import { LAYERS, layerOf } from './layers.ts';

export interface SiteOptions {
  readonly generatedAt: Date;
  readonly version: string;
  /** SQL of nodes that were compiled in this invocation */
  readonly compiled?: ReadonlyMap<NodeId, string>;
}

/** The documentation of a project as one HTML page that opens from disk and asks the network for nothing. */
export function renderSite(
  manifest: Manifest,
  catalog: readonly CatalogColumn[],
  options: SiteOptions,
): string {
  const entryOf = entriesOf(manifest, catalog, options);
  const sections = sectionsOf(manifest)
    .filter(({ nodes }) => nodes.length > 0)
    .map(({ title, nodes }) => sectionHtml(title, nodes, entryOf));
  const { project_name: project, adapter_type: engine, target_name: target } = manifest;
  const time = `${options.generatedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<title>${project}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<header>
<h1>${project}</h1>
<div class="quiet">${engine}, target ${target} · etl ${options.version} · ${time}</div>
<input id="filter" type="search" placeholder="Filter by name, column, tag or description" aria-label="Filter" autofocus>
</header>
<main>
${sections}
<p id="nothing" hidden>Nothing matches.</p>
</main>
<script>${trusted(SCRIPT)}</script>
</body>
</html>
`.html;
}

/** Only our own style and script may work in the page, and nothing may be fetched. */
const policy = (): string =>
  `default-src 'none'; style-src '${hashOf(STYLE)}'; script-src '${hashOf(SCRIPT)}'; base-uri 'none'; form-action 'none'`;

const hashOf = (text: string): string =>
  `sha256-${createHash('sha256').update(text).digest('base64')}`;

function sectionsOf(
  manifest: Manifest,
): readonly { readonly title: string; readonly nodes: readonly GraphNode[] }[] {
  const nodes = Object.values(manifest.nodes);
  const models = nodes.filter((n) => n.resource_type === 'model' || n.resource_type === 'snapshot');
  return [
    ...LAYERS.map((layer) => ({
      title: layer,
      nodes: models.filter((node) => layerOf(node) === layer),
    })),
    { title: 'Other models', nodes: models.filter((node) => layerOf(node) === undefined) },
    { title: 'Seeds', nodes: nodes.filter((node) => node.resource_type === 'seed') },
    { title: 'Sources', nodes: Object.values(manifest.sources) },
  ];
}

function sectionHtml(
  title: string,
  nodes: readonly GraphNode[],
  entryOf: (node: GraphNode) => Entry,
): Html {
  const entries = nodes
    .map(entryOf)
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .map(entryHtml);
  return markup`<section><h2>${title}</h2>
${entries}
</section>`;
}

/** Everything that is looked up for an entry, gathered once. */
function entriesOf(
  manifest: Manifest,
  catalog: readonly CatalogColumn[],
  { compiled }: SiteOptions,
): (node: GraphNode) => Entry {
  const parents = parentsOf(manifest);
  const all = [...Object.values(manifest.nodes), ...Object.values(manifest.sources)];
  const shown = new Map<NodeId, Link>(
    all
      .filter((node) => !['test', 'analysis'].includes(node.resource_type))
      .map((node) => [node.unique_id, { id: node.unique_id, name: nameOf(node) }]),
  );
  const linksTo = (ids: readonly NodeId[]): readonly Link[] =>
    [...new Set(ids)].flatMap((id) => shown.get(id) ?? []);
  const children = invert(parents);
  const found = invert(new Map(catalog.map((column) => [column, [relationKey(column.relation)]])));
  return (node) => ({
    node,
    name: nameOf(node),
    columns: 'columns' in node ? node.columns : {},
    found: found.get(keyOf(node)) ?? [],
    tests: (children.get(node.unique_id) ?? []).flatMap((id) => testOf(manifest, id, node)),
    parents: linksTo(parents.get(node.unique_id) ?? []),
    children: linksTo(children.get(node.unique_id) ?? []),
    compiledCode: compiled?.get(node.unique_id),
    testCode: compiled ?? new Map(),
  });
}

/** The test of that id when it is about the node: attached to it, or attached to nothing and reading it. */
function testOf(manifest: Manifest, id: NodeId, node: GraphNode): readonly TestNode[] {
  const test = manifest.nodes[id];
  if (test?.resource_type !== 'test') return [];
  return test.attached_node === null || test.attached_node === node.unique_id ? [test] : [];
}

function invert<A, B>(lists: ReadonlyMap<A, readonly B[]>): ReadonlyMap<B, readonly A[]> {
  const inverse = new Map<B, A[]>();
  for (const [from, list] of lists)
    for (const to of new Set(list)) {
      const known = inverse.get(to);
      if (known === undefined) inverse.set(to, [from]);
      else known.push(from);
    }
  return inverse;
}

function keyOf(node: GraphNode): string {
  if (node.resource_type === 'exposure' || node.resource_type === 'unit_test' || isSemantic(node))
    return '';
  const name = node.resource_type === 'source' ? node.identifier : node.alias;
  return relationKey({ schema: node.schema, name });
}

const nameOf = (node: GraphNode): string =>
  node.resource_type === 'source' ? `${node.source_name}.${node.name}` : node.name;
