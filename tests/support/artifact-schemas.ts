// What readers of dbt's artifacts rely on, in our own words: which keys must be there, which may be, and their types. Keys that are
// not named are refused, because many readers refuse them.
import { z } from 'zod';

const text = z.string();
const textOrNull = z.string().nullable();
const texts = z.array(text);
const anything = z.record(text, z.unknown());
/** readers parse times with exactly six fractional digits and a Z */
const time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);

const metadata = {
  dbt_schema_version: text,
  dbt_version: z.string().regex(/^1\.\d+\.\d+$/),
  generated_at: time,
  invocation_id: textOrNull,
  invocation_started_at: time.nullable(),
  env: z.record(text, text),
};
const fileHash = z.strictObject({ name: text, checksum: text });
const docs = z.strictObject({ show: z.boolean(), node_color: textOrNull });
const ref = z.strictObject({
  name: text,
  package: textOrNull,
  version: z.union([text, z.number()]).nullable(),
});
const column = z.object({
  name: text,
  description: text,
  data_type: textOrNull,
  quote: z.boolean().nullable(),
  meta: anything,
  tags: texts,
  constraints: z.array(z.object({ type: text })),
});
const dependsOn = z.strictObject({ macros: texts, nodes: texts });
const config = z.looseObject({
  enabled: z.boolean(),
  tags: texts.optional(),
  meta: anything.optional(),
});

const address = {
  database: text,
  schema: text,
  name: text,
  package_name: text,
  path: text,
  original_file_path: text,
  unique_id: z.string().regex(/^[a-z_]+\.[^.]+\..+$/),
  fqn: texts.min(1),
  alias: text,
  checksum: fileHash,
  relation_name: textOrNull,
};
const described = {
  config,
  tags: texts,
  description: text,
  columns: z.record(text, column),
  meta: anything,
  group: textOrNull,
  docs,
  patch_path: textOrNull,
  build_path: textOrNull,
  unrendered_config: anything,
  created_at: z.number(),
  raw_code: text,
  doc_blocks: texts,
};
const compilable = {
  language: text,
  refs: z.array(ref),
  sources: z.array(z.tuple([text, text])),
  metrics: z.array(texts),
  functions: z.array(texts),
  depends_on: dependsOn,
  compiled_path: textOrNull,
  compiled: z.boolean(),
  compiled_code: text.optional(),
  extra_ctes_injected: z.boolean(),
  extra_ctes: z.array(z.unknown()),
  contract: z.strictObject({
    enforced: z.boolean(),
    alias_types: z.boolean(),
    checksum: textOrNull,
  }),
};
const model = z.strictObject({
  resource_type: z.literal('model'),
  ...address,
  ...described,
  ...compilable,
  access: z.enum(['private', 'protected', 'public']),
  constraints: z.array(z.object({ type: text })),
  version: z.union([text, z.number()]).nullable(),
  latest_version: z.union([text, z.number()]).nullable(),
  deprecation_date: textOrNull,
  primary_key: texts,
  time_spine: z.null(),
});
const analysis = z.strictObject({
  resource_type: z.literal('analysis'),
  ...address,
  ...described,
  ...compilable,
});
const snapshot = z.strictObject({
  resource_type: z.literal('snapshot'),
  ...address,
  ...described,
  ...compilable,
});
const seed = z.strictObject({
  resource_type: z.literal('seed'),
  ...address,
  ...described,
  root_path: textOrNull,
  depends_on: z.strictObject({ macros: texts }),
});
const dataTest = z.strictObject({
  resource_type: z.literal('test'),
  ...address,
  ...described,
  ...compilable,
  column_name: textOrNull.optional(),
  file_key_name: textOrNull.optional(),
  attached_node: textOrNull.optional(),
  test_metadata: z.strictObject({ name: text, namespace: textOrNull, kwargs: anything }).optional(),
});
const hook = z.strictObject({
  resource_type: z.literal('operation'),
  ...address,
  config,
  tags: texts,
  description: text,
  columns: anything,
  meta: anything,
  created_at: z.number(),
  raw_code: text,
  language: text,
  refs: z.array(ref),
  sources: z.array(texts),
  metrics: z.array(texts),
  functions: z.array(texts),
  depends_on: dependsOn,
  compiled: z.boolean(),
  index: z.number().int().nullable(),
});
const node = z.discriminatedUnion('resource_type', [
  model,
  analysis,
  snapshot,
  seed,
  dataTest,
  hook,
]);

