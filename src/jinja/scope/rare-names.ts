// Names of dbt's context that few templates use: what has a meaning here, and what says that it has none.
import { str } from '../py/print.ts';
import { hostFunction, namedFunction, HostFunction } from '../host-function.ts';
import { templateError } from '../errors.ts';
import type { Args, Kwargs, PyObject, Value } from '../py/values.ts';
import type { Makers } from './lazy-names.ts';
import type { NodeSettings } from './settings.ts';

/** `ref` with what packages read at it: `builtins.ref.config`, the project without its connection. */
export class RefFunction extends HostFunction {
  readonly #config: () => Value;

  constructor(run: (args: Args, kwargs: Kwargs) => Value, config: () => Value) {
    super('ref', run);
    this.#config = config;
  }

  pyAttr(name: string): Value {
    return name === 'config' ? this.#config() : undefined;
  }
}

/** `validation.any[type, …]`: a check of a config value; it lets everything pass, as the types are Python's. */
class Validation implements PyObject {
  readonly pyType = 'validation';

  pyAttr(name: string): Value {
    return name === 'any' ? new AnyOf() : undefined;
  }
}

class AnyOf implements PyObject {
  readonly pyType = 'any';

  pyItem(): Value {
    return hostFunction('validator', () => '');
  }
}

/** What `adapter.dispatch` took the place of. */
const adapterMacro: Value = hostFunction('adapter_macro', (args) => {
  const name = str(args[0] ?? 'name');
  throw templateError(
    'ETL2002',
    'The "adapter_macro" macro has been deprecated: use adapter.dispatch',
    `Write adapter.dispatch('${name}')(...).`,
  );
});

const missing = (name: string, what: string): Value =>
  hostFunction(name, () => {
    throw templateError('ETL4002', `${name}() cannot be used: ${what}`);
  });

/** How to make them. */
export const RARE_MAKERS: Makers<NodeSettings> = {
  defer_relation: () => null,
  source_node: () => null,
  validation: () => new Validation(),
  /** dbt writes it below target/run, where every statement is kept anyway */
  write: () => namedFunction('write', ['payload'], () => ''),
  sql_now: ({ engine }) => (engine.type === 'clickhouse' ? "now64(6, 'UTC')" : 'now()'),
  submit_python_job: () => missing('submit_python_job', 'models in Python are not run here'),
  adapter_macro: () => adapterMacro,
  metric: () => missing('metric', 'there are no metrics here'),
  function: () => missing('function', 'resources of the type function are not there'),
};
