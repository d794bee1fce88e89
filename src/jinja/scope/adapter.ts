// `adapter`: what templates may ask and order.
import { md5 } from '../../kernel/hash.ts';
import { stagedName } from '../../kernel/staged-name.ts';
import { fail } from '../faults.ts';
import { askingFunction, hostFunction, namedFunction } from '../host-function.ts';
import { truthy } from '../py/compare.ts';
import { Dict, dictGet, isDict } from '../py/dict.ts';
import { str } from '../py/print.ts';
import { iterate } from '../py/sequence.ts';
import { bindArguments } from '../py/signature.ts';
import type { PyObject, Value } from '../py/values.ts';
import { getAttribute } from '../py/access.ts';
import { readingMethods, writingMethods } from './adapter-methods.ts';
import type { CallMacro, Method } from './adapter-methods.ts';
import { columnConstraints, modelConstraints } from './constraints.ts';
import { Relation } from './relation.ts';
import type { EngineWords } from './settings.ts';

/** What the object takes from the render it belongs to. */
export interface AdapterLinks {
  readonly dispatch: Value;
  readonly call: CallMacro;
  /** whether the project has its own version of an engine's macro */
  readonly isProjects: (name: string) => boolean;
  /** a name as templates of this render see it */
  readonly lookup: (name: string) => Value;
}

/** There is no cache of relations, and nothing of a warehouse without partitions, catalogs and hidden columns. */
const NOTHING: Readonly<Record<string, Value>> = {
  cache_added: '',
  cache_dropped: '',
  cache_renamed: '',
  build_catalog_relation: null,
  get_catalog_integration: null,
  get_partitions_metadata: null,
  get_pseudocolumns_for_relation: [],
};

/** The behaviour flags of an adapter: all are off. */
class Behaviour implements PyObject {
  readonly pyType = 'Behavior';

  pyAttr(): Value {
    return false;
  }
}

/** An index config as macros see it: its parts, and a name for it on a relation. */
class IndexConfig implements PyObject {
  readonly pyType = 'IndexConfig';
  readonly #parts: Readonly<Record<'columns' | 'unique' | 'type', Value>>;

  constructor(parts: Readonly<Record<'columns' | 'unique' | 'type', Value>>) {
    this.#parts = parts;
  }

  pyAttr(name: string): Value {
    if (name === 'columns' || name === 'unique' || name === 'type') return this.#parts[name];
    if (name !== 'render') return undefined;
    return namedFunction(name, ['relation'], ([relation]) => {
      const { columns, unique, type } = this.#parts;
      const where = relation instanceof Relation ? relation.render() : str(relation ?? '');
      return md5(`${str(columns)} ${where} ${str(unique)} ${str(type)}`);
    });
  }

  pyNames(): Iterable<string> {
    return ['columns', 'unique', 'type', 'render'];
  }
}

function parseIndex(raw: Value): Value {
  if (raw === undefined || raw === null) return null;
  const columns = isDict(raw) ? dictGet(raw, 'columns') : undefined;
  if (!isDict(raw) || !Array.isArray(columns) || columns.length === 0)
    return fail(
      `an index is written as {columns: [a, b], unique: true, type: btree}, not as ${str(raw)}`,
      'ValueError',
    );
  return new IndexConfig({
    columns: columns as Value[],
    unique: truthy(dictGet(raw, 'unique') ?? false),
    type: dictGet(raw, 'type') ?? null,
  });
}

/** privilege → grantees, from the rows of `get_show_grant_sql`. */
function grantsOf(table: Value): Dict {
  const grants = new Dict();
  for (const row of table === undefined || table === null ? [] : iterate(table)) {
    const privilege = getAttribute(row, 'privilege_type');
    const known = grants.get(privilege);
    const grantee = getAttribute(row, 'grantee');
    if (Array.isArray(known)) (known as Value[]).push(grantee);
    else grants.set(privilege, [grantee]);
  }
  return grants;
}

function hardDeletes(config: Value): string {
  const get = (key: string): Value => (isDict(config) ? dictGet(config, key) : undefined) ?? null;
  const [legacy, wanted] = [get('invalidate_hard_deletes'), get('hard_deletes')];
  if (legacy !== null && wanted !== null)
    return fail('set either invalidate_hard_deletes or hard_deletes, not both', 'ValueError');
  if (wanted === null) return truthy(legacy) ? 'invalidate' : 'ignore';
  const name = str(wanted);
  return ['ignore', 'invalidate', 'new_record'].includes(name)
    ? name
    : fail(`hard_deletes is ignore, invalidate or new_record, not ${name}`, 'ValueError');
}

const STRATEGIES = ['append', 'delete+insert', 'merge', 'insert_overwrite', 'microbatch'];

/** `adapter`: what templates may ask and order; `dispatch` comes from the render. */
export class AdapterObject implements PyObject {
  readonly pyType = 'adapter';
  readonly #engine: EngineWords;
  readonly #execute: boolean;
  readonly #links: AdapterLinks;
  #known: Readonly<Record<string, Method>> | undefined;

  constructor(engine: EngineWords, execute: boolean, links: AdapterLinks) {
    this.#engine = engine;
    this.#execute = execute;
    this.#links = links;
  }

