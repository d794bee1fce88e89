// One output of profiles.yml, with dbt-clickhouse's keys and ours (`embedded`, `ansi_settings`).
import * as z from 'zod';
import type { Target } from '../../adapter/contract.ts';
import type { Scalar } from '../../adapter/statement.ts';
import type { Checked, Diagnostic } from '../../kernel/diagnostic.ts';
import type { Settings } from './settings.ts';
import { flag, type Reach, REACH_KEYS, reachOf, reachSecrets, whole } from './http/reach.ts';
import { isSettingName } from './settings.ts';
import { topologyOf, type Topology } from './topology.ts';

const word = z.preprocess((v) => (typeof v === 'number' ? String(v) : v), z.string());

const schema = z.looseObject({
  type: z.literal('clickhouse'),
  embedded: flag.optional(),
  driver: z.enum(['http', 'native']).optional(),
  host: word.optional(),
  port: whole(1, 65_535).optional(),
  user: word.optional(),
  username: word.optional(),
  password: word.optional(),
  pass: word.optional(),
  schema: word.optional(),
  database: word.optional(),
  dbname: word.optional(),
  threads: whole(1, 1024).optional(),
  secure: flag.optional(),
  verify: flag.optional(),
  ca_cert: word.optional(),
  client_cert: word.optional(),
  client_cert_key: word.optional(),
  connect_timeout: whole(1, 86_400).optional(),
  send_receive_timeout: whole(1, 864_000).optional(),
  compression: z.unknown().optional(),
  cluster: word.optional(),
  cluster_mode: flag.optional(),
  database_engine: word.optional(),
  local_suffix: word.optional(),
  local_db_prefix: word.optional(),
  allow_automatic_deduplication: flag.optional(),
  custom_settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  ansi_settings: flag.optional(),
  ...REACH_KEYS,
});

/** How to reach the engine; kept away from the Target, so that no printing of it shows a password. */
export interface Connecting extends Reach {
  readonly embedded: boolean;
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly verify: boolean;
  readonly certificates: {
    readonly ca?: string;
    readonly certificate?: string;
    readonly key?: string;
  };
  readonly connectSeconds: number;
  readonly requestSeconds: number;
  readonly compression: boolean;
  readonly settings: Settings;
  readonly ansiSettings: boolean;
  readonly databaseEngine: string | undefined;
  readonly topology: Topology;
  /** why a connection may fail although the profile looks right */
  readonly hint: string | undefined;
}

const connecting = new WeakMap<Target, Connecting>();

/** The connection details of a target that `parseTarget` made. */
export function requireConnecting(target: Target): Connecting {
  const found = connecting.get(target);
  if (found === undefined) throw new Error('this target was not made by the ClickHouse adapter');
  return found;
}

const problem = (key: string, message: string, hint?: string): Diagnostic => ({
  code: 'ETL1008',
  severity: 'error',
  message: key === '' ? message : `${key}: ${message}`,
  ...(hint === undefined ? {} : { hint }),
});

const refused = (...diagnostics: readonly Diagnostic[]): Checked<Target> => ({
  value: undefined,
  diagnostics,
});

type Output = z.infer<typeof schema>;

const NATIVE_PORTS: Readonly<Record<number, boolean>> = { 9000: false, 9440: true };

/** dbt's native driver speaks another protocol on another port; this one speaks HTTP. */
function endpoint(output: Output): { host: string; port: number; secure: boolean; hint?: string } {
  const host = output.host ?? 'localhost';
  const asked = output.port;
  const isNative = output.driver === 'native' || (asked !== undefined && asked in NATIVE_PORTS);
  const secure =
    output.secure ?? (asked === 8443 || asked === 443 || NATIVE_PORTS[asked ?? 0] === true);
  const port = secure ? 8443 : 8123;
  if (!isNative) return { host, port: asked ?? port, secure };
  return {
    host,
    port,
    secure,
    hint: `The native protocol${asked === undefined ? '' : ` (port ${asked})`} is not spoken here; HTTP on port ${port} was tried. Set driver: http and its port.`,
  };
}

