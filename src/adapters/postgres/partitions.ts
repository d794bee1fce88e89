// Partitioned tables: `partition_by` of a node's config, and the partitions that new rows need.
import type { EngineConfig, SelectRequest } from '../../adapter/contract.ts';
import type { Statement } from '../../adapter/statement.ts';
import { configText } from '../../kernel/config-text.ts';
import { EtlError } from '../../kernel/error.ts';
import type { RelationName } from '../../kernel/relation.ts';
import { isInternal } from '../../kernel/staged-name.ts';
import { roleOf } from './carry.ts';
import { createFromContract } from './contract.ts';
import type { Facts, Partition } from './facts.ts';
import { beside, block, ident, quoted, relationText } from './quote.ts';
import { around, once, repeatable } from './statements.ts';
import { isMapping, storage } from './storage.ts';

const GRANULARITIES = ['hour', 'day', 'week', 'month', 'quarter', 'year'] as const;
type Granularity = (typeof GRANULARITIES)[number];

/** How a table is cut: by stretches of time, by stretches of numbers, or one partition for each value. */
type Cut =
  | { readonly by: 'time'; readonly granularity: Granularity }
  | { readonly by: 'number'; readonly interval: number }
  | { readonly by: 'value' };

export interface Partitioning {
  readonly field: string;
  readonly cut: Cut;
  /** rows whose field is NULL, or that no other partition takes, have one of their own */
  readonly hasDefault: boolean;
}

/** A partition more than this is a mistake of the config, and would make every query slow to plan. */
const MOST = 2000;
const KEYS = ['field', 'type', 'granularity', 'interval', 'default'];

const wrong = ({ schema, name }: RelationName, why: string): EtlError =>
  new EtlError([
    {
      code: 'ETL4004',
      severity: 'error',
      message: `partition_by of ${schema}.${name}: ${why}`,
      hint: 'Write {type: range, field: day, granularity: month}, {type: range, field: id, interval: 100000} or {type: list, field: country}; `default: true` adds a partition for what no other takes.',
    },
  ]);

/** What of a project cannot be partitioned. */
export const notPartitioned = (target: RelationName, kind: 'seed' | 'snapshot'): EtlError =>
  wrong(target, `a ${kind} is not partitioned; tables and incremental models are`);

/**
 * The partitioning of a config; undefined without one. Only a mapping with a `type` is ours: a text, a list, or BigQuery's mapping
 * (field, data_type, granularity) is that of another engine, and has no effect here, as in dbt. Throws for what cannot be one.
 */
export function partitioning(target: RelationName, config: EngineConfig): Partitioning | undefined {
  const { partition_by: given } = config;
  if (!isMapping(given) || !('type' in given)) return undefined;
  const odd = Object.keys(given).find((key) => !KEYS.includes(key));
  if (odd !== undefined) throw wrong(target, `"${odd}" is not known`);
  const { field, default: hasDefault = false } = given;
  if (typeof field !== 'string' || field.trim() === '')
    throw wrong(target, '"field" must be the name of a column');
  if (typeof hasDefault !== 'boolean') throw wrong(target, '"default" must be true or false');
  // folded where it is a plain word, as any other name that is not quoted
  return { field: roleOf(field), cut: requireCut(target, given), hasDefault };
}

function requireCut(target: RelationName, given: Readonly<Record<string, unknown>>): Cut {
  const { granularity, interval } = given;
  const type = configText(given['type']);
  if (type !== 'range' && type !== 'list')
    throw wrong(target, `"type" is range or list, not "${type}"`);
  if (type === 'list') {
    if (granularity !== undefined || interval !== undefined)
      throw wrong(target, 'a list has neither "granularity" nor "interval"');
    return { by: 'value' };
  }
  if ((granularity === undefined) === (interval === undefined))
    throw wrong(target, 'a range needs "granularity" (of a time) or "interval" (of a number)');
  if (interval !== undefined) {
    if (!Number.isSafeInteger(interval) || Number(interval) < 1)
      throw wrong(target, '"interval" must be a whole number from 1 on');
    return { by: 'number', interval: Number(interval) };
  }
  const found = GRANULARITIES.find((g) => g === granularity);
  if (found === undefined)
    throw wrong(target, `"granularity" is one of ${GRANULARITIES.join(', ')}`);
  return { by: 'time', granularity: found };
}

const SUFFIXES: Readonly<Record<Granularity, string>> = {
  hour: 'YYYY_MM_DD_HH24',
  day: 'YYYY_MM_DD',
  week: 'IYYY"w"IW',
  month: 'YYYY_MM',
  quarter: 'YYYY"q"Q',
  year: 'YYYY',
};
const STEPS: Readonly<Record<Granularity, string>> = {
  hour: '1 hour',
  day: '1 day',
  week: '7 days',
  month: '1 month',
  quarter: '3 months',
  year: '1 year',
};

