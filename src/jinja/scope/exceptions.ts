import { namedFunction } from '../host-function.ts';
import { str } from '../py/print.ts';
import type { PyObject, Value } from '../py/values.ts';
import { templateError } from '../errors.ts';

const RAISING: Readonly<Record<string, readonly string[]>> = {
  raise_compiler_error: ['msg', 'node'],
  raise_database_error: ['msg', 'node'],
  raise_not_implemented: ['msg'],
  raise_dependency_error: ['msg'],
  raise_fail_fast_error: ['msg', 'node'],
  raise_contract_error: ['yaml_columns', 'sql_columns'],
  column_type_missing: ['column_names'],
  missing_config: ['model', 'name'],
  missing_materialization: ['model', 'adapter_type'],
  missing_relation: ['relation', 'model'],
  relation_wrong_type: ['relation', 'expected_type', 'model'],
  raise_ambiguous_alias: ['node_1', 'node_2', 'duped_name'],
  raise_ambiguous_catalog_match: ['unique_id', 'match_1', 'match_2'],
  raise_cache_inconsistent: ['message'],
  raise_dataclass_not_dict: ['obj'],
  raise_dep_not_found: ['node', 'node_description', 'required_pkg'],
  raise_duplicate_patch_name: ['patch_1', 'existing_patch_path'],
  raise_duplicate_resource_name: ['node_1', 'node_2'],
  raise_invalid_property_yml_version: ['path', 'issue'],
};

function messageOf(name: string, values: readonly Value[]): string {
  const texts = values.map((value) => (value === undefined ? '' : str(value)));
  switch (name) {
    case 'missing_config':
      return `the config "${texts[1] ?? ''}" is required`;
    case 'relation_wrong_type':
      return `${texts[0] ?? ''} is not a ${texts[1] ?? ''}, as it should be`;
    case 'missing_relation':
      return `the relation ${texts[0] ?? ''} does not exist`;
    case 'column_type_missing':
      return `columns without a data_type: ${texts[0] ?? ''}`;
    case 'raise_contract_error':
      return `the contract is broken: expected ${texts[0] ?? ''}, got ${texts[1] ?? ''}`;
    default:
      return texts.filter((text) => text !== '' && text !== 'None')[0] ?? name;
  }
}

/** The object `exceptions`: each function stops the render with ETL2004; `warn` only warns. */
export class ExceptionsObject implements PyObject {
  readonly pyType = 'exceptions';
  readonly #warn: (message: string) => void;

  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  pyNames(): Iterable<string> {
    return ['warn', 'warn_snapshot_timestamp_data_types', ...Object.keys(RAISING)];
  }

  pyAttr(name: string): Value {
    if (name === 'warn' || name === 'warn_snapshot_timestamp_data_types')
      return namedFunction(name, ['msg', 'node'], ([message]) => {
        this.#warn(str(message ?? ''));
        return '';
      });
    const parameters = Object.hasOwn(RAISING, name) ? RAISING[name] : undefined;
    if (parameters === undefined) return undefined;
    return namedFunction(name, parameters, (values) => {
      throw templateError(
        'ETL2004',
        messageOf(name, values),
        'The project itself stops here: do what its message says, or change the macro.',
      );
    });
  }
}
