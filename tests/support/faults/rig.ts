// A server, the project of the scenarios, and one step of the proof: build a version while harm is done, look, heal, look again.
import { join } from 'node:path';
import pg from 'pg';
import { executeVerb } from '../../../src/api/execute.ts';
import type { RunEvent } from '../../../src/api/index.ts';
import { scratch } from '../etl.ts';
import { postgresServer } from '../postgres-server.ts';
import { type Fault, faultProxy, type Point, type Watched } from './proxy.ts';
import { PROJECT, projectOf, type Scenario, SCENARIOS } from './scenarios.ts';

/** The harm that is tried at every point. */
export const HARMS = ['cut', 'terminate', 'kill'] as const;
export type Kind = (typeof HARMS)[number];

/** What the builder of a version is told, and how it may be killed. */
export interface BuildRequest {
  readonly scenario: Pick<Scenario, 'name' | 'verb' | 'select'>;
  readonly v: number;
  readonly projectDir: string;
  readonly profilesDir: string;
  /** the proxied connection, or the straight one that heals */
  readonly through: 'proxy' | 'server';
}
/** Builds one version; returns what was told, for messages. */
export type Builder = (request: BuildRequest) => Promise<string>;

const profile = (port: number): string => `faults:
  target: dev
  outputs:
    dev: {type: postgres, host: 127.0.0.1, port: ${port}, user: builder, dbname: postgres, schema: public, threads: 1, sslmode: disable, retries: 0}
`;

const batchOptions = { eventTimeStart: '2024-01-01', eventTimeEnd: '2024-01-03' } as const;
/** Builds in this process, by the public interface. */
export const buildHere: Builder = async ({ scenario, v, projectDir, profilesDir }) => {
  const told: string[] = [];
  const observe = (event: RunEvent): void => {
    if (event.kind === 'node_finished')
      told.push(...event.outcome.diagnostics.map((d) => `${d.code} ${d.message}`));
    if (event.kind === 'diagnostic')
      told.push(`${event.diagnostic.code} ${event.diagnostic.message}`);
  };
  try {
    await executeVerb(scenario.verb, {
      projectDir,
      profilesDir,
      cwd: projectDir,
      env: { HOME: projectDir, PATH: process.env['PATH'] ?? '' },
      select: [scenario.select],
      vars: { v },
      writeJson: false,
      ...batchOptions,
      observe,
    });
  } catch (error) {
    told.push(error instanceof Error ? error.message : String(error));
  }
  return told.join('\n');
};

// What must survive whatever happens: relations that are not the project's, their owners, and what is on the targets.
const FOREIGN = `select coalesce(json_agg(x order by x), '[]')::text from (
  select n.nspname || '.' || c.relname || ' ' || c.relkind::text || ' ' || pg_get_userbyid(c.relowner) || ' ' || coalesce(c.relacl::text, '-') as x
  from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname in ('theirs', 'seen') or c.relname like 'their%'
  union all select 'grant ' || table_name || ' ' || grantee || ' ' || privilege_type from information_schema.role_table_grants
    where grantee = 'reader' and table_schema = 'public' and table_name = any($1)
  union all select 'comment ' || c.relname || ' ' || obj_description(c.oid, 'pg_class') from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relname = any($1)) f`;
const INTERNAL = `select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relname like '\\_\\_etl\\_%' and c.relkind in ('r', 'v', 'm', 'p') and pg_get_userbyid(c.relowner) = 'builder'
  and not exists (select from pg_depend d join pg_rewrite w on w.oid = d.objid and d.classid = 'pg_rewrite'::regclass
    join pg_class r on r.oid = w.ev_class where d.refobjid = c.oid and r.relnamespace = 'theirs'::regnamespace)`;
const BUSY = `select pid || ' ' || state || ' ' || left(query, 80) as what from pg_stat_activity
  where usename = 'builder' and backend_type = 'client backend'`;
const SEEN_MS = 10_000;

const isAbsent = (error: unknown): boolean => (error as { code?: string }).code === '42P01';

export interface Rig {
  /** builds the next version of a scenario with a fault; returns what was wrong afterwards, and what was done */
  readonly strike: (
    scenario: Scenario,
    point: Point,
    kind: Kind,
    builder?: Builder,
  ) => Promise<{ readonly problems: readonly string[]; readonly watched: Watched }>;
  /** called with the process that builds, so that it can be killed */
  readonly victim: { kill: (() => void) | undefined };
  readonly close: () => Promise<void>;
}

/** Builds all of them at once. */
const EVERYTHING: Pick<Scenario, 'name' | 'verb' | 'select'> = {
  name: 'everything',
  verb: 'build',
  select: '*',
};

/** Files of a project in a folder of its own. */
const within = (
  folder: string,
  files: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(files).map(([file, text]) => [join(folder, file), text]));

