// How a table is stored: `fillfactor`, `storage_parameters` and `unlogged` of a node's config.
import type { EngineConfig } from '../../adapter/contract.ts';
import type { Statement } from '../../adapter/statement.ts';
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import { configText } from '../../kernel/config-text.ts';
import { EtlError } from '../../kernel/error.ts';
import type { RelationName } from '../../kernel/relation.ts';
import type { Facts } from './facts.ts';
import { relationText } from './quote.ts';
import { repeatable } from './statements.ts';

interface Stored {
  readonly target: RelationName;
  readonly config: EngineConfig;
}

const wrong = ({ schema, name }: RelationName, why: string, hint?: string): EtlError =>
  new EtlError([
    {
      code: 'ETL4004',
      severity: 'error',
      message: why.replace('%', `${schema}.${name}`),
      ...(hint === undefined ? {} : { hint }),
    },
  ]);

/** A config that is a mapping. */
export const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function requireFillfactor(target: RelationName, fillfactor: unknown): string {
  const percent = Number(fillfactor);
  if (!Number.isInteger(percent) || percent < 10 || percent > 100)
    throw wrong(target, 'fillfactor of % must be a whole number from 10 to 100');
  return String(percent);
}

/** The storage parameters of a config, by name. Throws for what can be none; whether the server knows one, it says itself. */
function storageParameters(
  target: RelationName,
  config: EngineConfig,
): ReadonlyMap<string, string> {
  const { fillfactor, storage_parameters: more } = config;
  const found = new Map<string, string>();
  if (more !== undefined && more !== null) {
    const hint = 'Write storage_parameters as {autovacuum_vacuum_scale_factor: 0.02}.';
    if (!isMapping(more)) throw wrong(target, 'storage_parameters of % must be a mapping', hint);
    for (const [name, value] of Object.entries(more)) {
      if (!/^[a-z_]+(\.[a-z_]+)?$/.test(name))
        throw wrong(target, `storage_parameters of %: "${name}" is not a name of one`, hint);
      const text = configText(value);
      if (!/^[\w.+-]+$/.test(text))
        throw wrong(target, `storage_parameters of %: ${name} needs a number or a word`, hint);
      found.set(name, text);
    }
  }
  if (fillfactor !== undefined && fillfactor !== null)
    found.set('fillfactor', requireFillfactor(target, fillfactor));
  return found;
}

const list = (parameters: ReadonlyMap<string, string>): string =>
  [...parameters].map(([name, value]) => `${name} = ${value}`).join(', ');

/** `with (...)` of a table or materialized view, from its config. */
export function storage(target: RelationName, config: EngineConfig): string {
  const parameters = storageParameters(target, config);
  return parameters.size === 0 ? '' : ` with (${list(parameters)})`;
}

/** `unlogged ` where the config says so. */
export const persistence = ({ config }: Stored): string =>
  config['unlogged'] === true ? 'unlogged ' : '';

/** Sets the parameters that a table which stays has not; what the config does not name is left as it is. */
export function changeStorage({ target, config }: Stored, facts: Facts): readonly Statement[] {
  const there = new Set(facts.options);
  const missing = new Map(
    [...storageParameters(target, config)].filter(([name, v]) => !there.has(`${name}=${v}`)),
  );
  if (missing.size === 0 || facts.relkind === 'p') return [];
  return [
    repeatable('alter', `alter table ${relationText(target)} set (${list(missing)})`, target),
  ];
}

/** What of the config only a rebuilt table gets. */
export function notApplied({ target, config }: Stored, facts: Facts): readonly Diagnostic[] {
  const { unlogged } = config;
  if (facts.relkind !== 'r' || typeof unlogged !== 'boolean' || unlogged === facts.isUnlogged)
    return [];
  const [is, wanted] = unlogged ? ['logged', 'unlogged'] : ['unlogged', 'logged'];
  return [
    {
      code: 'ETL4041',
      severity: 'warning',
      message: `${target.schema}.${target.name} is ${is}, and its config wants it ${wanted}: that takes effect when it is built anew`,
      hint: 'Run it once with --full-refresh: changing it in place would keep its readers waiting.',
    },
  ];
}
