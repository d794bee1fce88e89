// `flags:` of dbt_project.yml: options of the command line that a project sets, and dbt's switches between old and new behaviour.

type Kind =
  | 'true or false'
  | 'a text'
  | 'a whole number'
  | 'a mapping'
  | 'true, false or a mapping';

const OPTION_FLAGS: Readonly<Record<string, Kind>> = {
  cache_selected_only: 'true or false',
  check_before_run: 'true or false',
  check_stubs: 'a text',
  debug: 'true or false',
  fail_fast: 'true or false',
  hints_enabled: 'true or false',
  indirect_selection: 'a text',
  lints: 'a mapping',
  log_format: 'a text',
  log_format_file: 'a text',
  log_level: 'a text',
  log_level_file: 'a text',
  maximum_seed_size_mib: 'a whole number',
  partial_parse: 'true or false',
  populate_cache: 'true or false',
  printer_width: 'a whole number',
  run_ledger: 'true, false or a mapping',
  send_anonymous_usage_stats: 'true or false',
  snowflake_projects_otel: 'true or false',
  static_parser: 'true or false',
  use_colors: 'true or false',
  use_colors_file: 'true or false',
  use_experimental_parser: 'true or false',
  use_v2_parser: 'true or false',
  v2_parser: 'a text',
  version_check: 'true or false',
  warn_error: 'true or false',
  warn_error_options: 'a mapping',
  write_json: 'true or false',
};

/** dbt's behaviour flags with the defaults of the version that is followed. */
const BEHAVIOUR_FLAGS: Readonly<Record<string, boolean>> = {
  allow_jinja_file_extensions: false,
  enable_grouped_warn_error_parser_logs: false,
  enable_truthy_nulls_equals_macro: false,
  latest_version_pointer_enabled_by_default: false,
  require_all_warnings_handled_by_warn_error: true,
  require_batched_execution_for_custom_microbatch_strategy: true,
  require_corrected_analysis_fqns: false,
  require_event_names_in_deprecations: false,
  require_explicit_package_overrides_for_builtin_materializations: true,
  require_generic_test_arguments_property: true,
  require_nested_cumulative_type_params: true,
  require_ref_searches_node_package_before_root: false,
  require_resource_names_without_spaces: true,
  require_source_and_semantic_model_names_without_spaces: false,
  require_sql_header_in_test_configs: false,
  require_unique_project_resource_names: false,
  require_valid_schema_from_generate_schema_name: false,
  require_yaml_configuration_for_mf_time_spines: true,
  skip_nodes_if_on_run_start_fails: true,
  source_freshness_run_project_hooks: true,
  state_modified_compare_more_unrendered_values: true,
  state_modified_compare_vars: false,
  support_custom_ref_kwargs: false,
  use_catalogs_v2: false,
  validate_macro_args: true,
};

/** Every name that may stand below `flags:`. */
export const FLAG_NAMES: readonly string[] = [
  ...Object.keys(OPTION_FLAGS),
  ...Object.keys(BEHAVIOUR_FLAGS),
];

/** What the value of a flag has to be and is not; undefined when it is well, or the flag is not known. */
export function flagProblem(name: string, value: unknown): Kind | undefined {
  if (value === null || value === undefined) return undefined;
  const kind =
    OPTION_FLAGS[name] ?? (Object.hasOwn(BEHAVIOUR_FLAGS, name) ? 'true or false' : undefined);
  const isWell =
    kind === undefined ||
    (kind === 'true or false' && typeof value === 'boolean') ||
    (kind === 'a text' && typeof value === 'string') ||
    (kind === 'a whole number' && Number.isInteger(value)) ||
    (kind === 'true, false or a mapping' && typeof value === 'boolean') ||
    (kind.endsWith('a mapping') && typeof value === 'object' && !Array.isArray(value));
  return isWell ? undefined : kind;
}

/** A behaviour flag as the project sets it, or its default. */
export const behaviourFlag = (flags: Readonly<Record<string, unknown>>, name: string): boolean => {
  const value = flags[name];
  return typeof value === 'boolean' ? value : (BEHAVIOUR_FLAGS[name] ?? false);
};
