// Connection URIs as libpq reads them (PostgreSQL documentation, 32.1.1.2). Messages never repeat a part of one.
import { isRefused, parameter, type Parameters, type Refused } from './parameters.ts';

const refused = (why: string, hint?: string): Refused => ({
  key: 'url',
  why,
  ...(hint === undefined ? {} : { hint }),
});

const SHAPE = /^postgres(?:ql)?:\/\/(?:([^@/?#]*)@)?([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/;
const FORM = 'It reads postgresql://user:password@host:port/database?sslmode=verify-full.';
const ESCAPED =
  'Characters such as @ : / ? # % in a user or a password are written as %40 %3A %2F %3F %23 %25.';

/** Takes a URI apart. */
export function parseUri(uri: string): Parameters | Refused {
  const found = SHAPE.exec(uri.trim());
  if (found === null)
    return refused('is not a URL of Postgres', /^postgres(ql)?:/.test(uri.trim()) ? ESCAPED : FORM);
  const [, login = '', place = '', database = '', query = ''] = found;
  try {
    const values: Record<string, string> = {};
    const set = (key: string, text: string): void => {
      const value = decodeURIComponent(text);
      if (value !== '') values[key] = value;
    };
    const colon = login.indexOf(':');
    set('user', colon < 0 ? login : login.slice(0, colon));
    if (colon >= 0) set('password', login.slice(colon + 1));
    const where = hostAndPort(place);
    if (isRefused(where)) return where;
    set('host', where.host);
    set('port', where.port);
    set('dbname', database);
    for (const part of query.split('&').filter((p) => p !== '')) {
      const equals = part.indexOf('=');
      if (equals < 0) return refused('has a parameter without a value');
      const name = decodeURIComponent(part.slice(0, equals));
      const value = decodeURIComponent(part.slice(equals + 1));
      if (name === 'service') values['service'] = value;
      else {
        const known = parameter(name, value);
        if (isRefused(known))
          return { ...known, key: 'url', why: `has the parameter "${name}", which ${known.why}` };
        if (known !== undefined && known.value !== '') values[known.key] = known.value;
      }
    }
    return values;
  } catch {
    return refused('has a % that begins no character', ESCAPED);
  }
}

function hostAndPort(place: string): { readonly host: string; readonly port: string } | Refused {
  if (place.includes(','))
    return refused('names several servers', 'Name one: a second one is never tried.');
  const found = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d*))?$/.exec(place);
  if (found === null) return refused('has no host and port that can be read', ESCAPED);
  return { host: found[1] ?? found[2] ?? '', port: found[3] ?? '' };
}
