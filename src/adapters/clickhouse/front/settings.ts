// Keys of a request's URL as settings of its statement.
import { text } from '../quote.ts';
import { isSettingName } from '../settings.ts';
import { FrontError } from './refusal.ts';

/** Keys of the interface itself. */
const RESERVED: ReadonlySet<string> = new Set([
  'query',
  'database',
  'default_format',
  'query_id',
  'session_id',
  'session_timeout',
  'session_check',
  'close_session',
  'user',
  'password',
  'role',
  'quota_key',
  'stacktrace',
  'compress',
  'decompress',
  'compression',
  'wait_end_of_query',
  'buffer_size',
  'http_response_buffer_size',
  'http_write_exception_in_output_format',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'enable_http_compression',
  'http_zlib_compression_level',
  'add_http_cors_header',
  'cancel_http_readonly_queries_on_client_close',
  'client_protocol_version',
  // the user and the method decide
  'readonly',
  'log_comment',
]);

const unknown = (name: string): FrontError =>
  new FrontError(115, `Unknown setting '${name}'.`, 'UNKNOWN_SETTING');

/** Names and values for SET, with those of the parameters; `readonly` and the name of the statement come last. */
export function requestSettings(
  args: URLSearchParams,
  params: Readonly<Record<string, string>>,
): ReadonlyMap<string, string> {
  if (args.get('compress') === '1' || args.get('decompress') === '1')
    throw new FrontError(
      89,
      'Blocks of the native protocol (compress=1, decompress=1) are not spoken here: use Accept-Encoding: gzip, or switch compression off in the client',
      'UNKNOWN_COMPRESSION_METHOD',
    );
  const role = args.get('role');
  if (role !== null)
    throw new FrontError(511, `There is no role \`${role}\` in user directories`, 'UNKNOWN_ROLE');
  // a server's default, which the embedded engine is configured away from
  const settings = new Map<string, string>([['output_format_json_quote_64bit_integers', '0']]);
  for (const [name, value] of args) {
    if (RESERVED.has(name) || name.startsWith('param_')) continue;
    if (!isSettingName(name)) throw unknown(name);
    settings.set(name, value);
  }
  for (const [name, value] of Object.entries(params)) {
    if (!isSettingName(name)) throw unknown(`param_${name}`);
    settings.set(`param_${name}`, value);
  }
  return settings;
}

/** `SET a = 'x', b = 'y'` */
export const setting = (settings: ReadonlyMap<string, string>): string =>
  `SET ${[...settings].map(([name, value]) => `${name} = ${text(value)}`).join(', ')}`;
