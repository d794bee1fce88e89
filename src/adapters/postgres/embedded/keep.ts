// That a server goes on when nobody uses it any more: `etl db start` writes it down, `etl db stop` takes it back.
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EmbeddedPlace } from './place.ts';
import { fileTrouble, systemCode } from './trouble.ts';

/** How a kept server is started again after a crash. */
export interface Kept {
  /** the port on 127.0.0.1, when programs other than ours are let in by TCP */
  readonly port?: number;
}

const fileOf = ({ dir }: EmbeddedPlace): string => join(dir, 'kept.json');

function written(place: EmbeddedPlace, path: string, text: string, mode: number): void {
  try {
    writeFileSync(path, text, { mode });
    if (place.user !== undefined) chownSync(path, place.user.uid, place.user.gid);
  } catch (error) {
    throw fileTrouble(path, error);
  }
}

/** True when the server is to go on without users. */
export const isKept = (place: EmbeddedPlace): boolean => existsSync(fileOf(place));

/** How the server is kept; undefined when it is not. */
export function keptOf(place: EmbeddedPlace): Kept | undefined {
  try {
    const found: unknown = JSON.parse(readFileSync(fileOf(place), 'utf8'));
    const port = typeof found === 'object' && found !== null && 'port' in found ? found.port : 0;
    return typeof port === 'number' && port > 0 ? { port } : {};
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? undefined : {};
  }
}

export const keep = (place: EmbeddedPlace, kept: Kept): void =>
  written(place, fileOf(place), `${JSON.stringify(kept)}\n`, 0o644);

export const letGo = (place: EmbeddedPlace): void => rmSync(fileOf(place), { force: true });

/** The password for TCP, made at first need and kept, so that a program that knows it needs no change after a restart. */
export function tcpPassword(place: EmbeddedPlace): string {
  const path = join(place.dir, 'tcp-password');
  try {
    const known = readFileSync(path, 'utf8').trim();
    if (known !== '') return known;
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw fileTrouble(path, error);
  }
  const made = randomBytes(18).toString('base64url');
  written(place, path, `${made}\n`, 0o600);
  return made;
}

// The socket lies in a folder that only the server's user may enter; whoever comes by TCP may be anybody on this machine.
const RULES = `local all all trust
host all all 127.0.0.1/32 scram-sha-256
`;

/** What a server that listens is started with. */
export function listening(place: EmbeddedPlace): Readonly<Record<string, string>> {
  const rules = join(place.dir, 'hba.conf');
  written(place, rules, RULES, 0o644);
  return { listen_addresses: '127.0.0.1', hba_file: rules, password_encryption: 'scram-sha-256' };
}