/** Starts the server and the proxy, and builds version 1 of everything. */
export async function faultRig(): Promise<Rig> {
  const server = await postgresServer(undefined, undefined, {
    hba: ['host all all 127.0.0.1/32 trust'],
  });
  const proxy = await faultProxy(server.port);
  const { dir, write, dispose } = await scratch({
    ...within(EVERYTHING.name, PROJECT),
    ...Object.fromEntries(SCENARIOS.flatMap((s) => Object.entries(within(s.name, projectOf(s))))),
    'server/profiles.yml': profile(server.port),
    'proxy/profiles.yml': profile(proxy.port),
  });
  const admin = new pg.Client({
    host: '127.0.0.1',
    port: server.port,
    user: 'me',
    database: 'postgres',
    ssl: false,
  });
  admin.on('error', () => undefined);
  await admin.connect();
  const text = async (
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<string | undefined> => {
    try {
      const { rows } = await admin.query<(string | null)[]>({
        text: sql,
        values: [...values],
        rowMode: 'array',
      });
      return rows.map((r) => String(r[0])).join('\n');
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  };
  const lasting = SCENARIOS.filter((s) => s.isFirst !== true);
  const foreign = (): Promise<string | undefined> => text(FOREIGN, [lasting.map((s) => s.target)]);
  const quiet = async (): Promise<string> => {
    const until = Date.now() + SEEN_MS;
    for (;;) {
      const busy = (await text(BUSY)) ?? '';
      if (busy === '' || Date.now() > until) return busy;
      await new Promise((done) => setTimeout(done, 5));
    }
  };
  const request = (
    scenario: BuildRequest['scenario'],
    v: number,
    through: BuildRequest['through'],
  ): BuildRequest => ({
    scenario,
    v,
    projectDir: join(dir, scenario.name),
    profilesDir: join(dir, through),
    through,
  });
  await admin.query(`create role builder login; create role reader; create role outsider; create schema raw; create schema theirs;
    create schema seen; create table raw.people (id int, v int); insert into raw.people select g, 1 from generate_series(1, 3) g;
    grant all on schema public, seen to builder; grant usage on schema raw, theirs to builder, outsider;
    grant all on all tables in schema raw to builder; grant usage on schema public to outsider; alter schema theirs owner to outsider;
    create table public.their_own as select 1 as id; create table public.__etl_their_notes as select 1 as id;
    alter table public.their_own owner to outsider; alter table public.__etl_their_notes owner to outsider`);
  const said = await buildHere(request(EVERYTHING, 1, 'server'));
  if (said !== '') throw new Error(`version 1 was not built: ${said}`);
  const versions = new Map(SCENARIOS.map((s) => [s.name, 1]));
  for (const { target, isReadElsewhere = false, name } of lasting) {
    await admin.query(
      `grant select on public.${target} to reader; grant select on public.${target} to outsider`,
    );
    if (isReadElsewhere)
      await admin.query(
        `set role outsider; create view theirs.${target} as select * from public.${target}; reset role`,
      );
    else if (!name.includes('retyped'))
      await admin.query(
        `set role builder; create view seen.${target} as select * from public.${target}; reset role`,
      );
  }

  const victim: Rig['victim'] = { kill: undefined };
  const harmOf = (kind: Kind): Pick<Fault, 'cuts' | 'harm'> => {
    if (kind === 'cut') return { cuts: true };
    const harm = async (backend: number): Promise<void> => {
      if (kind === 'kill') victim.kill?.();
      else if (backend !== 0) await admin.query('select pg_terminate_backend($1, 5000)', [backend]);
    };
    return { cuts: kind === 'kill', harm };
  };

  /** What is not as it should be, of what can be seen at once. */
  const look = async (
    scenario: Scenario,
    allowed: readonly (string | undefined)[],
    before: string | undefined,
  ): Promise<readonly string[]> => {
    const problems: string[] = [];
    const now = await text(scenario.content);
    if (!allowed.includes(now)) problems.push(`holds ${now}, not one of ${allowed.join(' / ')}`);
    if (now !== undefined && scenario.isFirst !== true && !scenario.name.includes('retyped')) {
      const place = scenario.isReadElsewhere === true ? 'theirs' : 'seen';
      const seen = await text(scenario.content.replace('from public.', `from ${place}.`));
      if (place === 'seen' && seen !== now) problems.push(`its view shows ${seen}, not ${now}`);
      if (seen === undefined || seen === 'null') problems.push('its view shows nothing');
    }
    const after = await foreign();
    if (after !== before) problems.push(`what is not the project's: ${after}, was ${before}`);
    return problems;
  };

  const strike: Rig['strike'] = async (scenario, point, kind, builder = buildHere) => {
    const v = (versions.get(scenario.name) ?? 1) + 1;
    versions.set(scenario.name, v);
    if (scenario.isFirst === true)
      await admin.query(`do $$ declare k "char"; begin select relkind into k from pg_class where oid = to_regclass('public.${scenario.target}');
        if k = 'v' then drop view public.${scenario.target}; elsif k = 'm' then drop materialized view public.${scenario.target};
        elsif k = 'r' then drop table public.${scenario.target}; end if; end $$`);
    const sql = scenario.before?.(v);
    if (sql !== undefined) await admin.query(sql);
    if (scenario.files !== undefined) await write(within(scenario.name, scenario.files(v)));
    const old = await text(scenario.content);
    const untouched = await foreign();
    const watched = proxy.arm({ point, ...harmOf(kind) });
    const said = await builder(request(scenario, v, 'proxy'));
    const running = await quiet();
    const wanted = scenario.expected(v);
    const first = await look(scenario, [old, wanted, ...(scenario.between?.(v) ?? [])], untouched);
    const times = scenario.howOften === undefined ? '1' : await text(scenario.howOften(v));
    const healed = await buildHere(request(scenario, v, 'server'));
    const later = await look(scenario, [wanted], untouched);
    const left = await text(INTERNAL);
    const problems = [
      ...(running === '' ? [] : [`still running: ${running}`]),
      ...first.map((p) => `after the fault: ${p} (${said})`),
      ...(times === '0' || times === '1'
        ? []
        : [`the new rows are there ${times} times (${said})`]),
      ...later.map((p) => `after the next run: ${p} (${healed})`),
      ...(left === '' ? [] : [`left behind: ${left}`]),
    ];
    const where = `${scenario.name}, ${kind} ${watched.struck ?? point.moment}`;
    return { problems: problems.map((p) => `${where}: ${p}`), watched };
  };
  return {
    strike,
    victim,
    close: async () => {
      await proxy.close();
      await admin.end();
      await server.stop();
      await dispose();
    },
  };
}
