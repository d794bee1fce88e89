import { didYouMean } from '../../kernel/did-you-mean.ts';
import { md5 } from '../../kernel/hash.ts';
import type { RenderAttempt } from '../attempt.ts';
import { fail } from '../faults.ts';
import { hostFunction, namedFunction } from '../host-function.ts';
import { truthy } from '../py/compare.ts';
import { PySet, dictEntries, isDict } from '../py/dict.ts';
import { repr, str } from '../py/print.ts';
import { iterate } from '../py/sequence.ts';
import { PyFloat, Tuple, isNumber, typeName } from '../py/values.ts';
import type { PyObject, Value } from '../py/values.ts';
import { DateTime, UTC, datetimeModule } from './modules/datetime.ts';
import { itertoolsModule } from './modules/itertools.ts';
import { pytzModule } from './modules/pytz.ts';
import { reModule } from './modules/re.ts';
import { templateError } from '../errors.ts';
import { toPython } from '../py/convert.ts';
import { lazyNames } from './lazy-names.ts';
import type { Makers } from './lazy-names.ts';
import { isData, toPlain } from './plain.ts';
import { DBT_VERSION } from '../../kernel/version.ts';
import type { BaseSettings, EnvSource, VarSource } from './settings.ts';

const SECRET = 'DBT_ENV_SECRET_';

/** `var`: called, or asked with `var.has_var`. */
class VarFunction implements PyObject {
  readonly pyType = 'function';
  readonly #vars: VarSource;
  readonly #render: (text: string) => string;

  constructor(vars: VarSource, render: (text: string) => string) {
    this.#vars = vars;
    this.#render = render;
  }

  pyStr(): string {
    return '<function var>';
  }

  pyAttr(name: string): Value {
    return name === 'has_var'
      ? namedFunction(
          name,
          ['var_name'],
          ([variable]) => this.#vars.get(str(variable ?? '')) !== undefined,
        )
      : undefined;
  }

