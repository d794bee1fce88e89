// What stands beside the project of the scenarios, and what of it all must hold after a fault.
import { CLICKHOUSE_SCENARIOS } from './clickhouse-scenarios.ts';
import type { Scenario } from './scenarios.ts';

/** One cell; undefined where the relation is not there. */
export type Value = (sql: string) => Promise<string | undefined>;

export const INTERNAL =
  "select arrayStringConcat(arraySort(groupArray(name)), ', ') from system.tables where database = 'shop' and startsWith(name, '__etl_')";
export const FOREIGN =
  "select arrayStringConcat(arraySort(groupArray(database || '.' || name || ' ' || toString(uuid) || ' ' || create_table_query)), ', ') from system.tables where database in ('theirs', 'seen', 'raw') or name like 'their%'";

/** One statement a line: sources, and what belongs to others. */
export const BEFORE = `create database raw
create database theirs
create database seen
create database if not exists shop
create table raw.people (id UInt32, v UInt32) engine = MergeTree order by id
insert into raw.people select number + 1, 1 from numbers(3)
create table theirs.own engine = MergeTree order by id as select 1 as id
create table shop.their_own engine = MergeTree order by id as select 1 as id`;

/** Views of others over what was built. */
export const AFTER: string = CLICKHOUSE_SCENARIOS.filter(({ isFirst }) => isFirst !== true)
  .map(({ target }) => `create view seen.${target} as select * from shop.${target}`)
  .join('\n');

/** Everything at once, for the first version. */
export const wholeProject: Scenario = {
  name: 'all',
  verb: 'build',
  target: '',
  select: '*',
  content: '',
  expected: () => '',
};

/** What is not as it should be, of what can be seen at once. */
export async function look(
  value: Value,
  scenario: Scenario,
  allowed: readonly (string | undefined)[],
  foreign: string | undefined,
): Promise<readonly string[]> {
  const problems: string[] = [];
  const now = await value(scenario.content);
  if (!allowed.includes(now)) problems.push(`holds ${now}, not one of ${allowed.join(' / ')}`);
  if (now !== undefined && scenario.isFirst !== true) {
    const seen = await value(scenario.content.replace('from shop.', 'from seen.'));
    if (seen !== now) problems.push(`its view shows ${seen}, not ${now}`);
  }
  const after = await value(FOREIGN);
  if (after !== foreign) problems.push(`what is not the project's: ${after}, was ${foreign}`);
  return problems;
}