function customSettings(output: Output): Settings {
  return Object.fromEntries(
    Object.entries(output.custom_settings ?? {}).map(([name, v]) => [
      name,
      typeof v === 'boolean' ? Number(v) : v,
    ]),
  );
}

function connectingOf(output: Output): Connecting {
  const { host, port, secure, hint } = endpoint(output);
  const plain = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return {
    embedded: output.embedded === true,
    url: `${secure ? 'https' : 'http'}://${plain}:${port}`,
    user: output.user ?? output.username ?? 'default',
    password: output.password ?? output.pass ?? '',
    verify: output.verify ?? true,
    certificates: {
      ...(output.ca_cert === undefined ? {} : { ca: output.ca_cert }),
      ...(output.client_cert === undefined ? {} : { certificate: output.client_cert }),
      ...(output.client_cert_key === undefined ? {} : { key: output.client_cert_key }),
    },
    connectSeconds: output.connect_timeout ?? 10,
    requestSeconds: output.send_receive_timeout ?? 300,
    compression:
      output.compression !== undefined && output.compression !== '' && output.compression !== false,
    settings: customSettings(output),
    ansiSettings: output.ansi_settings === true,
    databaseEngine: output.embedded === true ? undefined : output.database_engine || undefined,
    topology: topologyOf(
      output.embedded === true
        ? {}
        : {
            cluster: output.cluster,
            clusterMode: output.cluster_mode,
            databaseEngine: output.database_engine,
            localSuffix: output.local_suffix,
            localDbPrefix: output.local_db_prefix,
            allowAutomaticDeduplication: output.allow_automatic_deduplication,
          },
    ),
    hint,
    ...reachOf(output),
  };
}

function shownOf(
  output: Output,
  from: Connecting,
  schemaName: string,
  threads: number,
): Readonly<Record<string, Scalar>> {
  const where = endpoint(output);
  return {
    type: 'clickhouse',
    schema: schemaName,
    threads,
    user: from.user,
    embedded: from.embedded,
    ...(from.embedded
      ? {}
      : { host: where.host, port: where.port, driver: 'http', secure: where.secure }),
    cluster: from.topology.cluster ?? '',
  };
}

/** Checks one output of profiles.yml; the first mistake of every key is reported. */
export function parseTarget(raw: Readonly<Record<string, unknown>>): Checked<Target> {
  const read = schema.safeParse(raw);
  if (!read.success)
    return refused(
      ...read.error.issues.map((issue) => problem(issue.path.map(String).join('.'), issue.message)),
    );
  const output = read.data;
  // a URL may hold a password: it is refused without being repeated
  if (output.host !== undefined && /:\/\/|@/.test(output.host))
    return refused(
      problem(
        '',
        '"host" of the ClickHouse output is not the name of a server',
        'Write the parts of a URL into keys of their own: host, port, user, password, secure.',
      ),
    );
  const schemaName = output.schema ?? 'default';
  for (const key of ['database', 'dbname'] as const) {
    const value = output[key];
    if (value !== undefined && value !== '' && value !== schemaName)
      return refused(
        problem(
          key,
          `is "${value}" while schema is "${schemaName}"`,
          'ClickHouse has one level above tables: leave this key out.',
        ),
      );
  }
  if (output.embedded === true && output.cluster !== undefined && output.cluster !== '')
    return refused(
      problem(
        'cluster',
        `is "${output.cluster}", and the embedded engine is one node`,
        'Leave cluster out of the embedded output, or name a server: host, port, user, password.',
      ),
    );
  const unknown = Object.keys(output.custom_settings ?? {}).find((name) => !isSettingName(name));
  if (unknown !== undefined)
    return refused(problem('custom_settings', `"${unknown}" is not the name of a setting`));

  const from = connectingOf(output);
  const threads = output.threads ?? (from.embedded ? 4 : 1);
  const target: Target = {
    type: 'clickhouse',
    schema: schemaName,
    threads,
    shown: shownOf(output, from, schemaName, threads),
    secrets: [...(from.password === '' ? [] : [from.password]), ...reachSecrets(from)],
  };
  connecting.set(target, from);
  return { value: target, diagnostics: [] };
}
