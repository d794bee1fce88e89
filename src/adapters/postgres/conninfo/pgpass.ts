// The password file (PostgreSQL documentation, 32.16).
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

export interface PassEntry {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/** Where servers of distributions put their socket: the file calls such a place "localhost". */
export const SOCKET_DIRS: readonly string[] = ['/var/run/postgresql', '/run/postgresql', '/tmp'];

/** The fields of a line; a backslash keeps the next character. */
function fieldsOf(line: string): readonly string[] {
  const fields = [''];
  for (let i = 0; i < line.length; i++) {
    let c = line.charAt(i);
    if (c === ':') {
      fields.push('');
      continue;
    }
    if (c === '\\' && i + 1 < line.length) c = line.charAt(++i);
    fields[fields.length - 1] += c;
  }
  return fields;
}

/** The password of the first line that fits. */
export function passwordIn(text: string, entry: PassEntry): string | undefined {
  const hosts = SOCKET_DIRS.includes(entry.host) ? [entry.host, 'localhost'] : [entry.host];
  const wanted = [hosts, [String(entry.port)], [entry.database], [entry.user]];
  for (const line of text.split(/\r?\n/)) {
    if (line === '' || line.startsWith('#')) continue;
    const fields = fieldsOf(line);
    const fits = wanted.every((values, i) => {
      const field = fields[i];
      return field === '*' || (field !== undefined && values.includes(field));
    });
    if (fits && fields[4] !== undefined) return fields[4];
  }
  return undefined;
}

/** Where the file is: the passfile of the connection, or ~/.pgpass. */
export const passFileOf = (
  passfile: string | undefined,
  homeDir: string | undefined,
): string | undefined => passfile ?? (homeDir === undefined ? undefined : join(homeDir, '.pgpass'));

/** Looks a password up; `problem` says why an existing file was passed over. */
export function readPassFile(
  file: string,
  entry: PassEntry,
): { readonly password?: string; readonly problem?: string } {
  try {
    const stats = statSync(file, { throwIfNoEntry: false });
    if (stats === undefined) return {};
    if (!stats.isFile()) return { problem: `${file} is not a plain file` };
    if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0)
      return { problem: `${file} may be read by others` };
    const password = passwordIn(readFileSync(file, 'utf8'), entry);
    return password === undefined || password === '' ? {} : { password };
  } catch {
    return { problem: `${file} cannot be read` };
  }
}
