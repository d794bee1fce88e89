// One output of profiles.yml with `type: postgres`, checked and completed: what it is to templates, and how the server is reached.
import { join } from 'node:path';
import type { Target } from '../../adapter/contract.ts';
import type { TargetWorld } from '../../adapter/own-server.ts';
import type { Scalar } from '../../adapter/statement.ts';
import type { Checked, Diagnostic } from '../../kernel/diagnostic.ts';
import { complete } from './conninfo/complete.ts';
import { type Setting, settingsIn } from './conninfo/options.ts';
import { passFileOf, readPassFile } from './conninfo/pgpass.ts';
import { checkOutput, type Output, type SslMode, type TlsVersion } from './output.ts';

/** Everything needed to reach the server; only the adapter can get at it. */
export interface Credentials {
  readonly embedded: boolean;
  /** a directory with bin/, lib/ and share/ instead of the installed package */
  readonly binaries: string | undefined;
  /** the major version of the embedded server */
  readonly major: number | undefined;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | undefined;
  /** where the password is from, when it is not the output's own */
  readonly passwordFrom: string | undefined;
  /** a command that prints the password: a text for the shell, or a program with its arguments */
  readonly passwordCommand: string | readonly string[] | undefined;
  readonly passwordCommandS: number;
  readonly database: string;
  readonly connectTimeoutS: number;
  readonly retries: number;
  readonly role: string | undefined;
  readonly searchPath: string | undefined;
  /** settings of `options` and PGOPTIONS */
  readonly settings: readonly Setting[];
  readonly keepalives: boolean;
  readonly keepalivesIdleS: number;
  readonly applicationName: string | undefined;
  readonly sslmode: SslMode | undefined;
  readonly sslnegotiation: 'postgres' | 'direct';
  readonly sslcert: string | undefined;
  readonly sslkey: string | undefined;
  readonly sslpassword: string | undefined;
  readonly sslrootcert: string | undefined;
  readonly leastTls: TlsVersion | undefined;
  readonly mostTls: TlsVersion | undefined;
  readonly channelBinding: 'disable' | 'prefer' | 'require';
  /** where libpq looks for certificates that nothing names */
  readonly certificateDir: string | undefined;
  /** a file of authorities instead of the system's (SSL_CERT_FILE) */
  readonly systemRoots: string | undefined;
}

// A symbol key is left out by JSON and kept by spread; a closure is not printed by inspection either.
const CREDENTIALS: unique symbol = Symbol('credentials');
interface PostgresTarget extends Target {
  readonly [CREDENTIALS]: () => Credentials;
}

/** The credentials of a target that `parseTarget` of this adapter made. */
export function credentialsOf(target: Target): Credentials {
  if (!(CREDENTIALS in target)) throw new Error('not a Postgres target');
  return (target as PostgresTarget)[CREDENTIALS]();
}

const said = (key: string, why: string, hint?: string): Diagnostic => ({
  code: 'ETL1008',
  severity: 'error',
  message: `"${key}" ${why}`,
  ...(hint === undefined ? {} : { hint }),
});
const problem = (key: string, why: string, hint?: string): Diagnostic =>
  said(key, `of the Postgres output ${why}`, hint);

/** A URL may hold a password: it is refused without being repeated. */
function wrongHost({ host = '' }: Output): readonly Diagnostic[] {
  if (/:\/\/|@/.test(host))
    return [
      problem(
        'host',
        'is not the name of a server',
        'Write a URL into the key url, or its parts into keys of their own: host, port, user, password, dbname.',
      ),
    ];
  return host.includes(',')
    ? [problem('host', 'names several servers', 'Name one: a second one is never tried.')]
    : [];
}

function missing(o: Output): readonly Diagnostic[] {
  if (isEmbedded(o)) return [];
  return lacking({ host: o.host, user: o.user, dbname: o.dbname ?? o.database });
}

/** Schedulers list a project with a profile that has no schema: told when somebody connects. */
const incomplete = (o: Output): readonly Diagnostic[] =>
  isEmbedded(o) ? [] : lacking({ schema: o.schema });