  get #methods(): Readonly<Record<string, Method>> {
    return (this.#known ??= {
      ...readingMethods(this.#engine, this.#links),
      ...writingMethods(this.#links.call),
    });
  }

  pyStr(): string {
    return `<adapter ${this.#engine.type}>`;
  }

  pyNames(): Iterable<string> {
    return [
      'dispatch',
      'type',
      'quote',
      'quote_as_configured',
      'quote_seed_column',
      'standardize_grants_dict',
      'parse_index',
      'verify_database',
      'get_hard_deletes_behavior',
      'get_incremental_strategy_macro',
      'render_raw_columns_constraints',
      'render_raw_model_constraints',
      'behavior',
      'Relation',
      'Column',
      ...Object.keys(NOTHING),
      ...Object.keys(this.#methods),
    ];
  }

  pyAttr(name: string): Value {
    // most templates ask for nothing else, and what the others are is more to make
    if (name === 'dispatch') return this.#links.dispatch;
    const method = Object.hasOwn(this.#methods, name) ? this.#methods[name] : undefined;
    if (method !== undefined)
      return this.#execute
        ? askingFunction(name, (args, kwargs) =>
            method.start(bindArguments(name, method.parameters, args, kwargs)),
          )
        : hostFunction(name, () => method.parsing());
    if (Object.hasOwn(NOTHING, name)) return hostFunction(name, () => NOTHING[name]);
    return this.#plain(name);
  }

  #plain(name: string): Value {
    const { style, columns, type } = this.#engine;
    switch (name) {
      case 'type':
        return namedFunction(name, [], () => type);
      case 'quote':
        return namedFunction(name, ['identifier'], ([identifier]) =>
          style.quote(str(identifier ?? '')),
        );
      case 'quote_as_configured':
        return namedFunction(name, ['identifier', 'quote_key'], ([identifier, key]) => {
          const place = str(key ?? 'identifier');
          const quoted =
            place === 'database' || place === 'schema'
              ? style.policy[place]
              : style.policy.identifier;
          return quoted ? style.quote(str(identifier ?? '')) : str(identifier ?? '');
        });
      case 'quote_seed_column':
        return namedFunction(name, ['column', 'quote_config'], ([column, wanted]) =>
          wanted === false ? str(column ?? '') : style.quote(str(column ?? '')),
        );
      case 'standardize_grants_dict':
        return namedFunction(name, ['grants_table'], ([table]) => grantsOf(table));
      case 'parse_index':
        return namedFunction(name, ['raw_index'], ([raw]) => parseIndex(raw));
      case 'get_hard_deletes_behavior':
        return namedFunction(name, ['config'], ([config]) => hardDeletes(config));
      case 'internal_name':
        return namedFunction(name, ['relation', 'suffix'], ([relation, suffix]) =>
          this.#internalName(relation, str(suffix ?? '')),
        );
      case 'verify_database':
        return namedFunction(name, ['database'], ([database]) => this.#verify(str(database ?? '')));
      case 'get_incremental_strategy_macro':
        return namedFunction(name, ['model_context', 'strategy'], ([, strategy]) =>
          this.#strategyMacro(strategy),
        );
      case 'render_raw_columns_constraints':
        return namedFunction(name, ['raw_columns'], ([raw]) => columnConstraints(raw, style.quote));
      case 'render_raw_model_constraints':
        return namedFunction(name, ['raw_constraints'], ([raw]) => modelConstraints(raw));
      case 'behavior':
        return new Behaviour();
      case 'Relation':
        return this.#links.lookup('api') === undefined
          ? undefined
          : getAttribute(this.#links.lookup('api'), 'Relation');
      case 'Column':
        return columns;
      default:
        return undefined;
    }
  }

  /** A name beside a relation that only this run uses, and that a later run sweeps when this one is killed. */
  #internalName(relation: Value, suffix: string): string {
    if (!(relation instanceof Relation)) return fail('internal_name needs a relation', 'TypeError');
    const run = this.#links.lookup('invocation_id');
    const { name } = stagedName(relation.address, typeof run === 'string' ? run : '');
    return suffix === '' ? name : `${name}_${suffix}`;
  }

  #strategyMacro(asked: Value): Value {
    const strategy = asked === undefined || asked === null ? 'default' : str(asked);
    const { strategies, type } = this.#engine;
    if (STRATEGIES.includes(strategy) && !strategies.has(strategy))
      return fail(`${type} has no incremental strategy '${strategy}'`, 'RuntimeError');
    const name = `get_incremental_${strategy.replaceAll('+', '_')}_sql`;
    return (
      this.#links.lookup(name) ??
      fail(`there is no incremental strategy macro "${name}"`, 'RuntimeError')
    );
  }

  /** On an engine whose databases cannot see each other, a name of another one is an error. */
  #verify(database: string): string {
    const target = this.#links.lookup('target');
    const own = isDict(target) ? dictGet(target, 'database') : null;
    const bare = database.replace(/^"|"$/g, '');
    if (typeof own === 'string' && bare.toLowerCase() !== own.toLowerCase())
      return fail(
        `cross-database reference: the target is "${own}", "${bare}" was asked for`,
        'RuntimeError',
      );
    return '';
  }
}
