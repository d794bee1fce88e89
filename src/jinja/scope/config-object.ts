import { namedFunction } from '../host-function.ts';
import { truthy } from '../py/compare.ts';
import { dictEntries, dictGet, isDict } from '../py/dict.ts';
import { str } from '../py/print.ts';
import type { Kwargs, PyObject, Value } from '../py/values.ts';
import { templateError } from '../errors.ts';
import type { ConfigSource } from './settings.ts';

/** `config`: called it sets, `get` and `require` read the final config (nothing is known while parsing). */
export class ConfigObject implements PyObject {
  readonly pyType = 'config';
  readonly #source: ConfigSource;

  constructor(source: ConfigSource) {
    this.#source = source;
  }

  pyStr(): string {
    return '<config>';
  }

  pyCall(args: readonly Value[], kwargs: Kwargs): Value {
    const values = new Map<string, Value>();
    const [first] = args;
    if (args.length === 1 && kwargs === null && isDict(first))
      for (const [key, value] of dictEntries(first)) values.set(str(key), value);
    else if (args.length > 0)
      throw templateError('ETL2003', 'config() takes named values: config(materialized="table")');
    for (const [key, value] of kwargs ?? []) values.set(key, value);
    this.#source.call(values);
    return '';
  }

  pyNames(): Iterable<string> {
    return [
      'get',
      'require',
      'set',
      'meta_get',
      'meta_require',
      'persist_relation_docs',
      'persist_column_docs',
    ];
  }

  pyAttr(name: string): Value {
    const { isParsing } = this.#source;
    switch (name) {
      case 'get':
      case 'meta_get':
        return namedFunction(name, ['name', 'default', 'validator'], ([key, fallback]) => {
          if (isParsing) return '';
          // a key that is known but not set is None, whatever the default says: as in dbt
          const value = this.#read(name, str(key ?? ''));
          return value === undefined ? (fallback ?? null) : value;
        });
      case 'require':
      case 'meta_require':
        return namedFunction(name, ['name', 'validator'], ([key]) => {
          if (isParsing) return '';
          const value = this.#read(name, str(key ?? ''));
          if (value === undefined)
            throw templateError('ETL4004', `the config "${str(key ?? '')}" is required`);
          return value;
        });
      case 'set':
        return namedFunction(name, ['name', 'value'], ([key, value]) => {
          this.#source.call(new Map([[str(key ?? ''), value ?? null]]));
          return '';
        });
      case 'persist_relation_docs':
        return namedFunction(name, [], () => this.#persists('relation'));
      case 'persist_column_docs':
        return namedFunction(name, [], () => this.#persists('columns'));
      default:
        return undefined;
    }
  }

  #read(method: string, key: string): Value {
    if (!method.startsWith('meta_')) return this.#source.get(key);
    const meta = this.#source.get('meta');
    return isDict(meta) ? dictGet(meta, key) : undefined;
  }

  #persists(what: string): boolean {
    if (this.#source.isParsing) return false;
    const wanted = this.#source.get('persist_docs');
    return isDict(wanted) && truthy(dictGet(wanted, what) ?? false);
  }
}