/** Expressions over the field: the bounds of the partition that takes it, as texts, and the end of its name. */
interface Bounds {
  readonly low: string;
  readonly high: string;
  readonly suffix: string;
}

function boundsOf({ field, cut }: Partitioning, type: { readonly hasZone: boolean }): Bounds {
  const column = ident(field);
  switch (cut.by) {
    case 'time': {
      // days begin at midnight UTC, whatever the time zone of a session
      const clock = type.hasZone ? `${column} at time zone 'UTC'` : `${column}::timestamp`;
      const low = `date_trunc('${cut.granularity}', ${clock})`;
      const text = (time: string): string =>
        type.hasZone ? `((${time}) at time zone 'UTC')::text` : `(${time})::text`;
      return {
        low: text(low),
        high: text(`${low} + interval '${STEPS[cut.granularity]}'`),
        suffix: `to_char(${low}, '${SUFFIXES[cut.granularity]}')`,
      };
    }
    case 'number': {
      const low = `floor(${column}::numeric / ${cut.interval}) * ${cut.interval}`;
      return {
        low: `(${low})::text`,
        high: `(${low} + ${cut.interval})::text`,
        suffix: `replace((${low})::text, '-', 'm')`,
      };
    }
    case 'value': {
      const slug = `left(regexp_replace(lower(${column}::text), '[^a-z0-9]+', '_', 'g'), 24)`;
      return {
        low: `${column}::text`,
        high: 'null',
        // two values may have one slug
        suffix: `case when ${column} is null then 'null' when ${slug} = ${column}::text and ${slug} not in ('null', 'default') then ${slug} else ${slug} || '_' || left(md5(${column}::text), 8) end`,
      };
    }
  }
}

const clauseOf = ({ field, cut }: Partitioning): string =>
  ` partition by ${cut.by === 'value' ? 'list' : 'range'} (${ident(field)})`;

/** A name that Postgres would cut is a hash instead. */
const fitted = (name: string): string =>
  `case when octet_length(${name}) <= 63 then ${name} else 'part_' || md5(${name}) end`;

/** What the names of partitions begin with: those of the target, or of what is built beside. */
const prefixOf = (parent: RelationName, target: RelationName): string =>
  parent.name === target.name && !isInternal(target) ? `${target.name}_` : `${parent.name}_p_`;

const regclass = (relation: RelationName): string => `${quoted(relationText(relation))}::regclass`;

/** The condition of a partition; that of the default one is the rest. */
const taken = (parent: RelationName): string =>
  `select string_agg('coalesce(' || pg_get_partition_constraintdef(i.inhrelid) || ', false)', ' or ') into known
from pg_catalog.pg_inherits i join pg_catalog.pg_partitioned_table t on t.partrelid = i.inhparent
where i.inhparent = ${regclass(parent)} and i.inhrelid <> t.partdefid;`;

/**
 * Creates the partitions that rows of `source` need and that no partition of `parent` takes yet, so that no row ever lands in a
 * default partition for want of its own.
 */
function ensurePartitions(
  from: Pick<SelectRequest, 'target' | 'config'>,
  parent: RelationName,
  source: RelationName,
  how: Partitioning,
): Statement {
  const { target, config } = from;
  const column = ident(how.field);
  const query = (hasZone: boolean): string => {
    const { low, high, suffix } = boundsOf(how, { hasZone });
    const isList = how.cut.by === 'value';
    return (
      `select distinct ${low} as low, ${high} as high, ${suffix} as suffix from ${relationText(source)} ` +
      `where ${isList && !how.hasDefault ? '' : `${column} is not null and `}not (`
    );
  };
  const values =
    how.cut.by === 'value'
      ? "case when r.low is null then 'in (null)' else format('in (%L)', r.low) end"
      : "format('from (%L) to (%L)', r.low, r.high)";
  const head = `create ${config['unlogged'] === true ? 'unlogged ' : ''}table `;
  const nameless =
    how.hasDefault || how.cut.by === 'value'
      ? ''
      : `if exists (select from ${relationText(source)} where ${column} is null) then
  raise exception using errcode = '23514', message = ${quoted(`rows without a value of "${how.field}" have no partition`)},
    hint = 'Leave them out, or give partition_by a default: true.'; end if;`;
  return repeatable(
    'alter',
    block(`declare r record; known text; zoned boolean; made int := 0; begin
${nameless}
${taken(parent)}
${zonedOf(source, how)}
for r in execute case when zoned then ${quoted(query(true))} else ${quoted(query(false))} end || coalesce(known, 'false') || ') order by 3'
loop
  made := made + 1;
  if made > ${MOST} then raise exception using errcode = '54000',
    message = ${quoted(`the new rows of ${target.schema}.${target.name} need more than ${MOST} partitions`)}, hint = 'Choose a coarser partition_by.'; end if;
  execute ${quoted(head)} || format('%I.%I', ${quoted(target.schema)}, ${fitted(`(${quoted(prefixOf(parent, target))} || r.suffix)`)})
    || ${quoted(` partition of ${relationText(parent)} for values `)} || ${values} || ${quoted(storage(target, config))};
end loop; end`),
  );
}

