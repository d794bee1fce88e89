// What one call has read, another takes; never when it would be wrong, and never with a secret.
import { chmod, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { etl, scratch, type EtlResult, type Scratch } from '../support/etl.ts';

/** All at once: most of them wait, at their beginning, for a time that has to pass. */
vi.setConfig({ maxConcurrency: 20 });

const FILES = {
  'dbt_project.yml': 'name: shop\nprofile: p\n',
  'profiles.yml': `p:
  target: dev
  outputs:
    dev: {type: postgres, host: localhost, user: u, password: "{{ env_var('PG_PASS') }}", dbname: d, schema: "{{ env_var('PLACE') }}"}
`,
  'models/a.sql': 'select 1 as id',
  'models/b.sql': "select * from {{ ref('a') }}",
  'models/_m.yml': 'models: [{name: a, config: {matrialized: table}}]\n',
};
const env = { PG_PASS: 'swordfish 12', PLACE: 'here' };

/** The project of a test, and what is asked of it. */
interface Shop {
  readonly project: Scratch;
  readonly run: (
    args: readonly string[],
    more?: Readonly<Record<string, string>>,
  ) => Promise<EtlResult>;
  readonly head: () => string;
  readonly written: () => Promise<number>;
  readonly schemas: () => Promise<readonly string[]>;
  /** Files get the times of a project that nobody has touched for a minute. */
  readonly settle: () => Promise<void>;
}

const shopOf = (project: Scratch): Shop => ({
  project,
  run: (args, more = {}) => etl(args, { cwd: project.dir, env: { ...env, ...more } }),
  head: () => join(project.dir, 'target/parse_cache.json'),
  written: async () => (await stat(join(project.dir, 'target/parse_cache.body'))).mtimeMs,
  schemas: async () => {
    const text = await readFile(join(project.dir, 'target/manifest.json'), 'utf8');
    const { nodes } = JSON.parse(text) as { nodes: Record<string, { schema: string }> };
    return Object.values(nodes).map(({ schema }) => schema);
  },
  settle: async () => {
    const long = new Date(Date.now() - 60_000);
    for (const file of await readdir(project.dir, { recursive: true }))
      await utimes(join(project.dir, file), long, long);
    // the time of the inode cannot be set: it has to pass
    await new Promise((done) => setTimeout(done, 2100));
  },
});

/** A test with a project of its own. */
const inShop = (body: (shop: Shop) => Promise<void>) => async (): Promise<void> => {
  const project = await scratch(FILES);
  try {
    await body(shopOf(project));
  } finally {
    await project.dispose();
  }
};

/** What was told, without the times of the day. */
const told = ({ output }: EtlResult): string => output.replaceAll(/^\d\d:\d\d:\d\d/gm, '');

describe.concurrent('what is kept of a read project', () => {
  test(
    'nothing changed: nothing is read, and every warning is told again',
    inShop(async ({ run, written, settle }) => {
      await settle();
      const first = await run(['ls']);
      expect(first.code, first.output).toBe(0);
      const at = await written();
      const second = await run(['ls']);
      expect(told(second)).toBe(told(first));
      expect(second.output).toContain('matrialized');
      expect(await written()).toBe(at);
      await run(['ls', '--no-partial-parse']);
      expect(await written()).not.toBe(at);
    }),
  );

  test(
    'an edit, a new file, another variable: each is seen at once',
    inShop(async ({ project, run, schemas, settle }) => {
      await settle();
      await run(['parse']);
      expect(await schemas()).toEqual(['here', 'here']);
      await project.write({ 'models/b.sql': "{{ config(schema='x') }}select 1" });
      await run(['parse']);
      expect(await schemas()).toEqual(['here', 'here_x']);
      await project.write({ 'models/c.sql': 'select 1' });
      await run(['parse']);
      expect(await schemas()).toHaveLength(3);
      await run(['parse'], { PLACE: 'there' });
      expect(await schemas()).toEqual(['there', 'there_x', 'there']);
      await rm(join(project.dir, 'models/c.sql'));
      expect((await run(['ls'])).stdout.split('\n').filter(Boolean)).toEqual(['shop.a', 'shop.b']);
    }),
  );

  test(
    'a model that is changed and keeps its size, twice in a row',
    inShop(async ({ project, run, schemas }) => {
      for (const word of ['one', 'two', 'six'] as const) {
        await project.write({ 'models/b.sql': `{{ config(schema='${word}') }}select 1` });
        await run(['parse']);
        expect(await schemas()).toContain(`here_${word}`);
      }
    }),
  );

  test(
    'the service file of libpq, and one that appears before it, are seen at once',
    inShop(async ({ project, run, head, written, settle }) => {
      const own = join(project.dir, 'own.conf');
      const service = (database: string): string =>
        `[shop]\nhost=localhost\nuser=u\ndbname=${database}\n`;
      await project.write({
        'profiles.yml':
          'p: {target: dev, outputs: {dev: {type: postgres, service: shop, schema: s}}}\n',
        'sys/pg_service.conf': service('first'),
      });
      await settle();
      const more = { PGSYSCONFDIR: join(project.dir, 'sys'), HOME: join(project.dir, 'home') };
      const database = async (set: Readonly<Record<string, string>> = more): Promise<string> => {
        const { stdout } = await run(
          ['ls', '-s', 'a', '--output', 'json', '--output-keys', 'database'],
          set,
        );
        return stdout.trim();
      };
      expect(await database()).toContain('"first"');
      const at = await written();
      expect(await database()).toContain('"first"');
      expect(await written()).toBe(at);
      await project.write({ 'sys/pg_service.conf': service('other') });
      expect(await database()).toContain('"other"');
      await project.write({ 'home/.pg_service.conf': service('nearer') });
      expect(await database()).toContain('"nearer"');
      await writeFile(own, service('named'));
      expect(await database({ ...more, PGSERVICEFILE: own })).toContain('"named"');
      expect(await readFile(head(), 'utf8')).not.toContain('[shop]');
    }),
  );

  test(
    'a password file that is closed to others is no longer warned of',
    inShop(async ({ project, run, settle }) => {
      await project.write({
        'profiles.yml':
          'p: {target: dev, outputs: {dev: {type: postgres, host: localhost, user: u, dbname: d, schema: s}}}\n',
        'home/.pgpass': 'localhost:5432:d:u:swordfish 12\n',
      });
      const file = join(project.dir, 'home/.pgpass');
      await chmod(file, 0o644);
      await settle();
      const more = { HOME: join(project.dir, 'home') };
      expect((await run(['ls'], more)).output).toContain('the password file was passed over');
      expect((await run(['ls'], more)).output).toContain('the password file was passed over');
      await chmod(file, 0o600);
      expect((await run(['ls'], more)).output).not.toContain('password file');
    }),
  );

  test(
    'a cache that is damaged, empty or of another program is not looked at',
    inShop(async ({ project, run, head, settle }) => {
      await settle();
      const first = told(await run(['ls']));
      const good = await readFile(head(), 'utf8');
      for (const bad of [
        '',
        '{',
        '[]',
        'null',
        good.slice(0, 400),
        good.replace('"identity":"', '"identity":"x'),
      ]) {
        await writeFile(head(), bad);
        expect(told(await run(['ls']))).toBe(first);
      }
      await writeFile(join(project.dir, 'target/parse_cache.body'), 'x');
      expect(told(await run(['ls']))).toBe(first);
    }),
  );

  test(
    'no value of the environment is in it, and nobody else may read it',
    inShop(async ({ project, run, head }) => {
      await run(['parse', '--vars', '{word: 77177}']);
      const texts = [
        await readFile(head(), 'utf8'),
        await readFile(join(project.dir, 'target/parse_cache.body'), 'utf8'),
      ];
      expect(texts[0]).toContain('PG_PASS');
      for (const text of texts) {
        expect(text).not.toContain('swordfish');
        expect(text).not.toContain('77177');
      }
      for (const file of [
        'target/parse_cache.json',
        'target/parse_cache.body',
        '.etl/parse_cache.key',
      ])
        expect((await stat(join(project.dir, file))).mode & 0o077).toBe(0);
    }),
  );

  test(
    'what templates ask of the call leaves nothing of --vars or of the metadata in the target folder',
    inShop(async ({ project, run, written, settle }) => {
      await project.write({
        'models/b.sql':
          "{{ config(meta={'n': invocation_args_dict | length, 'm': dbt_metadata_envs | length, 'w': flags.WHICH}) }}select 1",
      });
      await settle();
      const call = ['ls', '--no-write-json', '--vars', '{hush: topsecretvalue}'];
      const more = { DBT_ENV_CUSTOM_ENV_HUSH: 'quietmetadata' };
      for (let i = 0; i < 2; i++) expect((await run(call, more)).code).toBe(0);
      expect(await readdir(join(project.dir, 'target'))).toContain('parse_cache.json');
      const at = await written();
      await run(call, more);
      expect(await written()).toBe(at);
      for (const file of await readdir(join(project.dir, 'target'), { withFileTypes: true })) {
        if (!file.isFile()) continue;
        const text = await readFile(join(project.dir, 'target', file.name), 'utf8');
        expect(text, file.name).not.toContain('topsecretvalue');
        expect(text, file.name).not.toContain('quietmetadata');
      }
      await run(call, { DBT_ENV_CUSTOM_ENV_HUSH: 'another' });
      expect(await written()).not.toBe(at);
    }),
  );

  test(
    'a password that stands in profiles.yml is hidden where the call itself repeats it',
    inShop(async ({ project, run, settle }) => {
      await project.write({
        'profiles.yml':
          'p: {target: dev, outputs: {dev: {type: postgres, host: localhost, user: u, password: swordfish 12, dbname: d, schema: s}}}\n',
      });
      await settle();
      const repeated = { DBT_ENV_CUSTOM_ENV_X: 'swordfish 12' };
      for (let i = 0; i < 3; i++) {
        expect((await run(['parse'], repeated)).code).toBe(0);
        expect(await readFile(join(project.dir, 'target/manifest.json'), 'utf8')).not.toContain(
          'swordfish',
        );
      }
    }),
  );

  test(
    'a password that stands in a model keeps the project from being kept',
    inShop(async ({ project, run, head }) => {
      await project.write({ 'models/b.sql': "select 'swordfish 12' as p" });
      expect((await run(['ls'])).code).toBe(0);
      await expect(stat(head())).rejects.toThrow('ENOENT');
    }),
  );

  test(
    'manifest.json stays while it says what would be written, and gives way to an id that is asked for',
    inShop(async ({ project, run, settle }) => {
      await settle();
      const id = async (): Promise<unknown> => {
        const text = await readFile(join(project.dir, 'target/manifest.json'), 'utf8');
        return (JSON.parse(text) as { metadata: { invocation_id: unknown } }).metadata
          .invocation_id;
      };
      await run(['parse']);
      const first = await id();
      await run(['parse']);
      expect(await id()).toBe(first);
      await project.write({ 'models/b.sql': "select 2 as other from {{ ref('a') }}" });
      await run(['parse']);
      const second = await id();
      expect(second).not.toBe(first);
      const changed = await readFile(join(project.dir, 'target/manifest.json'), 'utf8');
      expect(changed).toContain('2 as other');
      await run(['ls']);
      expect(await id()).toBe(second);
      await run(['ls', '--invocation-id', 'asked-for']);
      expect(await id()).toBe('asked-for');
      await run(['parse']);
      expect(await id()).not.toBe('asked-for');
      await run(['parse'], { DBT_ENV_CUSTOM_ENV_X: '1' });
      const text = await readFile(join(project.dir, 'target/manifest.json'), 'utf8');
      expect((JSON.parse(text) as { metadata: { env: unknown } }).metadata.env).toEqual({ X: '1' });
      await writeFile(join(project.dir, 'target/manifest.json'), '{}');
      await run(['parse'], { DBT_ENV_CUSTOM_ENV_X: '1' });
      expect(await id()).toBeDefined();
    }),
  );
});