function lacking(needed: Readonly<Record<string, unknown>>): readonly Diagnostic[] {
  return Object.entries(needed)
    .filter(([, value]) => value === undefined)
    .map(([key]) =>
      problem(key, 'is missing', 'Add it, or use the embedded server with "embedded: true".'),
    );
}

/** Settings of TLS that contradict each other, as libpq refuses them. */
function contradictions(o: Output): readonly Diagnostic[] {
  const mode = modeOf(o) ?? 'prefer';
  const isWeak = ['disable', 'allow', 'prefer'].includes(mode);
  const found: Diagnostic[] = [];
  if (o.sslrootcert === 'system' && mode !== 'verify-full')
    found.push(
      problem('sslmode', `is too weak for "sslrootcert: system": ${mode}`, 'Use verify-full.'),
    );
  if (o.sslnegotiation === 'direct' && isWeak)
    found.push(
      problem(
        'sslnegotiation',
        `"direct" needs encryption, and sslmode is ${mode}`,
        'Use require, verify-ca or verify-full.',
      ),
    );
  const { ssl_min_protocol_version: least, ssl_max_protocol_version: most } = o;
  if (least !== undefined && most !== undefined && least > most)
    found.push(problem('ssl_min_protocol_version', 'is above ssl_max_protocol_version'));
  if (o.password_command !== undefined && (o.password ?? o.pass) !== undefined)
    found.push(problem('password_command', 'stands beside a password', 'Leave one of them out.'));
  return found;
}

const isEmpty = (text: string | undefined): text is undefined | '' =>
  text === undefined || text === '';
const isEmbedded = (o: Output): boolean => o.embedded !== undefined && o.embedded !== false;
const binariesOf = ({ embedded, embedded_binaries: flat }: Output): string | undefined =>
  (typeof embedded === 'object' ? embedded.binaries : undefined) ?? flat;
const majorOf = ({ embedded, embedded_version: flat }: Output): number | undefined =>
  (typeof embedded === 'object' ? embedded.version : undefined) ?? flat;

/** The public authorities vouch for names only, so naming them asks for the name to be checked. */
const modeOf = (o: Output): SslMode | undefined =>
  o.sslmode ?? (o.sslrootcert === 'system' ? 'verify-full' : undefined);

interface Login {
  readonly password: string | undefined;
  readonly from: string | undefined;
  readonly warnings: readonly Diagnostic[];
}

/** The password: the output's own, or the password file's. A command is not run before somebody connects. */
function loginOf(
  o: Output,
  origins: ReadonlyMap<string, string>,
  { homeDir, asks }: TargetWorld,
): Login {
  const password = o.password ?? o.pass;
  const from = origins.get('password');
  const none = {
    password,
    from: o.password_command === undefined ? from : '"password_command"',
    warnings: [],
  };
  if (isEmbedded(o) || password !== undefined || o.password_command !== undefined) return none;
  const file = passFileOf(o.passfile, homeDir);
  if (file === undefined) return none;
  const database = o.dbname ?? o.database ?? '';
  const entry = { host: o.host ?? '', port: o.port ?? 5432, database, user: o.user ?? '' };
  asks?.(file);
  const found = readPassFile(file, entry);
  if (found.problem === undefined)
    return found.password === undefined
      ? none
      : { password: found.password, from: file, warnings: [] };
  const warning: Diagnostic = {
    code: 'ETL1032',
    severity: 'warning',
    message: `the password file was passed over: ${found.problem}`,
    hint: `A password file is for its owner alone: chmod 0600 ${file}`,
  };
  return { ...none, warnings: [warning] };
}