function makeDefault(from: SelectRequest, how: Partitioning): readonly Statement[] {
  const { staged, target, config } = from;
  if (!how.hasDefault) return [];
  const unlogged = config['unlogged'] === true ? 'unlogged ' : '';
  const name = relationText(beside(staged, `${prefixOf(staged, target)}default`));
  return [
    once(
      'create',
      `create ${unlogged}table ${name} partition of ${relationText(staged)} default${storage(target, config)}`,
      staged,
    ),
  ];
}

/** The staged partitioned table: the query runs once, then its rows tell which partitions there have to be. */
export function buildPartitioned(from: SelectRequest, how: Partitioning): readonly Statement[] {
  const { staged, select, contract } = from;
  const rows = beside(staged, `${staged.name}_d`);
  const head = `create table ${relationText(staged)}`;
  const all = `select * from ${relationText(rows)}`;
  const [create, ...insert] =
    contract === undefined
      ? [
          once('create', `${head} (like ${relationText(rows)})${clauseOf(how)}`, staged),
          once('write', `insert into ${relationText(staged)} ${all}`, staged),
        ]
      : createFromContract({ ...from, select: all }, contract, head, clauseOf(how));
  return [
    around(`create unlogged table ${relationText(rows)} as (\n`, select, '\n)', {
      verb: 'create',
      repeatable: false,
      writes: [rows],
    }),
    ...(create === undefined ? [] : [create]),
    ...makeDefault(from, how),
    ensurePartitions(from, staged, rows, how),
    ...insert,
    repeatable('drop', `drop table ${relationText(rows)} restrict`),
  ];
}

/** Gives the partitions of a table that was just put in place their names and its owner. */
export function namePartitions(
  target: RelationName,
  staged: RelationName,
  owner: string | undefined,
): Statement {
  const prefix = prefixOf(staged, target);
  const name = `(${quoted(`${target.name}_`)} || substr(r.relname, ${prefix.length + 1}))`;
  const own =
    owner === undefined
      ? ''
      : ` execute format('alter table %s owner to %I', r.oid::regclass, ${quoted(owner)});`;
  return repeatable(
    'swap',
    block(`declare r record; begin
for r in select c.oid, c.relname from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
  where i.inhparent = ${regclass(target)} and starts_with(c.relname, ${quoted(prefix)})
loop execute format('alter table %s rename to %I', r.oid::regclass, ${fitted(name)});${own} end loop; end`),
  );
}

/** Frees the names of the partitions of a replaced table that stays for a while. */
export const freePartitionNames = (target: RelationName, staged: RelationName): Statement =>
  repeatable(
    'swap',
    block(`declare r record; begin
for r in select i.inhrelid, row_number() over () as at from pg_catalog.pg_inherits i
  where i.inhparent = ${regclass(target)}
loop execute format('alter table %s rename to %I', r.inhrelid::regclass, ${quoted(`${staged.name}_r`)} || r.at); end loop; end`),
  );

