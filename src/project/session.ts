import { stringify } from 'yaml';
import type { Dialect, Target } from '../adapter/contract.ts';
import type { RenderAttempt, Scope, TemplateHost } from '../jinja/host.ts';
import { toPython } from '../jinja/py/convert.ts';
import { baseNames, revealed } from '../jinja/scope/base-names.ts';
import { ColumnApi } from '../jinja/scope/column.ts';
import type {
  BaseSettings,
  EngineWords,
  InvocationFacts,
  VarSource,
} from '../jinja/scope/settings.ts';
import type { QuotingStyle } from '../jinja/scope/relation.ts';
import type { Environment } from './env-file.ts';
import type { ProjectFile, QuotingWish } from './project-file.ts';
import type { RenderValue } from './yaml-render.ts';
import { isYamlMap, parseYaml } from './yaml.ts';
import type { YamlMap } from './yaml.ts';
import type { ToldAs } from '../kernel/told-as.ts';

/** What is the same for every template of one invocation. */
export interface Session {
  readonly invocation: InvocationFacts;
  readonly env: Environment;
  /** `--vars` */
  readonly cliVars: YamlMap;
  /** `target` in templates */
  readonly target: Readonly<Record<string, unknown>> | undefined;
  readonly log: (message: string, info: ToldAs) => void;
}

/** `fromyaml` and `toyaml`. */
const yamlWords = {
  parse: (text: string): unknown => {
    const { value } = parseYaml(text, '<fromyaml>');
    if (value === undefined) throw new Error('not valid YAML');
    return value.exact([]);
  },
  // in the style of PyYAML
  print: (value: unknown, sortKeys: boolean): string =>
    stringify(value, {
      version: '1.1',
      indentSeq: false,
      singleQuote: true,
      blockQuote: false,
      lineWidth: 0,
      aliasDuplicateObjects: false,
      sortMapEntries: sortKeys,
    }),
};

/** Where `var()` looks, strongest first: the command line, the root project for the package, the root project, the package itself. */
export function varLayers(
  cliVars: YamlMap,
  root: ProjectFile,
  own: ProjectFile,
): readonly YamlMap[] {
  const scoped = (vars: YamlMap): YamlMap => {
    const inner = vars[own.name];
    return isYamlMap(inner) ? inner : {};
  };
  const layers = [cliVars, scoped(root.vars), root.vars];
  return own === root ? layers : [...layers, scoped(own.vars), own.vars];
}

/** A VarSource over layers. */
const varSource = (layers: readonly YamlMap[], forgiving: boolean): VarSource => ({
  get: (name) => {
    const layer = layers.find((values) => Object.hasOwn(values, name));
    return layer === undefined ? undefined : toPython(layer[name]);
  },
  names: () => layers.flatMap((layer) => Object.keys(layer)),
  forgiving,
});

/** The settings of every scope of a package. */
export function baseSettings(
  session: Session,
  layers: readonly YamlMap[],
  more: { readonly secrets?: boolean; readonly forgivingVars?: boolean } = {},
): BaseSettings {
  return {
    vars: varSource(layers, more.forgivingVars ?? false),
    env: { get: (name) => session.env[name], secrets: more.secrets ?? false },
    target: session.target,
    invocation: session.invocation,
    yaml: yamlWords,
    log: session.log,
  };
}

/** Renders YAML values natively with a package's base names. */
export function yamlRenderer(
  host: TemplateHost,
  packageName: string,
  names: (attempt: RenderAttempt) => Readonly<Record<string, unknown>>,
): RenderValue {
  const scope: Scope = names;
  return (text, origin) =>
    host.renderNative(
      {
        packageName,
        path: origin.file,
        text,
        origin: { line: origin.line, column: origin.column },
      },
      scope,
    );
}

/** The scope of YAML values. */
export const baseScope =
  (settings: BaseSettings): Scope =>
  (attempt) =>
    baseNames(settings, attempt);

/**
 * Renders the values of profiles.yml and packages.yml, where secrets of the environment may stand. They are put in when the rest is
 * rendered, as they are.
 */
export function secretRenderer(
  host: TemplateHost,
  session: Session,
  layers: readonly YamlMap[],
): RenderValue {
  const render = yamlRenderer(
    host,
    '',
    baseScope(baseSettings(session, layers, { secrets: true })),
  );
  return (text, origin) => revealed(render(text, origin), session.env);
}

/** What the project says about quoting, with dbt's default: everything is quoted. */
function quotingStyle(dialect: Dialect, wish: QuotingWish): QuotingStyle {
  return {
    quote: (identifier) => dialect.ident(identifier),
    policy: {
      database: wish.database ?? true,
      schema: wish.schema ?? true,
      identifier: wish.identifier ?? true,
    },
  };
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'TEXT',
  timestamp: 'timestamp',
  float: 'float',
  integer: 'integer',
  boolean: 'boolean',
};

/** The engine's words for templates. */
export function engineWords(dialect: Dialect, wish: QuotingWish): EngineWords {
  const style = quotingStyle(dialect, wish);
  return {
    type: dialect.name,
    style,
    strategies: dialect.can.incremental,
    columns: new ColumnApi(style.quote, (type) => TYPES[type.toLowerCase()] ?? type),
  };
}

/** `target` as templates see it: dbt's names, never a secret. */
export function targetFacts(
  target: Target,
  profileName: string,
  targetName: string,
): Readonly<Record<string, unknown>> {
  return {
    ...target.shown,
    ...(target.database === undefined
      ? { database: null }
      : { database: target.database, dbname: target.database }),
    type: target.type,
    schema: target.schema,
    threads: target.threads,
    name: targetName,
    target_name: targetName,
    profile_name: profileName,
  };
}

/** The facts of the invocation as a worker has them; its name is written as dbt writes it. */
export const onWorker = (
  { invocation }: Session,
  thread: string,
): { readonly invocation: InvocationFacts } => ({
  invocation: { ...invocation, threadId: `${thread} (worker)` },
});
