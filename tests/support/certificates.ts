// An authority with a server's and a client's certificate, made by the system's openssl.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Certificates {
  readonly ca: string;
  readonly server: { readonly cert: string; readonly key: string; readonly ca: string };
  readonly client: { readonly cert: string; readonly key: string };
}

/** Makes them in a folder: the server is localhost, the client is `me`. */
export async function certificates(dir: string): Promise<Certificates> {
  const openssl = (...args: string[]): Promise<unknown> =>
    promisify(execFile)('openssl', args, { cwd: dir });
  const key = ['-newkey', 'rsa:2048', '-nodes', '-keyout'];
  await openssl(
    'req',
    '-x509',
    ...key,
    'ca.key',
    '-days',
    '2',
    '-subj',
    '/CN=ca',
    '-out',
    'ca.crt',
  );
  const signed = async (name: string, subject: string, extension: string): Promise<void> => {
    await openssl('req', ...key, `${name}.key`, '-subj', `/CN=${subject}`, '-out', `${name}.csr`);
    await writeFile(join(dir, `${name}.ext`), extension);
    const from = ['-in', `${name}.csr`, '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'];
    await openssl(
      'x509',
      '-req',
      ...from,
      '-days',
      '2',
      '-extfile',
      `${name}.ext`,
      '-out',
      `${name}.crt`,
    );
  };
  await signed('server', 'localhost', 'subjectAltName=DNS:localhost');
  await signed('client', 'me', 'extendedKeyUsage=clientAuth');
  const at = (name: string): string => join(dir, name);
  const ca = at('ca.crt');
  return {
    ca,
    server: { cert: at('server.crt'), key: at('server.key'), ca },
    client: { cert: at('client.crt'), key: at('client.key') },
  };
}