const source = z.strictObject({
  resource_type: z.literal('source'),
  database: text,
  schema: text,
  name: text,
  package_name: text,
  path: text,
  original_file_path: text,
  unique_id: text,
  fqn: texts,
  source_name: text,
  source_description: text,
  loader: text,
  identifier: text,
  quoting: z.record(text, z.boolean().nullable()),
  loaded_at_field: textOrNull,
  loaded_at_query: textOrNull,
  freshness: z.unknown(),
  external: z.null(),
  description: text,
  columns: z.record(text, column),
  meta: anything,
  source_meta: anything,
  tags: texts,
  config,
  patch_path: textOrNull,
  unrendered_config: anything,
  relation_name: textOrNull,
  created_at: z.number(),
  unrendered_database: textOrNull,
  unrendered_schema: textOrNull,
  doc_blocks: texts,
});
const exposure = z.strictObject({
  resource_type: z.literal('exposure'),
  name: text,
  package_name: text,
  path: text,
  original_file_path: text,
  unique_id: text,
  fqn: texts,
  type: z.enum(['dashboard', 'notebook', 'analysis', 'ml', 'application']),
  owner: anything,
  description: text,
  label: textOrNull,
  maturity: z.enum(['low', 'medium', 'high']).nullable(),
  meta: anything,
  tags: texts,
  config,
  unrendered_config: anything,
  url: textOrNull,
  depends_on: dependsOn,
  refs: z.array(ref),
  sources: z.array(texts),
  metrics: z.array(texts),
  created_at: z.number(),
});
const macro = z.strictObject({
  resource_type: z.literal('macro'),
  name: text,
  package_name: text,
  path: text,
  original_file_path: text,
  unique_id: text,
  macro_sql: text,
  depends_on: z.strictObject({ macros: texts }),
  description: text,
  meta: anything,
  docs,
  config: anything,
  patch_path: textOrNull,
  arguments: z.array(z.strictObject({ name: text, type: textOrNull, description: text })),
  created_at: z.number(),
  supported_languages: z.null(),
});
const docBlock = z.strictObject({
  resource_type: z.literal('doc'),
  name: text,
  package_name: text,
  path: text,
  original_file_path: text,
  unique_id: text,
  block_contents: text,
});
const fixtureRows = {
  rows: z.union([text, z.array(anything)]).nullable(),
  format: z.enum(['dict', 'csv', 'sql']),
  fixture: textOrNull,
};
const versionOrNull = z.union([text, z.number()]).nullable();
const versionList = z.array(z.union([text, z.number()])).nullable();
const unitTest = z.strictObject({
  resource_type: z.literal('unit_test'),
  name: text,
  package_name: text,
  path: text,
  original_file_path: text,
  unique_id: z.string().regex(/^unit_test\.[^.]+\.[^.]+\..+$/),
  fqn: texts.min(3),
  model: text,
  given: z.array(z.strictObject({ input: text, ...fixtureRows })),
  expect: z.strictObject(fixtureRows),
  description: text,
  overrides: z.strictObject({ macros: anything, vars: anything, env_vars: anything }).nullable(),
  depends_on: dependsOn,
  config,
  checksum: textOrNull,
  schema: textOrNull,
  created_at: z.number(),
  versions: z.strictObject({ include: versionList, exclude: versionList }).nullable(),
  version: versionOrNull,
});
const nothing = z.strictObject({});
const idLists = z.record(text, texts);

/** manifest.json, version 12. */
export const manifestSchema: z.ZodType = z.strictObject({
  metadata: z.strictObject({
    ...metadata,
    dbt_schema_version: z.literal('https://schemas.getdbt.com/dbt/manifest/v12.json'),
    project_name: text,
    project_id: z.string().regex(/^[0-9a-f]{32}$/),
    user_id: z.null(),
    send_anonymous_usage_stats: z.literal(false),
    adapter_type: text,
    quoting: z.record(text, z.boolean().nullable()),
    run_started_at: time,
  }),
  nodes: z.record(text, node),
  sources: z.record(text, source),
  macros: z.record(text, macro),
  docs: z.record(text, docBlock),
  exposures: z.record(text, exposure),
  metrics: nothing,
  groups: nothing,
  selectors: anything,
  disabled: z.record(text, z.array(z.union([node, source, exposure, unitTest]))),
  parent_map: idLists,
  child_map: idLists,
  group_map: idLists,
  saved_queries: nothing,
  semantic_models: nothing,
  unit_tests: z.record(text, unitTest),
  functions: nothing,
});

/** run_results.json, version 6. */
export const runResultsSchema: z.ZodType = z.strictObject({
  metadata: z.strictObject({
    ...metadata,
    dbt_schema_version: z.literal('https://schemas.getdbt.com/dbt/run-results/v6.json'),
  }),
  results: z.array(
    z.strictObject({
      status: z.enum([
        'success',
        'error',
        'skipped',
        'partial success',
        'no-op',
        'pass',
        'fail',
        'warn',
        'runtime error',
      ]),
      timing: z.array(
        z.strictObject({
          name: z.enum(['compile', 'execute']),
          started_at: time,
          completed_at: time,
        }),
      ),
      thread_id: text,
      execution_time: z.number().min(0),
      adapter_response: anything,
      message: textOrNull,
      failures: z.number().int().nullable(),
      unique_id: text,
      compiled: z.boolean().nullable(),
      compiled_code: textOrNull,
      relation_name: textOrNull,
      batch_results: z.null(),
    }),
  ),
  elapsed_time: z.number(),
  args: anything,
});

const table = z.strictObject({
  metadata: z.strictObject({
    type: text,
    schema: text,
    name: text,
    database: textOrNull,
    comment: textOrNull,
    owner: textOrNull,
  }),
  columns: z.record(
    text,
    z.strictObject({ type: text, index: z.number().int(), name: text, comment: textOrNull }),
  ),
  stats: z.record(
    text,
    z.strictObject({
      id: text,
      label: text,
      value: z.union([z.boolean(), text, z.number()]).nullable(),
      include: z.boolean(),
      description: textOrNull,
    }),
  ),
  unique_id: textOrNull,
});

/** catalog.json, version 1. */
export const catalogSchema: z.ZodType = z.strictObject({
  metadata: z.strictObject({
    ...metadata,
    dbt_schema_version: z.literal('https://schemas.getdbt.com/dbt/catalog/v1.json'),
  }),
  nodes: z.record(text, table),
  sources: z.record(text, table),
  errors: z.array(text).nullable(),
  _compile_results: z.null().optional(),
});
