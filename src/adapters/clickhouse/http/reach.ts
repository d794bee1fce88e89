// Keys of an output that say how a server is reached, beside its address.
import * as z from 'zod';

const YES_NO: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  off: false,
  0: false,
};
/** Values of templates arrive as text: `"{{ env_var('SECURE') }}"`. */
export const flag: z.ZodType<boolean> = z.preprocess(
  (v) =>
    typeof v === 'string' || typeof v === 'number' ? (YES_NO[String(v).toLowerCase()] ?? v) : v,
  z.boolean(),
);
export const whole = (min: number, max: number): z.ZodType<number> =>
  z.preprocess(
    (v) => (typeof v === 'string' && /^\d+$/.test(v) ? Number(v) : v),
    z.number().int().min(min).max(max),
  );

/** The names of header fields, and values without a line break, which would be another field. */
const header = z
  .union([z.string(), z.number(), z.boolean()])
  .refine((value) => !/[\r\n\0]/.test(String(value)), 'has a line break');

const proxyAddress = z.string().refine((text) => {
  try {
    return /^https?:$/.test(new URL(text.includes('://') ? text : `http://${text}`).protocol);
  } catch {
    return false;
  }
}, 'is not the address of an HTTP proxy, as in http://proxy.example.com:3128');

interface Keys {
  readonly retries?: number | undefined;
  readonly server_host_name?: string | null | undefined;
  readonly tcp_keepalive?: boolean | readonly number[] | null | undefined;
  readonly reuse_connections?: boolean | undefined;
  readonly http_headers?: Readonly<Record<string, string | number | boolean>> | null | undefined;
  readonly http_proxy?: string | null | undefined;
}

/** What zod is told of these keys. */
export const REACH_KEYS: { readonly [K in keyof Keys]-?: z.ZodType<Keys[K]> } = {
  retries: whole(0, 1000).optional(),
  server_host_name: z.string().nullish(),
  tcp_keepalive: z.union([flag, z.array(z.number())]).nullish(),
  reuse_connections: flag.optional(),
  http_headers: z
    .record(z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'is no header name'), header)
    .nullish(),
  http_proxy: proxyAddress.nullish(),
};

export interface Reach {
  /** how often connecting is tried again */
  readonly retries: number;
  /** the name that the server's certificate is for, when it is not the host */
  readonly serverName: string | undefined;
  /** how long a socket is silent before the system asks whether the other side is there */
  readonly keepAliveSeconds: number | undefined;
  /** false: each node has a connection of its own, so that a load balancer may choose anew */
  readonly reusesConnections: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly proxy: string | undefined;
}

export function reachOf(keys: Keys): Reach {
  const idle = typeof keys.tcp_keepalive === 'object' ? keys.tcp_keepalive?.[0] : undefined;
  return {
    retries: keys.retries ?? 1,
    serverName: keys.server_host_name || undefined,
    keepAliveSeconds: idle,
    reusesConnections: keys.reuse_connections ?? true,
    headers: Object.fromEntries(
      Object.entries(keys.http_headers ?? {}).map(([name, value]) => [name, String(value)]),
    ),
    proxy: keys.http_proxy || undefined,
  };
}

/** Texts among these that must not be shown. */
export function reachSecrets({ headers, proxy }: Reach): readonly string[] {
  const inHeaders = Object.entries(headers)
    .filter(([name]) => /auth|token|key|secret|cookie|password/i.test(name))
    .map(([, value]) => value);
  const password = proxy === undefined ? '' : decodeURIComponent(passwordIn(proxy));
  return [...inHeaders, ...(password === '' ? [] : [password])];
}

const passwordIn = (proxy: string): string =>
  new URL(proxy.includes('://') ? proxy : `http://${proxy}`).password;
