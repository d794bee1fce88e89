// Sends statements to the embedded engine of a project through its own driver, and tells how long they took.
// Run: node clickhouse-sender.mjs <folder of the engine> <JSON with setup and statements>
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { Session } from 'chdb';

const [, , root, file] = process.argv;
const { setup, statements, settings } = JSON.parse(readFileSync(file, 'utf8'));
const data = join(root, 'data');
const anchor = new Session(data, { connectionArgs: [`--config-file=${join(root, 'config.xml')}`] });

/** As the tool does it: each statement in a session of its own. */
async function send(sql) {
  const session = new Session(data);
  try {
    const set = Object.entries({ async_insert: 0, ...settings }).map(([k, v]) => `${k} = ${v}`);
    await session.queryAsync(`SET ${set.join(', ')}`);
    return await session.queryAsync(sql, { format: 'TSV' });
  } finally {
    session.close();
  }
}

const version = (await send('SELECT version()')).text().trim();
for (const sql of setup) await send(sql);
const began = performance.now();
let engineMs = 0;
let last = '';
for (const sql of statements) {
  const result = await send(sql);
  engineMs += (result.elapsed ?? 0) * 1000;
  last = result.text().trim();
}
const ms = performance.now() - began;
process.stdout.write(JSON.stringify({ ms, engineMs, last, version }));
anchor.close();
