// A project on the embedded engine, whose etl is killed at one statement; then looked at, healed, and looked at again.
import { join } from 'node:path';
import { openEngine } from '../../../src/adapters/clickhouse/embedded/engine.ts';
import { etl, scratch } from '../etl.ts';
import {
  AFTER,
  BEFORE,
  FOREIGN,
  INTERNAL,
  look,
  type Value,
  wholeProject,
} from './clickhouse-look.ts';
import { CLICKHOUSE_PROJECT, CLICKHOUSE_SCENARIOS } from './clickhouse-scenarios.ts';
import type { Scenario } from './scenarios.ts';

export interface EmbeddedRig {
  /** Builds the next version and kills etl some time after it said that it sends its statement of that number. */
  readonly strike: (
    scenario: Scenario,
    at: { readonly statement: number; readonly afterMs: number },
  ) => Promise<{ readonly problems: readonly string[]; readonly isStruck: boolean }>;
  readonly close: () => Promise<void>;
}

const PROFILES = `faults:
  target: dev
  outputs:
    dev: {type: clickhouse, embedded: true, schema: shop, threads: 1}
`;
const WINDOW = ['--event-time-start', '2024-01-01', '--event-time-end', '2024-01-03'];
/** How --debug says that a statement is sent. */
const SENT = /^\d\d:\d\d:\d\d {2}On (?:model|seed|snapshot|test)\./gm;

/** Builds version 1 of everything. */
export async function clickhouseEmbeddedRig(): Promise<EmbeddedRig> {
  const { dir, write, dispose } = await scratch({
    ...CLICKHOUSE_PROJECT,
    'profiles.yml': PROFILES,
  });
  const root = join(dir, '.etl/ch');

  /** One command may have the data open at a time. */
  const inEngine = async <T>(use: (value: Value) => Promise<T>): Promise<T> => {
    const engine = await openEngine(root);
    const session = engine.open();
    try {
      return await use(async (sql) => {
        try {
          return (await session.queryAsync(sql, { format: 'TSVRaw' })).text().trimEnd();
        } catch (error) {
          if (error instanceof Error && error.message.includes('(UNKNOWN_TABLE)')) return undefined;
          throw error;
        }
      });
    } finally {
      session.close();
      await engine.release();
    }
  };
  const run = (statements: string): Promise<void> =>
    inEngine(async (value) => {
      for (const sql of statements.split('\n')) await value(sql);
    });
  const build = async (
    { verb, select }: Scenario,
    v: number,
    kill?: { readonly statement: number; readonly afterMs: number },
  ): Promise<{
    readonly output: string;
    readonly isStruck: boolean;
    readonly code: number | null;
  }> => {
    let isStruck = false;
    const hasBatches = verb === 'run' || verb === 'build';
    const args = [
      '--select',
      select,
      '--vars',
      JSON.stringify({ v }),
      ...(hasBatches ? WINDOW : []),
    ];
    const { code, output } = await etl([verb, '--debug', ...args], {
      cwd: dir,
      started: (child) => {
        let seen = '';
        child.stdout?.on('data', (text: Buffer) => {
          seen += text.toString();
          if (isStruck || kill === undefined) return;
          if ([...seen.matchAll(SENT)].length < kill.statement) return;
          isStruck = true;
          setTimeout(() => child.kill('SIGKILL'), kill.afterMs);
        });
      },
    });
    return { code, output, isStruck };
  };

  await run(BEFORE);
  const first = await build(wholeProject, 1);
  if (first.code !== 0) throw new Error(`version 1 was not built: ${first.output}`);
  await run(AFTER);
  const versions = new Map(CLICKHOUSE_SCENARIOS.map((s) => [s.name, 1]));

  return {
    strike: async (scenario, at) => {
      const v = (versions.get(scenario.name) ?? 1) + 1;
      versions.set(scenario.name, v);
      const { isFirst, before, files, content } = scenario;
      if (isFirst === true) await run(`drop table if exists shop.${scenario.target} sync`);
      if (before !== undefined) await run(before(v));
      if (files !== undefined) await write(files(v));
      const [old, foreign] = await inEngine(async (value) => [
        await value(content),
        await value(FOREIGN),
      ]);
      const { isStruck } = await build(scenario, v, at);
      const wanted = scenario.expected(v);
      const allowed = [old, wanted, ...(scenario.between?.(v) ?? [])];
      const [found, times] = await inEngine(async (value) => [
        await look(value, scenario, allowed, foreign),
        scenario.howOften === undefined ? '1' : await value(scenario.howOften(v)),
      ]);
      const healed = await build(scenario, v);
      const [later, left] = await inEngine(async (value) => [
        await look(value, scenario, [wanted], foreign),
        await value(INTERNAL),
      ]);
      const problems = [
        ...found.map((p) => `after the kill: ${p}`),
        ...(times === '0' || times === '1' ? [] : [`the new rows are there ${times} times`]),
        ...later.map((p) => `after the next run: ${p} (${healed.output})`),
        ...(left === '' ? [] : [`left behind: ${left}`]),
      ];
      const where = `${scenario.name}, killed ${at.afterMs} ms after statement ${at.statement}`;
      return { problems: problems.map((p) => `${where}: ${p}`), isStruck };
    },
    close: dispose,
  };
}
