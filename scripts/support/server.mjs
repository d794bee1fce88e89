// The embedded Postgres as a server that both tools reach over TCP: the one the tests start, bundled so that Node can load it.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import pg from 'pg';

// Timestamps and numbers as the server writes them: they are only compared.
const asText = { getTypeParser: () => (value) => value };

async function launcher(root) {
  const outfile = join(root, 'target/support/postgres-server.mjs');
  await build({
    absWorkingDir: root,
    entryPoints: ['tests/support/postgres-server.ts'],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    logLevel: 'warning',
  });
  return import(pathToFileURL(outfile).href);
}

const quoted = (name) => `"${name.replaceAll('"', '""')}"`;

/** Starts it, as durable as an installed server is (the tests do without); `output` holds the keys of a profile output, `rows` asks a database. */
export async function startServer(root) {
  const { postgresServer } = await launcher(root);
  const server = await postgresServer(undefined, undefined, { settings: ['fsync=on'] });
  const login = { ...server.output, types: asText };
  const rows = async (database, sql, values = []) => {
    const client = new pg.Client({ ...login, database });
    await client.connect();
    try {
      return (await client.query(sql, values)).rows;
    } finally {
      await client.end();
    }
  };
  const admin = (sql) => rows('postgres', sql);
  return {
    output: server.output,
    rows,
    createDatabase: (name) => admin(`create database ${quoted(name)}`),
    renameDatabase: (from, to) => admin(`alter database ${quoted(from)} rename to ${quoted(to)}`),
    dropDatabases: async (names) => {
      for (const name of names) await admin(`drop database if exists ${quoted(name)} with (force)`);
    },
    stop: () => server.stop(),
  };
}
