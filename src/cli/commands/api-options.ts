import type { ApiOptions } from '../../api/options.ts';
import type { Values } from '../commands.ts';
import type { Terminal } from '../terminal.ts';

const text = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;
const list = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : undefined;
const flag = (value: unknown): boolean | undefined =>
  typeof value === 'boolean' ? value : undefined;
const number = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : undefined;

const textOrMap = (value: unknown): ApiOptions['warnErrorOptions'] =>
  typeof value === 'string' ? value : ((value ?? undefined) as ApiOptions['warnErrorOptions']);

/** Drops what was not given, so that defaults stay with the API. */
const given = <T extends object>(values: { readonly [K in keyof T]: T[K] | undefined }): T =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;

/** Values of the command line as options of the API. `--select` and `--models` are one. */
export function apiOptions(values: Values, terminal: Terminal): ApiOptions {
  const select = [...(list(values['select']) ?? []), ...(list(values['models']) ?? [])];
  return {
    ...given<ApiOptions>({
      projectDir: text(values['projectDir']),
      profilesDir: text(values['profilesDir']),
      profile: text(values['profile']),
      target: text(values['target']),
      select: select.length > 0 ? select : undefined,
      exclude: list(values['exclude']),
      selector: text(values['selector']),
      state: text(values['state']),
      defer: flag(values['defer']),
      deferState: text(values['deferState']),
      favorState: flag(values['favorState']),
      vars: text(values['vars']),
      threads: values['singleThreaded'] === true ? 1 : number(values['threads']),
      fullRefresh: flag(values['fullRefresh']),
      failFast: flag(values['failFast']),
      checkFirst: flag(values['check']) ?? 'embedded',
      targetPath: text(values['targetPath']),
      packagesInstallPath: text(values['packagesInstallPath']),
      indirectSelection: text(values['indirectSelection']),
      resourceType: list(values['resourceType']),
      excludeResourceType: list(values['excludeResourceType']),
      storeFailures: flag(values['storeFailures']),
      offline: flag(values['offline']),
      testBeforePublish: flag(values['testBeforePublish']),
      empty: flag(values['empty']),
      sample: text(values['sample']),
      compile: flag(values['compile']),
      profileColumns: flag(values['profileColumns']),
      emptyCatalog: flag(values['emptyCatalog']),
      static: flag(values['static']),
      fromLedger: flag(values['fromLedger']),
      warnError: flag(values['warnError']),
      warnErrorOptions: textOrMap(values['warnErrorOptions']),
      writeJson: flag(values['writeJson']),
      introspect: flag(values['introspect']),
      injectEphemeralCtes: flag(values['injectEphemeralCtes']),
      cleanOutside: values['cleanProjectFilesOnly'] === false ? true : undefined,
      allow: list(values['allow']),
      nodeTimeout: text(values['nodeTimeout']),
      ifLocked: text(values['ifLocked']),
      inline: text(values['inline']),
      inlineDirect: text(values['inlineDirect']),
      limit: number(values['limit']),
      debug: flag(values['debug']),
      eventTimeStart: text(values['eventTimeStart']),
      eventTimeEnd: text(values['eventTimeEnd']),
      versionCheck: flag(values['versionCheck']),
      keepManifest: values['invocationId'] === undefined ? true : undefined,
      partialParse: flag(values['partialParse']),
      args: text(values['args']),
      sql: text(values['sql']),
    }),
    flags: templateFlags(values),
    env: terminal.env,
    cwd: terminal.cwd,
    signal: terminal.signal,
    invocationId: terminal.invocationId,
    ...(terminal.timeline === undefined ? {} : { timeline: terminal.timeline }),
  };
}

/** What the command line alone knows of dbt's `flags`. */
const templateFlags = (values: Values): Readonly<Record<string, unknown>> => ({
  CACHE_SELECTED_ONLY: values['cacheSelectedOnly'] === true,
  DEBUG: values['debug'] === true,
  INDIRECT_SELECTION: values['indirectSelection'] ?? 'eager',
  LOG_CACHE_EVENTS: values['logCacheEvents'] === true,
  LOG_FORMAT: values['logFormat'] ?? 'default',
  LOG_LEVEL: values['logLevel'] ?? 'info',
  LOG_PATH: values['logPath'] ?? 'logs',
  NO_PRINT: values['print'] === false ? true : null,
  PARTIAL_PARSE: values['partialParse'] !== false,
  PRINT: values['print'] !== false,
  PRINTER_WIDTH: values['printerWidth'] ?? 80,
  QUIET: values['quiet'] === true,
  SEND_ANONYMOUS_USAGE_STATS: false,
  STATIC_PARSER: values['staticParser'] !== false,
  USE_COLORS: values['useColors'] ?? true,
  VERSION_CHECK: values['versionCheck'] !== false,
  WARN_ERROR: values['warnError'] ?? null,
  WRITE_JSON: values['writeJson'] !== false,
});