/** The partitioning of a live table that the config describes too; undefined for any other. */
export function livePartitioning(
  target: RelationName,
  config: EngineConfig,
  facts: Facts,
): Partitioning | undefined {
  const how = partitioning(target, config);
  return how !== undefined && facts.partitionKey === keyText(how) ? how : undefined;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How long a stretch may be, at least and at most; clocks that are put forward and back are allowed for. */
const LENGTHS: Readonly<Record<Granularity, readonly [number, number]>> = {
  hour: [HOUR_MS, HOUR_MS],
  day: [DAY_MS - HOUR_MS, DAY_MS + HOUR_MS],
  week: [7 * DAY_MS - HOUR_MS, 7 * DAY_MS + HOUR_MS],
  month: [28 * DAY_MS - HOUR_MS, 31 * DAY_MS + HOUR_MS],
  quarter: [90 * DAY_MS - HOUR_MS, 92 * DAY_MS + HOUR_MS],
  year: [365 * DAY_MS - HOUR_MS, 366 * DAY_MS + HOUR_MS],
};

/** A time as a bound is worded, in milliseconds; NaN for what is none. */
const timeOf = (text: string): number => {
  const [, day, clock = '00:00:00', zone = '+00', minutes = '00'] =
    /^(\S+)(?: ([\d:.]+)([+-]\d\d)?(?::(\d\d))?)?$/.exec(text) ?? [];
  return Date.parse(`${day}T${clock}${zone}:${minutes}`);
};

/** Whether a partition is one that this cut makes. What is not understood is taken for one. */
function isCutBy({ bounds }: Partition, cut: Cut): boolean {
  const range = /^FOR VALUES FROM \('?([^',)]*)'?\) TO \('?([^',)]*)'?\)$/.exec(bounds);
  if (cut.by === 'value') return !/^FOR VALUES IN \((?:'(?:[^']|'')*'|[^',]+), /.test(bounds);
  const [, low = '', high = ''] = range ?? [];
  if (range === null || cut.by === 'number') {
    const width = Number(high) - Number(low);
    if (range === null || cut.by !== 'number' || Number.isNaN(width)) return true;
    return width === cut.interval && Number(low) % cut.interval === 0;
  }
  const length = timeOf(high) - timeOf(low);
  const [least, most] = LENGTHS[cut.granularity];
  return Number.isNaN(length) || (length >= least && length <= most);
}

/** The partitions of a live table that its config would have cut in another way: names, the default one left out. */
export const cutOtherwise = (how: Partitioning, { partitions }: Facts): readonly string[] =>
  partitions.filter((p) => p.bounds !== 'DEFAULT' && !isCutBy(p, how.cut)).map(({ name }) => name);

/** The key as the catalog words it. */
const keyText = ({ field, cut }: Partitioning): string =>
  `${cut.by === 'value' ? 'LIST' : 'RANGE'} (${field})`;

/** The partitions that the staged rows need in the table that stays; `undo` drops those of them that were not there and are empty. */
export const partitionsFor = (
  from: Pick<SelectRequest, 'target' | 'config' | 'staged' | 'live'>,
  how: Partitioning,
): { readonly make: Statement; readonly undo: Statement } => ({
  make: ensurePartitions(from, from.target, from.staged, how),
  undo: dropEmptied(from, how),
});

function dropEmptied(
  { target, staged, live }: Pick<SelectRequest, 'target' | 'staged' | 'live'>,
  how: Partitioning,
): Statement {
  const known = ((live?.facts as Facts | undefined)?.partitions ?? []).map(({ name }) => name);
  const needed = (hasZone: boolean): string => {
    const { suffix } = boundsOf(how, { hasZone });
    return `select ${fitted('n.name')} from (select distinct ${quoted(prefixOf(target, target))} || ${suffix} as name from ${relationText(staged)}) n`;
  };
  const isKnown =
    known.length === 0 ? '' : ` and c.relname not in (${known.map(quoted).join(', ')})`;
  return repeatable(
    'alter',
    block(`declare r record; names text[]; zoned boolean; taken boolean; begin
${zonedOf(staged, how)}
execute 'select coalesce(array_agg(q.name), ''{}'') from (' || case when zoned then ${quoted(needed(true))} else ${quoted(needed(false))} end || ') q(name)' into names;
for r in select c.oid::regclass as part from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
  where i.inhparent = ${regclass(target)} and c.relname = any(names)${isKnown}
loop
  execute format('select exists (select from %s)', r.part) into taken;
  if not taken then execute format('drop table %s restrict', r.part); end if;
end loop; end`),
  );
}

/** Says in a block whether the field is of a type with a time zone. */
const zonedOf = (relation: RelationName, { field }: Partitioning): string =>
  `select a.atttypid = 'timestamptz'::regtype into zoned from pg_catalog.pg_attribute a
where a.attrelid = ${regclass(relation)} and a.attname = ${quoted(field)} and not a.attisdropped;`;

/**
 * Takes away the rows of the cuts that the staged rows touch: normally all of their partitions. A partition that is cut in
 * another way (an earlier config, somebody else's, the default one) keeps its other rows.
 */
export function emptyTouched(
  target: RelationName,
  staged: RelationName,
  how: Partitioning,
): Statement {
  const statement = (hasZone: boolean): string => {
    const { low } = boundsOf(how, { hasZone });
    return `delete from ${relationText(target)} where exists (select from (select distinct ${low} as low from ${relationText(staged)}) t where t.low is not distinct from ${low})`;
  };
  return once(
    'alter',
    block(`declare zoned boolean; begin
${zonedOf(target, how)}
execute case when zoned then ${quoted(statement(true))} else ${quoted(statement(false))} end;
end`),
    target,
  );
}
