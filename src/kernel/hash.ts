import { createHash } from 'node:crypto';

/** SHA-256 of a text as 64 hex digits. */
export const sha256 = (text: string | Uint8Array): string =>
  createHash('sha256').update(text).digest('hex');

/** MD5 of a text as 32 hex digits: only where dbt's names are made with it, never for safety. */
export const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
