// A project whose every text tries to become a script.
import type { SiteArtifacts } from '../../../src/site/data/site-data.ts';

const RUN = 'globalThis.hacked=1';
const TRAPS: readonly string[] = [
  `<img src=x onerror=${RUN}>`,
  `<script>${RUN}</script>`,
  `</script><script>${RUN}</script>`,
  `"><svg onload=${RUN}>`,
  `' onmouseover='${RUN}`,
  `[click](javascript:${RUN})`,
  `[click](java\tscript:${RUN})`,
  `![image](javascript:${RUN})`,
  `![image](https://evil.example/x.png)`,
  `[data](data:text/html,<script>${RUN}</script>)`,
  `<a href="javascript:${RUN}">x</a>`,
  `<iframe srcdoc="<script>parent.hacked=1</script>"></iframe>`,
  `<style>@import 'https://evil.example/x.css'</style>`,
  `<base href="https://evil.example/">`,
  `<!-- --><script>${RUN}</script>`,
  `\u2028${RUN}\u2029`,
  `\`\`\`html\n<script>${RUN}</script>\n\`\`\``,
  `<details open ontoggle=${RUN}>`,
  `[ref]\n\n[ref]: javascript:${RUN}`,
  `<https://evil.example/"onclick=${RUN}>`,
  `| a |\n|---|\n| <img src=x onerror=${RUN}> |`,
  `{{ constructor.constructor('${RUN}')() }}`,
  `__proto__`,
  `\u202e\u0000\u{1f600} עברית`,
];
const all = TRAPS.join('\n\n');

/** The artifacts, and the ids of what has a page. */
export function hostileArtifacts(): {
  readonly artifacts: SiteArtifacts;
  readonly ids: readonly string[];
  /** the manifest of a site before, in which every node was otherwise */
  readonly before: SiteArtifacts['manifest'];
} {
  const ids = TRAPS.map((trap, i) => `model.shop.${i}${trap}`);
  const node = (id: string, i: number): Readonly<Record<string, unknown>> => {
    const trap = TRAPS[i] ?? '';
    return {
      unique_id: id,
      resource_type: 'model',
      name: trap,
      description: i === 0 ? all : trap,
      package_name: trap,
      original_file_path: `models/gold/${trap}`,
      fqn: ['shop', 'gold', trap],
      tags: [trap],
      group: trap,
      relation_name: trap,
      raw_code: trap,
      compiled_code: all,
      config: { materialized: trap, grants: { [trap]: [trap] }, meta: { [trap]: trap } },
      columns: { [trap]: { name: trap, description: all, data_type: trap, tags: [trap] } },
      depends_on: { nodes: i === 0 ? [] : [ids[i - 1]], macros: [] },
    };
  };
  const nodes = Object.fromEntries(ids.map((id, i) => [id, node(id, i)]));
  const exposure = 'exposure.shop.x';
  const metadata = { project_name: all, adapter_type: all, dbt_version: all };
  return {
    before: {
      metadata,
      nodes: Object.fromEntries(
        ids.map((id, i) => [id, { ...node(id, i), description: 'old', columns: {}, config: {} }]),
      ),
    },
    ids: [...ids, exposure],
    artifacts: {
      manifest: {
        metadata,
        nodes,
        exposures: {
          [exposure]: {
            name: TRAPS[0],
            type: TRAPS[1],
            url: `javascript:${RUN}`,
            owner: { name: TRAPS[2], email: TRAPS[3] },
            depends_on: { nodes: [ids[0]] },
          },
        },
        docs: { d: { name: '__overview__', package_name: all, block_contents: all } },
      },
      catalog: {
        nodes: Object.fromEntries(
          ids.map((id) => [
            id,
            {
              metadata: { type: all, owner: all },
              columns: { [all]: { name: all, type: all, comment: all, index: 1 } },
              stats: { num_rows: { value: all } },
            },
          ]),
        ),
      },
      runResults: {
        metadata: { generated_at: all },
        args: { which: all },
        results: ids.map((id, i) => ({
          unique_id: id,
          status: i % 2 === 0 ? 'error' : TRAPS[i],
          message: all,
          thread_id: TRAPS[i],
          execution_time: i,
          timing: [
            { started_at: '2026-01-02T03:04:05Z', completed_at: '2026-01-02T03:04:06Z' },
            { started_at: all, completed_at: all },
          ],
        })),
      },
      lineage: {
        events: ids.map((id, i) => ({
          dataset: {
            name: id,
            facets: {
              etl_node: { unique_id: id, unknown: all },
              columnLineage: {
                fields: {
                  [all]: {
                    inputFields: [
                      {
                        name: ids[i - 1] ?? all,
                        field: all,
                        transformations: [{ type: 'DIRECT', subtype: TRAPS[i] }],
                      },
                      {
                        name: all,
                        field: all,
                        transformations: [{ type: 'DIRECT', subtype: all }],
                      },
                    ],
                  },
                },
              },
            },
          },
        })),
      },
      profiles: new Map(
        ids.map((id) => [
          id,
          {
            rows: 1,
            of: 'all' as const,
            columns: [{ name: all, as: 'value' as const, nulls: 0, min: all, max: all }],
          },
        ]),
      ),
      history: [
        {
          invocation: all,
          at: all,
          seconds: 1,
          command: all,
          target: all,
          cancelled: false,
          results: ids.map((id, i) => ({ id, status: TRAPS[i] ?? '', seconds: i, failures: i })),
        },
      ],
      sources: {
        results: [
          {
            unique_id: ids[0],
            status: all,
            max_loaded_at: all,
            snapshotted_at: all,
            max_loaded_at_time_ago_in_s: 1,
          },
        ],
      },
    },
  };
}