  pyCall(args: readonly Value[], kwargs: ReadonlyMap<string, Value> | null): Value {
    const name = str(args[0] ?? kwargs?.get('name') ?? kwargs?.get('var_name') ?? '');
    // None is a default like any other
    const fallback = args.length > 1 ? args[1] : kwargs?.get('default');
    const value = this.#vars.get(name);
    if (value !== undefined)
      return typeof value === 'string' && /\{[{%#]/.test(value) ? this.#render(value) : value;
    if (fallback !== undefined) return fallback;
    if (this.#vars.forgiving) return null;
    throw templateError(
      'ETL2005',
      `Required var '${name}' not found in config`,
      didYouMean(name, this.#vars.names()) ??
        `Set it below vars: in dbt_project.yml, pass --vars '{${name}: value}', or give var("${name}", default).`,
    );
  }
}

/** What stands for a secret while its template is rendered, so that no filter turns it into something that logs would show. */
const concealed = (name: string): string => `$$$DBT_SECRET_START$$$${name}$$$DBT_SECRET_END$$$`;
const CONCEALED = /\$\$\$DBT_SECRET_START\$\$\$(\w+)\$\$\$DBT_SECRET_END\$\$\$/g;

/** A rendered value with its secrets. */
export const revealed = (
  value: unknown,
  env: Readonly<Record<string, string | undefined>>,
): unknown =>
  typeof value === 'string'
    ? value.replaceAll(CONCEALED, (text, name: string) => env[name] ?? text)
    : value;

function envVar(env: EnvSource): Value {
  return namedFunction('env_var', ['var', 'default'], ([variable, fallback]) => {
    const name = str(variable ?? '');
    if (name.startsWith(SECRET) && !env.secrets)
      throw templateError(
        'ETL1009',
        `the secret "${name}" may be read only in profiles.yml and packages.yml`,
        'A secret in SQL would end up in the logs of the warehouse; put it into the connection.',
      );
    const value = env.get(name);
    if (value !== undefined) return name.startsWith(SECRET) ? concealed(name) : value;
    if (fallback !== undefined && fallback !== null) return fallback;
    throw templateError(
      'ETL1009',
      `the environment variable "${name}" is not set`,
      `Set ${name}, write it into the file .env of the project, or give env_var("${name}", default).`,
    );
  });
}

/** JSON as Python's json.dumps writes it: `", "` and `": "`, non-ASCII escaped, 1.0 kept. */
function toJson(value: Value, sortKeys: boolean): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string')
    return JSON.stringify(value).replace(
      /[\u007f-\uffff]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  if (typeof value === 'boolean') return String(value);
  if (isNumber(value)) return repr(value);
  if (Array.isArray(value))
    return `[${Array.from(value as readonly Value[], (item) => toJson(item, sortKeys)).join(', ')}]`;
  if (isDict(value)) {
    const entries = [...dictEntries(value)].map(([key, item]): [string, Value] => [str(key), item]);
    if (sortKeys) entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([key, item]) => `${toJson(key, false)}: ${toJson(item, sortKeys)}`).join(', ')}}`;
  }
  return fail(`Object of type ${typeName(value)} is not JSON serializable`, 'TypeError');
}

/** Runs a conversion; where it fails, the default of the call counts. */
function orElse(run: () => Value, fallback: Value): Value {
  try {
    return run();
  } catch {
    return fallback ?? null;
  }
}

/** JSON numbers keep their floatness: 1.0 stays 1.0. */
function fromJson(text: string): Value {
  return toPython(
    JSON.parse(text, (_, value: unknown, context?: { readonly source?: string }) =>
      typeof value === 'number' &&
      context?.source !== undefined &&
      /[.eE]/.test(context.source) &&
      Number.isInteger(value)
        ? new PyFloat(value)
        : value,
    ),
  );
}

const asSet = (value: Value, strict: boolean, fallback: Value): Value =>
  strict ? new PySet(iterate(value)) : orElse(() => new PySet(iterate(value)), fallback);

function zipped(args: readonly Value[]): Value[] {
  const lists = args.map((arg) => [...iterate(arg)]);
  const size = lists.length === 0 ? 0 : Math.min(...lists.map((list) => list.length));
  return Array.from({ length: size }, (_, i) =>
    Tuple.fromArray(lists.map((list) => list[i] ?? null)),
  );
}

function serialNames(settings: BaseSettings): Record<string, Value> {
  return {
    tojson: namedFunction('tojson', ['value', 'default', 'sort_keys'], ([value, fallback, sort]) =>
      orElse(() => toJson(value ?? null, sort !== undefined && truthy(sort)), fallback),
    ),
    fromjson: namedFunction('fromjson', ['string', 'default'], ([text, fallback]) =>
      orElse(() => fromJson(str(text ?? '')), fallback),
    ),
    toyaml: namedFunction('toyaml', ['value', 'default', 'sort_keys'], ([value, fallback, sort]) =>
      isData(value)
        ? settings.yaml.print(toPlain(value ?? null), sort !== undefined && truthy(sort))
        : (fallback ?? null),
    ),
    fromyaml: namedFunction('fromyaml', ['value', 'default'], ([text, fallback]) =>
      orElse(() => toPython(settings.yaml.parse(str(text ?? ''))), fallback),
    ),
    set: namedFunction('set', ['value', 'default'], ([value, fallback]) =>
      asSet(value ?? [], false, fallback),
    ),
    set_strict: namedFunction('set_strict', ['value'], ([value]) =>
      asSet(value ?? [], true, undefined),
    ),
    zip: hostFunction('zip', (args, kwargs) => orElse(() => zipped(args), kwargs?.get('default'))),
    zip_strict: hostFunction('zip_strict', (args) => zipped(args)),
    local_md5: namedFunction('local_md5', ['value'], ([value]) => md5(str(value ?? ''))),
    diff_of_two_dicts: namedFunction('diff_of_two_dicts', ['dict_a', 'dict_b'], ([a, b]) =>
      differenceOf(a ?? {}, b ?? {}),
    ),
  };
}

/** Entries of `a` that `b` lacks; for lists the items that `b` lacks. Names compare without case. */
function differenceOf(a: Value, b: Value): Value {
  const difference: Record<string, Value> = {};
  if (!isDict(a) || !isDict(b)) return difference;
  const lowered = new Map(
    [...dictEntries(b)].map(([key, value]) => [str(key).toLowerCase(), value]),
  );
  for (const [key, value] of dictEntries(a)) {
    const other = lowered.get(str(key).toLowerCase());
    const items = Array.isArray(value) ? (value as Value[]) : [value];
    const known = new Set(
      (Array.isArray(other) ? (other as Value[]) : other === undefined ? [] : [other]).map((item) =>
        str(item).toLowerCase(),
      ),
    );
    const rest = items.filter((item) => !known.has(str(item).toLowerCase()));
    if (rest.length > 0) difference[str(key)] = rest;
  }
  return difference;
}

/** `flags`: unknown names are None, as in dbt. */
class FlagsObject implements PyObject {
  readonly pyType = 'Namespace';
  readonly #flags: Readonly<Record<string, unknown>>;

  constructor(flags: Readonly<Record<string, unknown>>) {
    this.#flags = flags;
  }

  pyAttr(name: string): Value {
    if (name === 'get')
      return namedFunction(
        name,
        ['key', 'default'],
        ([key, fallback]) => this.pyItem(key ?? '') ?? fallback ?? null,
      );
    return this.pyItem(name) ?? null;
  }

  pyItem(key: Value): Value {
    const name = str(key);
    const found = [name, name.toUpperCase(), name.toLowerCase()].find((spelling) =>
      Object.hasOwn(this.#flags, spelling),
    );
    return found === undefined ? null : toPython(this.#flags[found]);
  }

  pyStr(): string {
    return str(toPython({ ...this.#flags }));
  }
}

const SERIAL = [
  'tojson',
  'fromjson',
  'toyaml',
  'fromyaml',
  'set',
  'set_strict',
  'zip',
  'zip_strict',
  'local_md5',
  'diff_of_two_dicts',
];

/** The names that YAML values and every template may use, with how they are made. */
export const BASE_MAKERS: Makers<BaseSettings> = {
  var: ({ vars }, attempt) => new VarFunction(vars, (text) => attempt.renderText(text)),
  env_var: ({ env }) => envVar(env),
  log: (settings) =>
    namedFunction('log', ['msg', 'info'], ([message, info]) => {
      settings.log(str(message ?? ''), info !== undefined && truthy(info));
      return '';
    }),
  print: (settings) =>
    namedFunction('print', ['msg'], ([message]) => {
      settings.log(str(message ?? ''), 'print');
      return '';
    }),
  debug: () => hostFunction('debug', () => ''),
  ...Object.fromEntries(
    SERIAL.map((name) => [name, (settings: BaseSettings) => serialNames(settings)[name]]),
  ),
  modules: ({ invocation }) => ({
    datetime: datetimeModule(invocation.now),
    re: reModule,
    pytz: pytzModule,
    itertools: itertoolsModule,
  }),
  flags: ({ invocation }) => new FlagsObject(invocation.flags),
  project_name: ({ invocation }) => invocation.projectName,
  dbt_version: () => DBT_VERSION,
  invocation_id: ({ invocation }) => invocation.invocationId,
  run_started_at: ({ invocation }) => DateTime.at(invocation.startedAt.getTime(), UTC),
  thread_id: ({ invocation }) => invocation.threadId,
  invocation_args_dict: ({ invocation }) => toPython(invocation.args),
  dbt_metadata_envs: ({ invocation }) => toPython(invocation.metadataEnvs),
  selected_resources: ({ invocation }) => [...invocation.selectedResources],
  target: ({ target }) => (target === undefined ? undefined : toPython(target)),
  env: (_, __, find) => find('target'),
};

/** The names that YAML values and every template may use, and those that this text alone has. */
export const baseNames = (
  settings: BaseSettings,
  attempt: RenderAttempt,
  extra: Readonly<Record<string, Value>> = {},
): Readonly<Record<string, Value>> => lazyNames(BASE_MAKERS, settings, attempt, extra);
