// One output of profiles.yml with `type: postgres`: dbt's keys, and `embedded` for the server that comes with the product.
import * as z from 'zod';
import type { Target } from '../../adapter/contract.ts';
import type { Scalar } from '../../adapter/statement.ts';
import type { Checked, Diagnostic } from '../../kernel/diagnostic.ts';

type SslMode =
  | 'disable'
  | 'allow'
  | 'prefer'
  | 'require'
  | 'verify-ca'
  | 'verify-full'
  | 'no-verify';

/** Everything needed to reach the server; only the adapter can get at it. */
export interface Credentials {
  readonly embedded: boolean;
  /** a directory with bin/, lib/ and share/ instead of the installed package */
  readonly binaries: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | undefined;
  readonly database: string;
  readonly connectTimeoutS: number;
  readonly retries: number;
  readonly role: string | undefined;
  readonly searchPath: string | undefined;
  readonly keepalivesIdleS: number;
  readonly applicationName: string | undefined;
  readonly sslmode: SslMode | undefined;
  readonly sslcert: string | undefined;
  readonly sslkey: string | undefined;
  readonly sslrootcert: string | undefined;
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

// Values that come out of env_var() are texts.
const whole = (least: number): z.ZodType<number> =>
  z.preprocess(
    (v) => (typeof v === 'string' && /^\d+$/.test(v.trim()) ? Number(v) : v),
    z.number({ error: 'must be a whole number' }).int().min(least),
  );
const word = z.preprocess(
  (v) => (typeof v === 'number' ? String(v) : v),
  z.string({ error: 'must be a text' }),
);
const empty = (v: unknown): unknown => (v === null || v === '' ? undefined : v);
const maybe = <T>(schema: z.ZodType<T>): z.ZodType<T | undefined> =>
  z.preprocess(empty, schema.optional());
const flag = z.preprocess(
  (v) => (v === 'true' ? true : v === 'false' ? false : v),
  z.boolean({ error: 'must be true or false' }),
);

const SSL_MODES = [
  'disable',
  'allow',
  'prefer',
  'require',
  'verify-ca',
  'verify-full',
  'no-verify',
] as const;

const schema = z.object({
  type: maybe(z.string()),
  embedded: maybe(flag),
  embedded_binaries: maybe(word),
  host: maybe(word),
  port: maybe(whole(1)),
  user: maybe(word),
  password: maybe(word),
  pass: maybe(word),
  database: maybe(word),
  dbname: maybe(word),
  schema: maybe(word),
  threads: maybe(whole(1)),
  connect_timeout: maybe(whole(0)),
  role: maybe(word),
  search_path: maybe(word),
  keepalives_idle: maybe(whole(0)),
  sslmode: maybe(z.enum(SSL_MODES, { error: `must be one of ${SSL_MODES.join(', ')}` })),
  sslcert: maybe(word),
  sslkey: maybe(word),
  sslrootcert: maybe(word),
  application_name: maybe(word),
  retries: maybe(whole(0)),
});
type Output = z.infer<typeof schema>;

const problem = (key: string, why: string, hint?: string): Diagnostic => ({
  code: 'ETL1008',
  severity: 'error',
  message: `"${key}" of the Postgres output ${why}`,
  ...(hint === undefined ? {} : { hint }),
});

/** A URL may hold a password: it is refused without being repeated. */
const urlAsHost = (o: Output): readonly Diagnostic[] =>
  o.host !== undefined && /:\/\/|@/.test(o.host)
    ? [
        problem(
          'host',
          'is not the name of a server',
          'Write the parts of a URL into keys of their own: host, port, user, password, dbname.',
        ),
      ]
    : [];

function missing(o: Output): readonly Diagnostic[] {
  if (o.embedded === true) return [];
  return lacking({ host: o.host, user: o.user, dbname: o.dbname ?? o.database });
}

/** Schedulers list a project with a profile that has no schema: told when somebody connects. */
const incomplete = (o: Output): readonly Diagnostic[] =>
  o.embedded === true ? [] : lacking({ schema: o.schema });

function lacking(needed: Readonly<Record<string, unknown>>): readonly Diagnostic[] {
  return Object.entries(needed)
    .filter(([, value]) => value === undefined)
    .map(([key]) =>
      problem(key, 'is missing', 'Add it, or use the embedded server with "embedded: true".'),
    );
}

const credentials = (o: Output): Credentials => ({
  embedded: o.embedded === true,
  binaries: o.embedded_binaries,
  host: o.host ?? '',
  port: o.port ?? 5432,
  user: o.embedded === true ? 'etl' : (o.user ?? ''),
  password: o.password ?? o.pass,
  database: o.dbname ?? o.database ?? 'etl',
  connectTimeoutS: o.connect_timeout ?? 10,
  retries: o.retries ?? 1,
  role: o.role,
  searchPath: o.search_path,
  keepalivesIdleS: o.keepalives_idle ?? 0,
  applicationName: o.application_name,
  sslmode: o.sslmode,
  sslcert: o.sslcert,
  sslkey: o.sslkey,
  sslrootcert: o.sslrootcert,
});

function toTarget(o: Output): Target {
  const secret = credentials(o);
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
    secrets: secret.password === undefined ? [] : [secret.password],
    incomplete: incomplete(o),
    [CREDENTIALS]: () => secret,
  };
  return target;
}

/** Checks one output of profiles.yml; unknown keys are tolerated. */
export function parseTarget(raw: Readonly<Record<string, unknown>>): Checked<Target> {
  const checked = schema.safeParse(raw);
  if (!checked.success)
    return {
      value: undefined,
      diagnostics: checked.error.issues.map((issue) =>
        problem(
          issue.path.join('.') || 'output',
          issue.message.replace(/^Invalid input: /, 'is invalid: '),
        ),
      ),
    };
  const diagnostics = [...urlAsHost(checked.data), ...missing(checked.data)];
  return diagnostics.length > 0
    ? { value: undefined, diagnostics }
    : { value: toTarget(checked.data), diagnostics: [] };
}
