// Artifacts of a project of any size, the same each time: layers of models with fifteen columns, tests, a catalog and a run.
const COLUMNS = 15;
const LAYERS = ['staging', 'bronze', 'silver', 'silver', 'gold', 'gold'];

/** `models` models and a fifth as many sources; returns the artifacts as values. */
export function artifactsOf(models) {
  let state = 7;
  const next = (below) => {
    // the generator of ANSI C: even enough for data, and the same everywhere
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  const perLayer = Math.ceil(models / LAYERS.length);
  const idOf = (i) => `model.bench.model_${i}_of_${LAYERS[Math.floor(i / perLayer)]}`;
  const columns = (i) =>
    Array.from({ length: COLUMNS }, (_, c) =>
      c === 0 ? `model_${i}_id` : `column_${c}_${i % 97}`,
    );
  const nodes = {};
  const sources = {};
  const tables = {};
  const results = [];
  for (let i = 0; i < Math.ceil(models / 5); i++) {
    const id = `source.bench.erp.table_${i}`;
    sources[id] = {
      unique_id: id,
      resource_type: 'source',
      source_name: 'erp',
      name: `table_${i}`,
      package_name: 'bench',
      original_file_path: 'models/sources.yml',
      fqn: ['bench', 'erp', `table_${i}`],
      tags: [],
      description: `Table ${i} as the ERP delivers it.`,
      columns: {},
      config: { enabled: true },
      schema: 'erp',
    };
  }
  const sourceIds = Object.keys(sources);
  for (let i = 0; i < models; i++) {
    const layer = Math.floor(i / perLayer);
    const id = idOf(i);
    const near = i % perLayer;
    const parents =
      layer === 0
        ? [sourceIds[near % sourceIds.length]]
        : Array.from({ length: 1 + next(3) }, () =>
            idOf(
              (layer - 1) * perLayer + Math.min(perLayer - 1, Math.max(0, near + next(20) - 10)),
            ),
          );
    const name = id.split('.').at(-1);
    const code = `select\n${columns(i)
      .map((column) => `  coalesce(t.${column}, 0) as ${column}`)
      .join(
        ',\n',
      )}\nfrom {{ ref('${parents[0].split('.').at(-1)}') }} t\nwhere t.day >= current_date - ${i}\n`;
    nodes[id] = {
      unique_id: id,
      resource_type: 'model',
      name,
      package_name: 'bench',
      original_file_path: `models/${LAYERS[layer]}/${name}.sql`,
      fqn: ['bench', LAYERS[layer], name],
      tags: i % 10 === 0 ? ['nightly'] : [],
      description: `What model ${i} is for: one row per day and store, with the figures that the board reads.`,
      columns: Object.fromEntries(
        columns(i).map((column) => [
          column,
          { name: column, description: `The ${column} of model ${i}.` },
        ]),
      ),
      config: { enabled: true, materialized: layer < 2 ? 'view' : 'table' },
      depends_on: { nodes: [...new Set(parents)], macros: [] },
      schema: LAYERS[layer],
      relation_name: `"db"."${LAYERS[layer]}"."${name}"`,
      raw_code: code,
      compiled_code: code.replace(/\{\{.*\}\}/, '"db"."x"'),
    };
    tables[id] = {
      metadata: { type: 'BASE TABLE', owner: 'etl' },
      columns: Object.fromEntries(
        columns(i).map((column, c) => [
          column,
          { name: column, type: c === 0 ? 'bigint' : 'numeric(18,2)', index: c + 1 },
        ]),
      ),
      stats: { num_rows: { value: next(1_000_000) }, num_bytes: { value: next(100_000_000) } },
    };
    const test = `test.bench.not_null_${name}`;
    nodes[test] = {
      unique_id: test,
      resource_type: 'test',
      name: `not_null_${name}`,
      package_name: 'bench',
      original_file_path: `models/${LAYERS[layer]}/schema.yml`,
      fqn: ['bench', LAYERS[layer], `not_null_${name}`],
      tags: [],
      columns: {},
      config: { enabled: true, severity: 'ERROR' },
      attached_node: id,
      column_name: columns(i)[0],
      test_metadata: { name: 'not_null' },
      depends_on: { nodes: [id], macros: [] },
      raw_code: '{{ test_not_null(**_dbt_generic_test_kwargs) }}',
    };
    for (const one of [id, test])
      results.push({
        unique_id: one,
        status: one === id ? 'success' : 'pass',
        thread_id: `Thread-${1 + (i % 4)}`,
        execution_time: next(1000) / 1000,
        timing: [
          {
            name: 'execute',
            started_at: new Date(1.7e12 + i * 100).toISOString(),
            completed_at: new Date(1.7e12 + i * 100 + 90).toISOString(),
          },
        ],
        message: 'SELECT 1',
        adapter_response: { rows_affected: 1 },
      });
  }
  const of = (kind, version) => ({
    dbt_schema_version: `https://schemas.getdbt.com/dbt/${kind}/v${version}.json`,
    generated_at: '2026-01-01T00:00:00Z',
  });
  return {
    'manifest.json': {
      metadata: {
        ...of('manifest', 12),
        project_name: 'bench',
        adapter_type: 'postgres',
        dbt_version: '1.11.0',
      },
      nodes,
      sources,
    },
    'catalog.json': { metadata: of('catalog', 1), nodes: tables, sources: {} },
    'run_results.json': {
      metadata: of('run-results', 6),
      elapsed_time: models / 10,
      args: { which: 'build' },
      results,
    },
  };
}