const credentials = (o: Output, login: Login, { env, homeDir }: TargetWorld): Credentials => ({
  embedded: isEmbedded(o),
  binaries: binariesOf(o),
  major: majorOf(o),
  host: o.host ?? '',
  port: o.port ?? 5432,
  user: isEmbedded(o) ? 'etl' : (o.user ?? ''),
  password: login.password,
  passwordFrom: login.from,
  passwordCommand: o.password_command,
  passwordCommandS: o.password_command_timeout ?? 30,
  database: o.dbname ?? o.database ?? 'etl',
  connectTimeoutS: o.connect_timeout ?? 10,
  retries: o.retries ?? 1,
  role: o.role,
  searchPath: o.search_path,
  settings: [
    ...(isEmbedded(o) || isEmpty(env['PGTZ']) ? [] : [['timezone', env['PGTZ']] as const]),
    ...(settingsIn(o.options ?? '') ?? []),
  ],
  keepalives: o.keepalives ?? true,
  keepalivesIdleS: o.keepalives_idle ?? 0,
  applicationName: o.application_name,
  sslmode: modeOf(o),
  sslnegotiation: o.sslnegotiation ?? 'postgres',
  sslcert: o.sslcert,
  sslkey: o.sslkey,
  sslpassword: o.sslpassword,
  sslrootcert: o.sslrootcert,
  leastTls: o.ssl_min_protocol_version,
  mostTls: o.ssl_max_protocol_version,
  channelBinding: o.channel_binding ?? 'disable',
  certificateDir: homeDir === undefined ? undefined : join(homeDir, '.postgresql'),
  systemRoots: isEmpty(env['SSL_CERT_FILE']) ? undefined : env['SSL_CERT_FILE'],
});

function toTarget(o: Output, secret: Credentials, secrets: readonly string[]): Target {
  const schemaName = o.schema ?? 'public';
  const threads = o.threads ?? (secret.embedded ? 4 : 1);
  const shown: Record<string, Scalar> = {
    type: 'postgres',
    host: secret.embedded ? 'embedded' : secret.host,
    port: secret.port,
    user: secret.user,
    database: secret.database,
    dbname: secret.database,
    schema: schemaName,
    threads,
    connect_timeout: secret.connectTimeoutS,
    role: secret.role ?? null,
    search_path: secret.searchPath ?? null,
    keepalives_idle: secret.keepalivesIdleS,
    sslmode: secret.sslmode ?? null,
    sslcert: secret.sslcert ?? null,
    sslkey: secret.sslkey ?? null,
    sslrootcert: secret.sslrootcert ?? null,
    application_name: secret.applicationName ?? null,
    retries: secret.retries,
  };
  const target: PostgresTarget = {
    type: 'postgres',
    schema: schemaName,
    database: secret.database,
    threads,
    shown,
    secrets,
    incomplete: incomplete(o),
    [CREDENTIALS]: () => secret,
  };
  return target;
}

const NOWHERE: TargetWorld = { env: {}, homeDir: undefined };

/**
 * Checks one output of profiles.yml; unknown keys are tolerated. What it leaves open is filled in as libpq does: from its `url`,
 * its service, PG* variables of `world`, and the password file.
 */
export function parseTarget(
  raw: Readonly<Record<string, unknown>>,
  world: TargetWorld = NOWHERE,
): Checked<Target> {
  const completed = complete(raw, world);
  const refused = completed.refused.map(({ key, why, hint }) =>
    (key.startsWith('PG') ? said : problem)(key, why, hint),
  );
  const checked = checkOutput(completed.raw);
  const from = (key: string): string => {
    const origin = completed.origins.get(key);
    return origin === undefined ? '' : ` (from ${origin})`;
  };
  if ('wrong' in checked) {
    const wrong = checked.wrong.map(({ key, why }) => problem(key, `${why}${from(key)}`));
    return { value: undefined, diagnostics: [...refused, ...wrong] };
  }
  const o = checked.value;
  const wrongOptions =
    settingsIn(o.options ?? '') === undefined
      ? [problem('options', `may only hold -c name=value${from('options')}`)]
      : [];
  const errors = [
    ...refused,
    ...wrongOptions,
    ...wrongHost(o),
    ...contradictions(o),
    ...(refused.length > 0 ? [] : missing(o)),
  ];
  if (errors.length > 0) return { value: undefined, diagnostics: errors };
  const login = loginOf(o, completed.origins, world);
  const secret = credentials(o, login, world);
  const secrets = [secret.password, secret.sslpassword].filter((text) => text !== undefined);
  return {
    value: toTarget(o, secret, [...secrets, ...completed.secrets]),
    diagnostics: login.warnings,
  };
}
