// The parameters of a libpq connection that an output may leave open (PostgreSQL documentation, 32.1.2 "Parameter Key Words").

/** Parameters by libpq's names. */
export type Parameters = Readonly<Record<string, string>>;

/** What could not be read: the words for a message, without a value. */
export interface Refused {
  readonly key: string;
  readonly why: string;
  readonly hint?: string;
}

/** What takes effect, with the environment variable of each. */
const EFFECTIVE: Readonly<Record<string, string | undefined>> = {
  host: 'PGHOST',
  port: 'PGPORT',
  dbname: 'PGDATABASE',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  passfile: 'PGPASSFILE',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  application_name: 'PGAPPNAME',
  options: 'PGOPTIONS',
  keepalives: undefined,
  keepalives_idle: undefined,
  sslmode: 'PGSSLMODE',
  sslnegotiation: 'PGSSLNEGOTIATION',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  sslpassword: undefined,
  sslrootcert: 'PGSSLROOTCERT',
  ssl_min_protocol_version: 'PGSSLMINPROTOCOLVERSION',
  ssl_max_protocol_version: 'PGSSLMAXPROTOCOLVERSION',
  channel_binding: 'PGCHANNELBINDING',
};

/** What changes nothing here: the driver speaks no GSSAPI, and the system decides the rest. */
const HARMLESS: ReadonlySet<string> = new Set([
  'client_encoding',
  'fallback_application_name',
  'gssencmode',
  'gssdelegation',
  'gsslib',
  'keepalives_count',
  'keepalives_interval',
  'krbsrvname',
  'load_balance_hosts',
  'sslcompression',
  'sslsni',
  'tcp_user_timeout',
  'uselibpqcompat',
]);

/** What would make a connection other than the one that is asked for, or a less careful one, if it were passed over. */
const UNSUPPORTED: Readonly<Record<string, string | undefined>> = {
  hostaddr: 'PGHOSTADDR',
  target_session_attrs: 'PGTARGETSESSIONATTRS',
  require_auth: 'PGREQUIREAUTH',
  requirepeer: 'PGREQUIREPEER',
  sslcrl: 'PGSSLCRL',
  sslcrldir: 'PGSSLCRLDIR',
  sslcertmode: 'PGSSLCERTMODE',
  replication: undefined,
};

const unsupported = (key: string): Refused => ({
  key,
  why: 'is not supported',
  hint: 'Leave it out, or connect through something that enforces it.',
});

/** Checks one parameter of a URL or a service file; `undefined` for one that is passed over. */
export function parameter(
  name: string,
  value: string,
): { readonly key: string; readonly value: string } | Refused | undefined {
  // An alias of JDBC that libpq takes too.
  if (name === 'ssl' && value === 'true') return { key: 'sslmode', value: 'require' };
  if (name in EFFECTIVE) return { key: name, value };
  if (HARMLESS.has(name) || value === '') return undefined;
  if (name === 'target_session_attrs' && value === 'any') return undefined;
  if (name in UNSUPPORTED) return unsupported(name);
  return {
    key: name,
    why: 'is no parameter of a connection',
    hint: 'Keys of the output, such as schema and threads, stand beside it.',
  };
}

export const isRefused = (value: object | undefined): value is Refused =>
  value !== undefined && 'why' in value;

/** What the environment says, with the name of the variable of each parameter. */
export function fromEnvironment(env: Readonly<Record<string, string | undefined>>): {
  readonly values: Parameters;
  readonly refused: readonly Refused[];
} {
  const values: Record<string, string> = {};
  for (const [key, variable] of Object.entries(EFFECTIVE)) {
    const value = variable === undefined ? undefined : env[variable];
    if (value !== undefined && value !== '') values[key] = value;
  }
  const refused = Object.entries(UNSUPPORTED).flatMap(([key, variable]) => {
    const value = variable === undefined ? undefined : env[variable];
    if (variable === undefined || value === undefined || value === '') return [];
    return key === 'target_session_attrs' && value === 'any' ? [] : [unsupported(variable)];
  });
  return { values, refused };
}

/** The variable that a parameter is read from. */
export const variableOf = (key: string): string => EFFECTIVE[key] ?? key;
