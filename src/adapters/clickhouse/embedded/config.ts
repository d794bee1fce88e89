// The engine's own configuration files. Options given as arguments reach the first connection only; the profile in
// users.xml reaches every session of the process.
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { isSettingName, SAFE, type Settings } from '../settings.ts';

/** The engine's default of 2 makes a DELETE over many parts ten times slower. */
const BACKGROUND_POOL = 16;

/** Same results as on a server, where these are off. */
const LIKE_A_SERVER: Settings = { implicit_select: 0, allow_introspection_functions: 0 };

const GRANTS: readonly string[] = [
  'SELECT',
  'INSERT',
  'ALTER',
  'CREATE',
  'DROP',
  'UNDROP TABLE',
  'TRUNCATE',
  'OPTIMIZE',
  'SHOW',
  'CHECK',
  'KILL QUERY',
  'SYSTEM',
  'BACKUP',
  'dictGet',
  'SET DEFINER',
  'SOURCES',
  'TABLE ENGINE',
];

/** What a check makes goes with its engine: nothing has to be on the disk for sure. */
const FLEETING: Settings = { fsync_metadata: 0 };

/** What an engine may reach: `scratch` begins empty as well as sealed, and what lay there before is gone. */
export type Reach = 'everything' | 'sealed' | 'scratch';

const xml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const profile = (settings: Settings): string =>
  Object.entries(settings)
    .filter(([name]) => isSettingName(name))
    .map(([name, value]) => `    <${name}>${xml(String(value))}</${name}>`)
    .join('\n');

const usersXml = (reach: Reach): string => `<clickhouse>
  <profiles><default>
${profile({ ...SAFE, ...LIKE_A_SERVER, ...(reach === 'scratch' ? FLEETING : {}) })}
  </default></profiles>
  <users><default>
    <password></password>
    <networks><ip>::/0</ip></networks>
    <profile>default</profile>
    <quota>default</quota>
    <grants>
${GRANTS.filter((g) => reach === 'everything' || g !== 'SOURCES')
  .map((g) => `      <query>GRANT ${g} ON ${g === 'TABLE ENGINE' ? '*' : '*.*'}</query>`)
  .join('\n')}
    </grants>
  </default></users>
  <quotas><default/></quotas>
</clickhouse>
`;

const configXml = (users: string): string => `<clickhouse>
  <logger><level>none</level></logger>
  <users_config>${xml(users)}</users_config>
  <background_pool_size>${BACKGROUND_POOL}</background_pool_size>
  <max_server_memory_usage>${Math.floor(totalmem() / 2)}</max_server_memory_usage>
</clickhouse>
`;

/** Written beside and renamed, so that a second process never reads half a file. */
async function write(file: string, text: string): Promise<void> {
  const beside = `${file}.${randomBytes(4).toString('hex')}`;
  await writeFile(beside, text, { mode: 0o600 });
  await rename(beside, file);
}

/** Writes both files into `dir` and returns the one the engine has to be given. Only one for `everything` may read from outside. */
export async function writeConfig(dir: string, reach: Reach): Promise<string> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const users = join(dir, 'users.xml');
  const config = join(dir, 'config.xml');
  await write(users, usersXml(reach));
  await write(config, configXml(users));
  return config;
}
