// An engine behind its HTTP interface, the project of the scenarios, and one step of the proof: build a version while harm is done,
// look, heal, look again.
import { join } from 'node:path';
import { clients, type Clients, WRITER } from '../clickhouse-clients.ts';
import { scratch } from '../etl.ts';
import { type Between, between, type Moment, type Seen } from '../http-between.ts';
import { CLICKHOUSE_PROJECT, CLICKHOUSE_SCENARIOS } from './clickhouse-scenarios.ts';
import { AFTER, BEFORE, FOREIGN, INTERNAL, look, wholeProject } from './clickhouse-look.ts';
import { buildHere, type Builder, type BuildRequest } from './rig.ts';
import type { Scenario } from './scenarios.ts';

/** `cut`: the line of one request; `kill`: etl itself, and from then on nothing comes through. */
export const CLICKHOUSE_HARMS = ['cut', 'kill'] as const;
export type ClickhouseHarm = (typeof CLICKHOUSE_HARMS)[number];

/** Where harm is done: at the request of that number, counted from 1. */
export interface ClickhousePoint {
  readonly step: number;
  readonly moment: Moment;
  readonly kind: ClickhouseHarm;
}

export interface Struck {
  /** what was wrong afterwards */
  readonly problems: readonly string[];
  /** the request at which harm was done; undefined when the run ended before */
  readonly struck: string | undefined;
}

export interface ClickhouseRig {
  /** builds the next version of a scenario with a fault */
  readonly strike: (
    scenario: Scenario,
    point: ClickhousePoint,
    builder?: Builder,
  ) => Promise<Struck>;
  /** called with the process that builds, so that it can be killed */
  readonly victim: { kill: (() => void) | undefined };
  readonly close: () => Promise<void>;
}

const profile = (port: number): string => `faults:
  target: dev
  outputs:
    dev: {type: clickhouse, host: 127.0.0.1, port: ${port}, user: ${WRITER.name}, password: ${WRITER.password}, schema: shop, threads: 1}
`;

const isKill = ({ sql }: Seen): boolean => sql.startsWith('KILL');

/** Counts what is asked through the line, and does harm at the point. */
function arm(line: Between, point: ClickhousePoint, kill: () => void): { struck?: string } {
  const watched: { struck?: string } = {};
  let steps = 0;
  line.cut = (seen) => {
    if (watched.struck !== undefined && point.kind === 'kill') return 'before';
    // how often a statement is told to stop depends on the clock
    if (isKill(seen)) return undefined;
    if (++steps !== point.step) return undefined;
    watched.struck = `${point.moment} step ${steps}: ${seen.sql.replaceAll(/\s+/g, ' ').slice(0, 120)}`;
    if (point.kind === 'kill') setTimeout(kill, point.moment === 'during' ? 3 : 0);
    return point.moment;
  };
  return watched;
}

/** What the rig asks beside the run: one cell, or undefined where the relation is not there. */
const reader =
  ({ ask }: Clients) =>
  async (sql: string): Promise<string | undefined> => {
    const { status, text } = await ask(sql);
    if (status === 200) return text.trimEnd();
    if (text.includes('(UNKNOWN_TABLE)')) return undefined;
    throw new Error(text);
  };

/** Starts everything and builds version 1. */
export async function clickhouseRig(): Promise<ClickhouseRig> {
  const on = await clients();
  const line = await between(on.wire.front.port);
  const { dir, write, dispose } = await scratch({
    ...CLICKHOUSE_PROJECT,
    'server/profiles.yml': profile(on.wire.front.port),
    'proxy/profiles.yml': profile(line.port),
  });
  const value = reader(on);
  const run = async (statements: string): Promise<void> => {
    for (const sql of statements.split('\n')) await value(sql);
  };
  const request = (
    scenario: Scenario,
    v: number,
    through: BuildRequest['through'],
  ): BuildRequest => ({ scenario, v, projectDir: dir, profilesDir: join(dir, through), through });
  await run(BEFORE);
  const said = await buildHere(request(wholeProject, 1, 'server'));
  if (said !== '') throw new Error(`version 1 was not built: ${said}`);
  const versions = new Map(CLICKHOUSE_SCENARIOS.map((s) => [s.name, 1]));
  await run(AFTER);
  const victim: ClickhouseRig['victim'] = { kill: undefined };

  const strike: ClickhouseRig['strike'] = async (scenario, point, builder = buildHere) => {
    const v = (versions.get(scenario.name) ?? 1) + 1;
    versions.set(scenario.name, v);
    if (scenario.isFirst === true) await run(`drop table if exists shop.${scenario.target} sync`);
    const before = scenario.before?.(v);
    if (before !== undefined) await run(before);
    if (scenario.files !== undefined) await write(scenario.files(v));
    const [old, untouched] = [await value(scenario.content), await value(FOREIGN)];
    const watched = arm(line, point, () => victim.kill?.());
    const told = await builder(request(scenario, v, 'proxy'));
    line.cut = undefined;
    const running = await on.quiet();
    const wanted = scenario.expected(v);
    const allowed = [old, wanted, ...(scenario.between?.(v) ?? [])];
    const first = await look(value, scenario, allowed, untouched);
    const now = await value(scenario.content);
    const times = scenario.howOften === undefined ? '1' : await value(scenario.howOften(v));
    const hasLied =
      told === '' && watched.struck !== undefined && point.kind !== 'kill' && now !== wanted;
    const healed = await buildHere(request(scenario, v, 'server'));
    const later = await look(value, scenario, [wanted], untouched);
    const left = await value(INTERNAL);
    const problems = [
      ...(running === 0 ? [] : [`still running: ${running}`]),
      ...first.map((p) => `after the fault: ${p} (${told})`),
      ...(hasLied ? ['the run told of no trouble, and the new content is not there'] : []),
      ...(times === '0' || times === '1'
        ? []
        : [`the new rows are there ${times} times (${told})`]),
      ...later.map((p) => `after the next run: ${p} (${healed})`),
      ...(left === '' ? [] : [`left behind: ${left}`]),
    ];
    const where = `${scenario.name}, ${point.kind} ${watched.struck ?? point.moment}`;
    return { problems: problems.map((p) => `${where}: ${p}`), struck: watched.struck };
  };
  return {
    strike,
    victim,
    close: async () => {
      await line.close();
      await on.close();
      await dispose();
    },
  };
}
