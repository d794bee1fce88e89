// Debian's ClickHouse 18.16: an HTTP interface that somebody else wrote. From the system's packages, or unpacked where ETL_TEST_CLICKHOUSE_18 says.
import { spawn } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { scratchDir } from './postgres.ts';

const freePort = (): Promise<number> =>
  new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

const configOf = (dir: string, http: number, tcp: number, login: Login): string => `<yandex>
  <logger><level>warning</level><log>${dir}/log</log><errorlog>${dir}/errors</errorlog></logger>
  <http_port>${http}</http_port><tcp_port>${tcp}</tcp_port><listen_host>127.0.0.1</listen_host>
  <path>${dir}/data/</path><tmp_path>${dir}/tmp/</tmp_path><mark_cache_size>5368709120</mark_cache_size>
  <users_config>users.xml</users_config><default_profile>default</default_profile><default_database>default</default_database>
  <profiles><default/></profiles><quotas><default/></quotas>
  <users><${login.name}><password>${login.password}</password><networks><ip>127.0.0.1</ip></networks>
    <profile>default</profile><quota>default</quota></${login.name}></users>
</yandex>
`;

export interface Login {
  readonly name: string;
  readonly password: string;
}

/** Starts it; rejects, with what it said, when it does not answer within 30 seconds. */
export async function oldServer(
  login: Login,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const root = process.env['ETL_TEST_CLICKHOUSE_18'] ?? '/';
  const dir = await scratchDir();
  const [http, tcp] = [await freePort(), await freePort()];
  const config = configOf(dir, http, tcp, login);
  for (const name of ['config.xml', 'users.xml']) await writeFile(join(dir, name), config);
  for (const name of ['data', 'tmp']) await mkdir(join(dir, name));
  const libraries: string[] = [];
  for (const lib of [join(root, 'usr/lib'), join(root, 'lib')])
    for (const name of await readdir(lib).catch(() => []))
      if (name.endsWith('-linux-gnu')) libraries.push(join(lib, name));
  const server = spawn(
    join(root, 'usr/sbin/clickhouse-server'),
    [`--config-file=${dir}/config.xml`],
    {
      cwd: dir,
      env: { LD_LIBRARY_PATH: root === '/' ? '' : libraries.join(':') },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  for (const stream of [server.stdout, server.stderr])
    stream.on('data', (text) => (said += String(text)));
  const ended = new Promise<void>((done) => server.once('close', () => done()));
  server.once('error', (error) => (said += error.message));
  const url = `http://127.0.0.1:${http}`;
  const stop = async (): Promise<void> => {
    server.kill('SIGKILL');
    await ended;
    await rm(dir, { recursive: true, force: true });
  };
  for (let tries = 0; tries < 150 && server.exitCode === null; tries++) {
    const isUp = await fetch(`${url}/ping`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isUp) return { url, stop };
    await new Promise((done) => {
      setTimeout(done, 200);
    });
  }
  await stop();
  throw new Error(`ClickHouse 18.16 does not start: ${said}`);
}
