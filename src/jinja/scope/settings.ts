// What a scope is built from. One interface per theme, so that each phase gives only what it has.
import type { Value } from '../py/values.ts';
import type { ColumnApi } from './column.ts';
import type { QuotingStyle, Relation } from './relation.ts';
import type { ToldAs } from '../../kernel/told-as.ts';

/** Where `var()` looks. */
export interface VarSource {
  /** the value, or undefined when there is no such variable; None counts as a value */
  readonly get: (name: string) => Value;
  /** names that exist, for the hint */
  readonly names: () => Iterable<string>;
  /** dbt's parse phase: a variable that is missing is None and no error */
  readonly forgiving: boolean;
}

/** Where `env_var()` looks. */
export interface EnvSource {
  readonly get: (name: string) => string | undefined;
  /** whether variables named DBT_ENV_SECRET_… may be read here (profiles and packages) */
  readonly secrets: boolean;
}

/** The clock, ids and words of one invocation. */
export interface InvocationFacts {
  readonly invocationId: string;
  readonly startedAt: Date;
  readonly now: () => Date;
  readonly projectName: string;
  readonly threadId: string;
  /** `flags.*` */
  readonly flags: Readonly<Record<string, unknown>>;
  /** `invocation_args_dict` */
  readonly args: Readonly<Record<string, unknown>>;
  readonly selectedResources: readonly string[];
  readonly metadataEnvs: Readonly<Record<string, string>>;
}

/** Reading and writing YAML for `fromyaml` and `toyaml`. */
export interface YamlWords {
  readonly parse: (text: string) => unknown;
  readonly print: (value: unknown, sortKeys: boolean) => string;
}

/** What even a YAML value may use. */
export interface BaseSettings {
  readonly vars: VarSource;
  readonly env: EnvSource;
  /** `target.*`; undefined where there is no target yet */
  readonly target: Readonly<Record<string, unknown>> | undefined;
  readonly invocation: InvocationFacts;
  readonly yaml: YamlWords;
  readonly log: (message: string, info: ToldAs) => void;
}

/** How the engine writes. */
export interface EngineWords {
  readonly type: string;
  readonly style: QuotingStyle;
  readonly columns: ColumnApi;
  /** the incremental strategies that it has */
  readonly strategies: ReadonlySet<string>;
}

/** `config` inside a template. */
export interface ConfigSource {
  /** `config(a=1)`: noted while parsing, ignored later */
  readonly call: (values: ReadonlyMap<string, Value>) => void;
  /** undefined when the key is not set */
  readonly get: (name: string) => Value;
  /** parse phase: nothing is known yet */
  readonly isParsing: boolean;
}

/** A `ref` call taken apart; version is undefined where none was asked for. */
export interface RefCall {
  readonly packageName: string | undefined;
  readonly name: string;
  readonly version: string | number | undefined;
}

/** What a node's template may use beyond the base. */
export interface NodeSettings extends BaseSettings {
  readonly execute: boolean;
  readonly engine: EngineWords;
  readonly ref: (call: RefCall) => Value;
  readonly source: (source: string, table: string) => Value;
  readonly config: ConfigSource;
  readonly thisRelation: Relation | null;
  /** `model`, `database`, `schema`; undefined in hooks of a run and in operations */
  readonly model: (() => Value) | undefined;
  readonly graph: () => Value;
  /** the project as `builtins.ref.config` shows it; never its connection */
  readonly runtimeConfig?: () => Value;
  readonly isIncremental: () => boolean;
  /** names that only this render has (`pre_hooks`, `sql`, `results`, …); they win over all others */
  readonly extra: Readonly<Record<string, Value>>;
  /** what a warning of `exceptions.warn` becomes */
  readonly warn: (message: string) => void;
}
