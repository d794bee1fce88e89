// Many command lines at once on one server: what they build is as if they had come one after the other.
import pg from 'pg';
import { etl, type EtlResult, scratch } from './etl.ts';
import { postgresServer } from './postgres-server.ts';

const FILES = {
  'dbt_project.yml': "name: races\nversion: '1'\nprofile: races\n",
  'models/base.sql':
    "{{ config(materialized='table') }} select g as id from generate_series(1, 100) g\n",
  'models/over.sql': "{{ config(materialized='view') }} select id from {{ ref('base') }}\n",
  'models/added.sql': `{{ config(materialized='incremental', incremental_strategy='append') }}
select id from {{ ref('base') }} {% if is_incremental() %}where id > (select coalesce(max(id), 0) from {{ this }}){% endif %}\n`,
  'models/merged.sql':
    "{{ config(materialized='incremental', incremental_strategy='merge', unique_key='id') }} select id from {{ ref('base') }}\n",
  'models/replaced.sql':
    "{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='id') }} select id from {{ ref('base') }}\n",
  'models/counted.sql':
    "{{ config(materialized='materialized_view') }} select id from {{ ref('base') }}\n",
  'snapshots/kept.sql': `{% snapshot kept %}{{ config(unique_key='id', strategy='check', check_cols=['v']) }}
select id, v from public.origin{% endsnapshot %}\n`,
};
const RELATIONS = ['base', 'over', 'added', 'merged', 'replaced', 'counted'] as const;

export interface Races {
  /** as many at once as there are lists of arguments */
  readonly run: (lists: readonly (readonly string[])[]) => Promise<readonly EtlResult[]>;
  /** changes the rows that the snapshot reads */
  readonly change: (v: number) => Promise<void>;
  /** relations whose rows are not the hundred of `base`, once each, and what lies about under internal names */
  readonly oddities: () => Promise<readonly string[]>;
  /** `id versions open` of what is not as after `v` versions */
  readonly snapshotOddities: (v: number) => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

/** A server with one project; connections for many. */
export async function races(): Promise<Races> {
  const server = await postgresServer(undefined, undefined, {
    hba: ['host all all 127.0.0.1/32 trust'],
    settings: ['max_connections=200'],
  });
  const { dir, dispose } = await scratch({
    ...FILES,
    'profiles.yml': `races:\n  target: dev\n  outputs:\n    dev: {type: postgres, host: 127.0.0.1, port: ${server.port}, user: me, dbname: postgres, schema: public, threads: 2, sslmode: disable}\n`,
  });
  const client = new pg.Client({
    host: '127.0.0.1',
    port: server.port,
    user: 'me',
    database: 'postgres',
    ssl: false,
  });
  await client.connect();
  await client.query(
    'create table public.origin as select g as id, 0 as v from generate_series(1, 10) g',
  );
  const column = async (sql: string): Promise<readonly string[]> =>
    (await client.query<{ x: string }>(sql)).rows.map((r) => r.x);
  return {
    run: (lists) =>
      Promise.all(
        lists.map((args, i) => etl([...args, '--target-path', `target${i}`], { cwd: dir })),
      ),
    change: async (v) => {
      await client.query(`update public.origin set v = ${v}`);
    },
    oddities: async () => [
      ...(await column(
        RELATIONS.map(
          (name) =>
            `select '${name} ' || count(*) || ' ' || count(distinct id) as x from public.${name} having count(*) <> 100 or count(distinct id) <> 100`,
        ).join(' union all '),
      )),
      ...(await column(
        "select relname as x from pg_class where relname like '\\_\\_etl\\_%' and relkind in ('r', 'v', 'm')",
      )),
    ],
    snapshotOddities: (v) =>
      column(`select id || ' ' || count(*) || ' ' || count(*) filter (where dbt_valid_to is null) as x from public.kept
        group by id having count(*) <> ${v} or count(distinct v) <> ${v} or count(*) filter (where dbt_valid_to is null) <> 1`),
    close: async () => {
      await client.end();
      await server.stop();
      await dispose();
    },
  };
}

/** The three races, with `howMany` command lines each; returns what went wrong. */
export async function race(on: Races, howMany: number): Promise<readonly string[]> {
  const each = (of: (i: number) => readonly string[]): readonly (readonly string[])[] =>
    Array.from({ length: howMany }, (_, i) => of(i));
  const wrong: string[] = [];
  const told = async (
    what: string,
    results: readonly EtlResult[],
    odd: readonly string[],
  ): Promise<void> => {
    for (const { code, output } of results) if (code !== 0) wrong.push(`${what}: ${output}`);
    wrong.push(...odd.map((o) => `${what}: ${o}`));
  };
  await told('all models, first', await on.run(each(() => ['run'])), await on.oddities());
  const overlapping = [
    'base+',
    '+over',
    'added',
    'merged replaced',
    '+counted',
    'base',
    '+added +merged',
  ];
  await told(
    'overlapping selections',
    await on.run(
      each((i) => ['run', '--select', ...(overlapping[i % overlapping.length] ?? '').split(' ')]),
    ),
    await on.oddities(),
  );
  await told(
    'snapshots, first',
    await on.run(each(() => ['snapshot'])),
    await on.snapshotOddities(1),
  );
  await on.change(1);
  await told(
    'snapshots, next',
    await on.run(each(() => ['snapshot'])),
    await on.snapshotOddities(2),
  );
  return wrong;
}
