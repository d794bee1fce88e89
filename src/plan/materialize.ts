// Running the Jinja of a materialization: the body is called like a macro, with the names that dbt gives it.
import type { TemplateHost } from '../jinja/host.ts';
import type { MacroEntry } from '../jinja/library.ts';
import { toPython } from '../jinja/py/convert.ts';
import { callValue } from '../jinja/py/access.ts';
import { dictGet, isDict } from '../jinja/py/dict.ts';
import { iterate } from '../jinja/py/sequence.ts';
import type { Value } from '../jinja/py/values.ts';
import { Relation } from '../jinja/scope/relation.ts';
import { statementNames } from '../jinja/scope/statements.ts';
import { EtlError } from '../kernel/error.ts';
import type { ToldAs } from '../kernel/told-as.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import type { Asking, CompiledNode } from './compiler.ts';
import type { ScopeMaker } from './run-scope.ts';

/** What a materialization is run with. */
export interface MaterializeInputs {
  readonly node: ExecutableNode;
  readonly macro: MacroEntry;
  readonly isIncremental: boolean;
  /** undefined for a seed, which has no SQL */
  readonly compiled: CompiledNode | undefined;
  readonly log: (message: string, info: ToldAs) => void;
}

/** What it gave. */
export interface Materialized {
  /** the relations it says it made */
  readonly relations: readonly Relation[];
  /** what was kept as the result `main`: a response, data, a table; None when there is none */
  readonly main: Value;
}

const LANGUAGES = /\bsupported_languages\s*=\s*\[([^\]]*)\]/;

const refuse = (node: ExecutableNode, message: string, hint: string): EtlError =>
  new EtlError([
    {
      code: 'ETL2050',
      severity: 'error',
      message,
      at: node.place,
      node: node.unique_id,
      hint,
    },
  ]);

/** The languages that the tag of a materialization names; SQL where it names none. */
function languagesOf(macro: MacroEntry): readonly string[] {
  const tag = macro.text.slice(0, macro.text.indexOf('%}'));
  const named = LANGUAGES.exec(tag)?.[1];
  return named === undefined ? ['sql'] : [...named.matchAll(/\w+/g)].map(([word]) => word);
}

/** The relations in what a materialization returned. Throws an EtlError ETL2050 when it is not what dbt wants. */
function relationsOf(value: Value, inputs: MaterializeInputs): readonly Relation[] {
  const { node, macro } = inputs;
  const name = node.config.materialized;
  const hint = 'End it with {{ return({"relations": [target_relation]}) }}.';
  const at = `${macro.path}:${macro.line}`;
  if (!isDict(value))
    throw refuse(
      node,
      typeof value === 'string' || value === null || value === undefined
        ? `the materialization "${name}" (${at}) did not explicitly return a list of relations`
        : `the materialization "${name}" (${at}) must return a dictionary with the key "relations"`,
      hint,
    );
  const relations = dictGet(value, 'relations');
  const list = Array.isArray(relations) ? [...iterate(relations)] : undefined;
  if (list === undefined || !list.every((r) => r instanceof Relation))
    throw refuse(
      node,
      `what the materialization "${name}" (${at}) returns as "relations" is not a list of relations`,
      hint,
    );
  return list;
}

/**
 * Runs the body of a materialization for a node. Yields its questions; statements among them are sent once and in order. Throws
 * an EtlError when the materialization does not fit the node, fails, or returns something else than relations.
 */
export function* materialize(
  host: TemplateHost,
  scopes: ScopeMaker,
  inputs: MaterializeInputs,
): Asking<Materialized> {
  const { node, macro, compiled } = inputs;
  const languages = languagesOf(macro);
  if (!languages.includes(node.language))
    throw refuse(
      node,
      `the materialization "${node.config.materialized}" is only for ${languages.join(', ')}; ${node.name} is written in ${node.language}`,
      'Choose another materialization for this model.',
    );
  const results = statementNames(true);
  const sql = compiled?.sql ?? null;
  const hooks = (key: 'pre-hook' | 'post-hook'): Value =>
    toPython(
      (node.config[key] ?? []).map(({ sql: text, transaction, index }) => ({
        sql: text,
        transaction,
        index,
      })),
    );
  const scope = scopes.forMaterialization(
    node,
    {
      isIncremental: inputs.isIncremental,
      log: inputs.log,
      compiledCode: sql,
      header: compiled?.header,
    },
    {
      ...results,
      sql,
      compiled_code: sql,
      pre_hooks: hooks('pre-hook'),
      post_hooks: hooks('post-hook'),
    },
  );
  const called = yield* host.callMacroAsking(
    { packageName: macro.packageName, name: macro.name, contextPackage: node.package_name },
    scope,
  );
  const main = callValue(results['load_result'] ?? null, ['main'], null);
  return {
    relations: node.resource_type === 'test' ? [] : relationsOf(called.value, inputs),
    main,
  };
}
