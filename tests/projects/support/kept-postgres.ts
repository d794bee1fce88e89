// The embedded Postgres of the benches of one test file. To initialise and start one takes more than a second, to empty it a tenth of
// that: when a bench is closed, its folder and its server are kept for the next one, which gets a new database in them.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Connection } from '../../../src/adapter/contract.ts';
import { postgres } from '../../../src/adapters/postgres/adapter.ts';
import { initialised } from '../../support/data-folders.ts';
import { scratch, type Scratch } from '../../support/etl.ts';

/** Keeps the server running, from a database that no test looks at. */
interface Kept {
  readonly folder: Scratch;
  readonly keeper: Connection;
}

let kept: Kept | undefined;

/** An empty project folder, in which a server runs whose database `etl` is new. */
export async function takeFolder(): Promise<Kept> {
  const found = kept;
  kept = undefined;
  if (found !== undefined) return found;
  const folder = await scratch();
  await initialised(folder.dir);
  return { folder, keeper: await keeperOf(folder.dir) };
}

/** Gives it back once the connections of the test are closed. What cannot be emptied is not used again. */
export async function giveBack(used: Kept): Promise<void> {
  if (kept === undefined && (await isEmptied(used))) kept = used;
  else await discard(used);
}

async function discard({ folder, keeper }: Kept): Promise<void> {
  await keeper.close();
  await folder.dispose();
}

afterAll(async () => {
  if (kept !== undefined) await discard(kept);
});

function keeperOf(projectDir: string): Promise<Connection> {
  const { value } = postgres.parseTarget({ type: 'postgres', embedded: true, dbname: 'keeper', schema: 'public' });
  if (value === undefined) throw new Error('no postgres target');
  return postgres.connect(value, { projectDir, threads: 1, env: process.env, invocationId: 'test' });
}

const ROLES = "select quote_ident(rolname) from pg_roles where rolname <> 'etl' and rolname !~ '^pg_'";

async function isEmptied({ folder: { dir }, keeper }: Kept): Promise<boolean> {
  try {
    await keeper.withSession('keeper', async (session) => {
      const run = async (sql: string): Promise<void> => {
        await session.execute({ sql, verb: 'hook', repeatable: false });
      };
      await run('drop database etl with (force)');
      const { rows } = await session.read({ sql: ROLES, verb: 'read', repeatable: true });
      for (const [role] of rows) await run(`drop role ${String(role)}`);
      await run('create database etl');
    });
  } catch {
    // its server may have been killed: that is what some tests are about
    return false;
  }
  const own = join(dir, '.etl');
  for (const name of await readdir(own))
    if (!/^pg\d+$/.test(name)) await rm(join(own, name), { recursive: true });
  for (const name of await readdir(dir))
    if (name !== '.etl') await rm(join(dir, name), { recursive: true });
  return true;
}
