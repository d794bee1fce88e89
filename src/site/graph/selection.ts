// The grammar of --select over the data of the site: the evaluation is the one of the command line.
import type { ProjectGraph } from '../../graph/graph.ts';
import { select } from '../../graph/select/select.ts';
import { nodeId, type NodeId } from '../../kernel/node-id.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import type { SiteIndex } from '../data/format.ts';

export interface Selected {
  readonly places: ReadonlySet<number>;
  /** what is wrong with the text; empty when it can be understood */
  readonly problems: readonly string[];
}

/** A function that tells which nodes a text selects. */
export function selectorOf(index: SiteIndex): (text: string) => Selected {
  const { manifest, graph, places } = asProject(index);
  return (text) => {
    const { value, diagnostics } = select(manifest, graph, { select: [text], indirect: 'empty' });
    return {
      places: new Set([...(value ?? [])].map((id) => places.get(id) ?? -1)),
      problems: diagnostics.map(({ message, hint }) =>
        hint === undefined ? message : `${message} ${hint}`,
      ),
    };
  };
}

interface AsProject {
  readonly manifest: Manifest;
  readonly graph: ProjectGraph;
  readonly places: ReadonlyMap<string, number>;
}

function asProject({ project, nodes, edges, configs }: SiteIndex): AsProject {
  const sections: Record<string, Record<string, unknown>> = {
    nodes: {},
    sources: {},
    exposures: {},
    semantics: {},
    unit_tests: {},
  };
  const ids: NodeId[] = [];
  for (const row of nodes) {
    if (row.type === 'macro') continue;
    const section = sections[SECTION_OF[row.type] ?? 'nodes'] ?? {};
    ids.push(nodeId(row.id));
    const config = { enabled: true, tags: row.tags ?? [], ...configs[row.config ?? -1] };
    section[row.id] = {
      unique_id: row.id,
      resource_type: row.type,
      name: nameOf(row.name, row.type, row.source),
      package_name: row.pkg ?? '',
      path: row.path ?? '',
      original_file_path: row.path ?? '',
      fqn: row.fqn ?? [row.pkg ?? '', row.name],
      tags: row.tags ?? [],
      group: row.group ?? null,
      access: row.access ?? 'protected',
      source_name: row.source ?? '',
      version: row.version ?? null,
      latest_version: row.latest ?? null,
      test_metadata: row.kind === undefined ? null : { name: row.kind },
      meta: 'meta' in config ? config.meta : {},
      config,
    };
  }
  const near = (from: 0 | 1): ReadonlyMap<string, readonly NodeId[]> => {
    const lists = new Map<string, NodeId[]>();
    for (let i = 0; i < edges.length; i += 2) {
      const at = nodes[edges[i + from] ?? -1]?.id ?? '';
      const other = nodes[edges[i + 1 - from] ?? -1]?.id ?? '';
      const list = lists.get(at) ?? [];
      list.push(nodeId(other));
      lists.set(at, list);
    }
    return lists;
  };
  const [children, parents] = [near(0), near(1)];
  const known = new Set<string>(ids);
  return {
    // the matchers look at these fields and at no others
    manifest: {
      ...sections,
      project_name: project,
      selectors: {},
      disabled: {},
    } as unknown as Manifest,
    graph: {
      ids: ids.toSorted(),
      has: (id) => known.has(id),
      parents: (id) => parents.get(id) ?? [],
      children: (id) => children.get(id) ?? [],
    },
    places: new Map(nodes.map(({ id }, place) => [id, place])),
  };
}

const SECTION_OF: Readonly<Record<string, string>> = {
  source: 'sources',
  exposure: 'exposures',
  metric: 'semantics',
  semantic_model: 'semantics',
  saved_query: 'semantics',
  unit_test: 'unit_tests',
};

/** The site shows a source by both names and a model by its version. */
const nameOf = (name: string, type: string, source: string | undefined): string =>
  type === 'source' && source !== undefined && name.startsWith(`${source}.`)
    ? name.slice(source.length + 1)
    : name;
