// The connection service file (PostgreSQL documentation, 32.17).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TargetWorld } from '../../../adapter/own-server.ts';
import { isRefused, parameter, type Parameters, type Refused } from './parameters.ts';

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** The section of a service; undefined when the file has none of that name. */
function section(text: string, file: string, name: string): Parameters | Refused | undefined {
  const wrong = (line: number, why: string): Refused => ({
    key: 'service',
    why: `cannot be read: ${file}, line ${line}: ${why}`,
  });
  let found: Record<string, string> | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('[')) {
      if (found !== undefined) return found;
      if (line.slice(1, line.indexOf(']')) === name) found = {};
      continue;
    }
    if (found === undefined) continue;
    const equals = line.indexOf('=');
    if (equals < 0)
      return wrong(
        index + 1,
        line.startsWith('ldap') ? 'LDAP is not supported' : 'not a line of the form name=value',
      );
    const key = line.slice(0, equals);
    if (key === 'service') return wrong(index + 1, 'a service cannot name another one');
    // no spaces around the sign, as libpq has it: they would belong to the name and the value
    const known = parameter(key, line.slice(equals + 1));
    if (isRefused(known)) return wrong(index + 1, `"${key}" ${known.why}`);
    // the first of two lines counts
    if (known !== undefined && known.value !== '') found[known.key] ??= known.value;
  }
  return found;
}

/** Looks a service up: in the file of PGSERVICEFILE or ~/.pg_service.conf, then in that of the system. */
export function readService(
  name: string,
  { env, homeDir, asks }: TargetWorld,
): Parameters | Refused {
  const asked = env['PGSERVICEFILE'];
  const systems =
    env['PGSYSCONFDIR'] === undefined || env['PGSYSCONFDIR'] === ''
      ? ['/etc/postgresql-common', '/etc']
      : [env['PGSYSCONFDIR']];
  const own =
    asked !== undefined && asked !== ''
      ? [asked]
      : homeDir === undefined
        ? []
        : [join(homeDir, '.pg_service.conf')];
  const files = [...own, ...systems.map((dir) => join(dir, 'pg_service.conf'))];
  for (const file of files) {
    asks?.(file);
    const text = textOf(file);
    if (text === undefined) {
      if (file === asked)
        return { key: 'service', why: `cannot be read: there is no file ${file}` };
      continue;
    }
    const found = section(text, file, name);
    if (found !== undefined) return found;
  }
  return {
    key: 'service',
    why: `is not defined: ${name}`,
    hint: `Looked for [${name}] in ${files.join(', ')}. A service is chosen by the key "service" or by PGSERVICE.`,
  };
}
