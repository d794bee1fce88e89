// The keys of an output of profiles.yml with `type: postgres`: dbt's, libpq's, and those of the embedded server.
import * as z from 'zod';

export type SslMode =
  | 'disable'
  | 'allow'
  | 'prefer'
  | 'require'
  | 'verify-ca'
  | 'verify-full'
  | 'no-verify';
export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
type Text = string | undefined;

/** The keys of an output, each of its kind. */
export interface Output {
  readonly embedded?:
    | boolean
    | { readonly version?: number | undefined; readonly binaries?: Text }
    | undefined;
  readonly embedded_binaries?: Text;
  readonly embedded_version?: number | undefined;
  readonly host?: Text;
  readonly port?: number | undefined;
  readonly user?: Text;
  readonly password?: Text;
  readonly pass?: Text;
  readonly password_command?: string | readonly string[] | undefined;
  readonly password_command_timeout?: number | undefined;
  readonly passfile?: Text;
  readonly database?: Text;
  readonly dbname?: Text;
  readonly schema?: Text;
  readonly threads?: number | undefined;
  readonly connect_timeout?: number | undefined;
  readonly role?: Text;
  readonly search_path?: Text;
  readonly options?: Text;
  readonly keepalives?: boolean | undefined;
  readonly keepalives_idle?: number | undefined;
  readonly sslmode?: SslMode | undefined;
  readonly sslnegotiation?: 'postgres' | 'direct' | undefined;
  readonly sslcert?: Text;
  readonly sslkey?: Text;
  readonly sslpassword?: Text;
  readonly sslrootcert?: Text;
  readonly ssl_min_protocol_version?: TlsVersion | undefined;
  readonly ssl_max_protocol_version?: TlsVersion | undefined;
  readonly channel_binding?: 'disable' | 'prefer' | 'require' | undefined;
  readonly application_name?: Text;
  readonly retries?: number | undefined;
}

// Values that come out of env_var() are texts.
const whole = (least: number, most = Number.MAX_SAFE_INTEGER): z.ZodType<number> =>
  z.preprocess(
    (v) => (typeof v === 'string' && /^\d+$/.test(v.trim()) ? Number(v) : v),
    z
      .number({ error: 'must be a whole number' })
      .int()
      .min(least)
      .max(most, { error: `must be at most ${most}` }),
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
/** libpq writes 1 and 0. */
const oneOrZero = z.preprocess(
  (v) => (v === '1' || v === 1 ? true : v === '0' || v === 0 ? false : v),
  flag,
);
const oneOf = <const T extends string>(names: readonly [T, ...T[]]): z.ZodType<T> =>
  z.enum(names, { error: `must be one of ${names.join(', ')}` });

const SSL_MODES = [
  'disable',
  'allow',
  'prefer',
  'require',
  'verify-ca',
  'verify-full',
  'no-verify',
] as const;
const TLS_VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;

/** The majors that there are packages of. */
const MAJORS = { least: 14, most: 18 } as const;

const schema = z.object({
  type: maybe(z.string()),
  embedded: maybe(
    z.union(
      [flag, z.object({ version: maybe(whole(MAJORS.least, MAJORS.most)), binaries: maybe(word) })],
      { error: 'must be true or false, or hold "version" and "binaries"' },
    ),
  ),
  embedded_binaries: maybe(word),
  embedded_version: maybe(whole(MAJORS.least, MAJORS.most)),
  url: maybe(word),
  service: maybe(word),
  host: maybe(word),
  port: maybe(whole(1, 65_535)),
  user: maybe(word),
  password: maybe(word),
  pass: maybe(word),
  password_command: maybe(
    z.union([z.string(), z.array(word).min(1)], {
      error: 'must be a text, or a list: the program and its arguments',
    }),
  ),
  password_command_timeout: maybe(whole(1)),
  passfile: maybe(word),
  database: maybe(word),
  dbname: maybe(word),
  schema: maybe(word),
  threads: maybe(whole(1)),
  connect_timeout: maybe(whole(0)),
  role: maybe(word),
  search_path: maybe(word),
  options: maybe(word),
  keepalives: maybe(oneOrZero),
  keepalives_idle: maybe(whole(0)),
  sslmode: maybe(oneOf(SSL_MODES)),
  sslnegotiation: maybe(oneOf(['postgres', 'direct'])),
  sslcert: maybe(word),
  sslkey: maybe(word),
  sslpassword: maybe(word),
  sslrootcert: maybe(word),
  ssl_min_protocol_version: maybe(oneOf(TLS_VERSIONS)),
  ssl_max_protocol_version: maybe(oneOf(TLS_VERSIONS)),
  channel_binding: maybe(oneOf(['disable', 'prefer', 'require'])),
  application_name: maybe(word),
  retries: maybe(whole(0)),
});

/** An output whose keys are of the right kinds, or what is wrong with which; unknown keys are tolerated. */
export function checkOutput(
  raw: Readonly<Record<string, unknown>>,
):
  | { readonly value: Output }
  | { readonly wrong: readonly { readonly key: string; readonly why: string }[] } {
  const checked = schema.safeParse(raw);
  if (checked.success) return { value: checked.data };
  return {
    wrong: checked.error.issues.map((issue) => ({
      key: String(issue.path[0] ?? 'output'),
      why: issue.message.replace(/^Invalid input: /, 'is invalid: '),
    })),
  };
}
