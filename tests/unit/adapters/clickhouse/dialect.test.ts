import { topologyOf } from '../../../../src/adapters/clickhouse/topology.ts';
import { describe, expect, it } from 'vitest';
import type {
  Attempt,
  DeltaRequest,
  ObservedRelation,
  SelectRequest,
} from '../../../../src/adapter/contract.ts';
import type { Statement } from '../../../../src/adapter/statement.ts';
import type { RelationKind } from '../../../../src/kernel/relation.ts';
import { isEtlError } from '../../../../src/kernel/error.ts';
import { clickhouseDialect } from '../../../../src/adapters/clickhouse/dialect.ts';

const plain = clickhouseDialect({ ansiSettings: false, hasGrants: true, topology: topologyOf({}) });
const ansi = clickhouseDialect({ ansiSettings: true, hasGrants: false, topology: topologyOf({}) });

const target = { schema: 'shop', name: 't' };
const staged = { schema: 'shop', name: '__etl_1' };
const request: SelectRequest = {
  target,
  staged,
  config: {},
  comments: { columns: {} },
  grants: undefined,
  select: 'select 1 as n',
};
const live = (kind: RelationKind, more: Partial<ObservedRelation> = {}): ObservedRelation => ({
  relation: target,
  kind,
  columns: [
    { name: 'id', type: 'UInt8', nullable: false },
    { name: 'v', type: 'String', nullable: false },
  ],
  facts: {
    uuid: 'u',
    engine: 'MergeTree',
    partitionKey: '',
    sortingKey: '',
    readBy: [],
    hasProjections: false,
    databaseEngine: 'Atomic',
    computed: [],
  },
  ...more,
});
const texts = (statements: readonly Statement[]): readonly string[] => statements.map((s) => s.sql);
const attempts = (all: readonly Attempt[]): readonly (readonly string[])[] =>
  all.map((a) => texts(a.statements));

const DROPS = [
  'DROP TABLE IF EXISTS `shop`.`__etl_1`, `shop`.`__etl_1__full`, `shop`.`__etl_1__next`, `shop`.`__etl_1__text` SYNC',
];
const ANSI =
  " SETTINGS join_use_nulls = 1, union_default_mode = 'DISTINCT', intersect_default_mode = 'DISTINCT', except_default_mode = 'DISTINCT', aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, cast_keep_nullable = 1, group_by_use_nulls = 1";

describe('building a table', () => {
  it('drops a leftover and creates beside', () => {
    expect(texts(plain.buildTable(request))).toEqual([
      ...DROPS,
      'CREATE TABLE `shop`.`__etl_1` ENGINE = MergeTree() ORDER BY tuple() AS SELECT * FROM (select 1 as n\n)',
    ]);
  });

  it('knows where the model begins', () => {
    for (const dialect of [plain, ansi]) {
      const build = dialect.buildTable(request).find((s) => s.authoredAt !== undefined);
      expect(build?.sql.slice(build.authoredAt).startsWith(request.select)).toBe(true);
      const limited = dialect.limited(request.select, 3, {});
      expect(limited.sql.slice(limited.authoredAt).startsWith(request.select)).toBe(true);
    }
  });

  it('puts every config in its place, and comments in one ALTER', () => {
    const config = {
      engine: 'ReplacingMergeTree(v)',
      order_by: ['a', 'b'],
      partition_by: 'toYYYYMM(d)',
      primary_key: ['a'],
      sample_by: 'a',
      ttl: 'd + interval 1 day',
      settings: { index_granularity: 1, storage_policy: "it's" },
      query_settings: { max_threads: 2, flag: true },
    };
    const comments = { relation: "it's", columns: { a: 'A', 'b`c': 'B' } };
    expect(texts(plain.buildTable({ ...request, config, comments })).slice(1)).toEqual([
      "CREATE TABLE `shop`.`__etl_1` ENGINE = ReplacingMergeTree(v) PARTITION BY toYYYYMM(d) PRIMARY KEY a ORDER BY (a, b) SAMPLE BY a TTL d + interval 1 day SETTINGS index_granularity = 1, storage_policy = 'it\\'s' AS SELECT * FROM (select 1 as n\n) SETTINGS max_threads = 2, flag = 1",
      "ALTER TABLE `shop`.`__etl_1` MODIFY COMMENT 'it\\'s', COMMENT COLUMN IF EXISTS `a` 'A', COMMENT COLUMN IF EXISTS `b\\`c` 'B'",
    ]);
  });

  it('gives no order to engines that have none, and the primary key to those without one', () => {
    const sql = (config: object): string =>
      plain.buildTable({ ...request, config: { ...config } })[1]?.sql ?? '';
    expect(sql({ engine: 'Memory' })).toContain(' ENGINE = Memory AS SELECT');
    expect(sql({ primary_key: 'a' })).toContain(' PRIMARY KEY a ORDER BY a AS SELECT');
    expect(sql({ order_by: 'a, b' })).toContain(' ORDER BY a, b AS SELECT');
    expect(sql({ order_by: [] })).toContain(' ORDER BY tuple() AS SELECT');
  });

  it.each([
    [{ order_by: { a: 1 } }, 'order_by'],
    [{ settings: 'x' }, 'settings'],
    [{ settings: { 'a = 1, b': 2 } }, 'settings'],
    [{ query_settings: { a: [1] } }, 'query_settings'],
    [{ indexes: [{ name: 'i' }] }, 'indexes'],
    [{ projections: { name: 'p' } }, 'projections'],
  ])('refuses %j', (config, key) => {
    try {
      plain.buildTable({ ...request, config });
      expect.fail('it was not refused');
    } catch (error) {
      if (!isEtlError(error)) throw error;
      expect(error.diagnostics[0]).toMatchObject({ code: 'ETL4004' });
      expect(error.message).toContain(`"${key}"`);
    }
  });

  it('adds indexes and projections for the rows that are there', () => {
    const config = {
      indexes: [{ name: 'i', definition: 'id TYPE minmax GRANULARITY 1' }],
      projections: [{ name: 'p', query: 'select id order by id' }],
    };
    expect(texts(plain.buildTable({ ...request, config })).slice(2)).toEqual([
      'ALTER TABLE `shop`.`__etl_1` ADD INDEX IF NOT EXISTS `i` id TYPE minmax GRANULARITY 1, MATERIALIZE INDEX `i`',
      'ALTER TABLE `shop`.`__etl_1` ADD PROJECTION IF NOT EXISTS `p` (select id order by id\n), MATERIALIZE PROJECTION `p`',
    ]);
  });

  it('adds the ANSI set by config or target, after all branches', () => {
    const by = (dialect: typeof plain, config: object): string =>
      dialect.buildTable({ ...request, config: { ...config } })[1]?.sql ?? '';
    expect(by(plain, { ansi_settings: true })).toMatch(new RegExp(`\\n\\)${ANSI}$`));
    expect(by(ansi, {})).toMatch(new RegExp(`\\n\\)${ANSI}$`));
    expect(by(plain, { ansi_settings: false })).toMatch(/\n\)$/);
    expect(by(ansi, { ansi_settings: false })).toMatch(/ SETTINGS join_use_nulls = 0, /);
  });

  it('turns a header of settings into settings, and sends any other', () => {
    const build = (header: string): readonly Statement[] =>
      plain.buildTable({ ...request, header }).slice(1);
    const [create, ...rest] = build("SET max_threads = 3; set format_csv_delimiter = ';'");
    expect(rest).toEqual([]);
    expect(create?.settings).toMatchObject({ max_threads: 3 });
    expect(texts(build('CREATE FUNCTION f AS (x) -> x'))[0]).toBe('CREATE FUNCTION f AS (x) -> x');
  });
});

describe('publishing a table', () => {
  const publish = (found: ObservedRelation | undefined): readonly (readonly string[])[] =>
    attempts(plain.publishTable({ ...request, live: found }));

  it.each([
    ['nothing', undefined, ['RENAME TABLE `shop`.`__etl_1` TO `shop`.`t`']],
    ['a table', live('table'), ['EXCHANGE TABLES `shop`.`__etl_1` AND `shop`.`t`']],
    ['a view', live('view'), ['EXCHANGE TABLES `shop`.`__etl_1` AND `shop`.`t`']],
    [
      'a dictionary (when allowed)',
      live('dictionary'),
      ['DROP DICTIONARY IF EXISTS `shop`.`t` SYNC', 'RENAME TABLE `shop`.`__etl_1` TO `shop`.`t`'],
    ],
  ])('over %s', (_, found, expected) => {
    expect(publish(found)).toEqual([expected]);
  });

  it('grants on the name before, where grants can be stored', () => {
    const granted = {
      ...request,
      grants: { select: ['bob', "o'x"], insert: [] },
      live: live('table'),
    };
    expect(attempts(plain.publishTable(granted))[0]?.[0]).toBe(
      "GRANT select ON `shop`.`t` TO `bob`, `o'x`",
    );
    expect(attempts(ansi.publishTable(granted))).toEqual([
      ['EXCHANGE TABLES `shop`.`__etl_1` AND `shop`.`t`'],
    ]);
  });

  it('tidies whatever bears the staged names', () => {
    expect(texts(plain.tidy(staged))).toEqual(DROPS);
    expect(plain.tidy(staged).every((s) => s.repeatable)).toBe(true);
  });
});

describe('publishing a view', () => {
  const publish = (
    found: ObservedRelation | undefined,
    more: Partial<SelectRequest> = {},
  ): readonly (readonly string[])[] =>
    attempts(plain.publishView({ ...request, ...more, live: found }));

  it('replaces nothing or a view at once', () => {
    const sql = 'CREATE OR REPLACE VIEW `shop`.`t` AS SELECT * FROM (select 1 as n\n)';
    expect(publish(undefined)).toEqual([[sql]]);
    expect(publish(live('view'))).toEqual([[sql]]);
  });

  it('never replaces a table at once: its rows would be gone', () => {
    expect(publish(live('table'), { comments: { relation: 'c', columns: {} } })).toEqual([
      [
        'CREATE OR REPLACE VIEW `shop`.`__etl_1` AS SELECT * FROM (select 1 as n\n)',
        "ALTER TABLE `shop`.`__etl_1` MODIFY COMMENT 'c'",
        'EXCHANGE TABLES `shop`.`__etl_1` AND `shop`.`t`',
      ],
    ]);
  });

  it('stores its settings and its security', () => {
    const config = { ansi_settings: true, sql_security: 'invoker' };
    expect(publish(undefined, { config })[0]?.[0]).toBe(
      `CREATE OR REPLACE VIEW \`shop\`.\`t\` SQL SECURITY INVOKER AS SELECT * FROM (select 1 as n\n)${ANSI}`,
    );
    const owned = publish(undefined, { config: { sql_security: 'definer', definer: 'bo`b' } });
    expect(owned[0]?.[0]).toContain('`t` DEFINER = `bo\\`b` SQL SECURITY DEFINER AS');
    expect(() => publish(undefined, { config: { sql_security: 'nobody' } })).toThrow(
      /sql_security/,
    );
  });
});

describe('publishing a delta', () => {
  const delta: DeltaRequest = {
    ...request,
    strategy: 'delete+insert',
    uniqueKey: ['id'],
    predicates: [],
    mergeUpdateColumns: undefined,
    mergeExcludeColumns: undefined,
    onSchemaChange: 'ignore',
    live: live('table'),
  };
  const same = delta.live.columns;
  /** everything that is sent when all of the table is touched */
  const publish = (more: Partial<DeltaRequest>, columns = same): readonly string[] => {
    const merging = plain.mergeDelta({ ...delta, ...more }, columns).value;
    const merge = merging?.decide({
      marks: [{ part: 'all', mark: '1', rows: 10, bytes: 100 }],
      touched: [{ part: 'all', rows: 1 }],
      isTested: false,
    });
    return [
      ...texts(merging?.arrange ?? []),
      ...texts(merge?.prepare ?? []),
      ...attempts(merge?.attempts ?? []).flat(),
    ];
  };

  it('rewrites beside and exchanges; rows without a key are kept', () => {
    expect(publish({})).toEqual([
      'DROP TABLE IF EXISTS `shop`.`__etl_1__full`, `shop`.`__etl_1__next` SYNC',
      'CREATE TABLE `shop`.`__etl_1__full` AS `shop`.`t`',
      'INSERT INTO `shop`.`__etl_1__full` (`id`, `v`) SELECT `id`, `v` FROM `shop`.`__etl_1`',
      'INSERT INTO `shop`.`__etl_1__full` (`id`, `v`) SELECT `id`, `v` FROM `shop`.`t` AS DBT_INTERNAL_DEST WHERE NOT (ifNull(`id` IN (SELECT `id` FROM `shop`.`__etl_1`), 0))',
      'EXCHANGE TABLES `shop`.`__etl_1__full` AND `shop`.`t`',
    ]);
  });

  it('takes keys, expressions and predicates together', () => {
    expect(
      publish({ uniqueKey: ['id', 'lower(v)'], predicates: ['id > 1 -- x', 'v'] })[3],
    ).toContain(
      'WHERE NOT (ifNull((`id`, lower(v)) IN (SELECT `id`, lower(v) FROM `shop`.`__etl_1`), 0) AND ifNull((id > 1 -- x\n), 0) AND ifNull((v\n), 0))',
    );
  });

  it('appends parts, or rows where something listens', () => {
    const append = { strategy: 'append' as const, uniqueKey: [] };
    expect(publish(append).at(-1)).toBe(
      'ALTER TABLE `shop`.`t` ATTACH PARTITION ALL FROM `shop`.`__etl_1__full`',
    );
    const heard = live('table', {
      facts: { ...(live('table').facts as object), readBy: ['shop.mv'] },
    });
    expect(publish({ ...append, live: heard })).toEqual([
      'INSERT INTO `shop`.`t` (`id`, `v`) SELECT `id`, `v` FROM `shop`.`__etl_1`',
    ]);
    expect(publish({ live: heard })).toEqual([
      'DELETE FROM `shop`.`t` WHERE ifNull(`id` IN (SELECT `id` FROM `shop`.`__etl_1`), 0)',
      'INSERT INTO `shop`.`t` (`id`, `v`) SELECT `id`, `v` FROM `shop`.`__etl_1`',
    ]);
  });

  it('never uses NOT IN on a key, nor a key that NULL can spoil', () => {
    for (const uniqueKey of [['id'], ['id', 'v']])
      for (const sql of publish({ uniqueKey })) expect(sql).not.toMatch(/NOT IN/i);
  });

  it('leaves out what no INSERT may name', () => {
    const computed = live('table', {
      columns: [...same, { name: 'up', type: 'String', nullable: false }],
      facts: { ...(live('table').facts as object), computed: ['up'] },
    });
    expect(publish({ live: computed })[2]).toContain('(`id`, `v`)');
  });

  it('alters only the copy', () => {
    const wider = [...same, { name: 'x', type: 'Int8', nullable: false }];
    const all = publish({ onSchemaChange: 'append_new_columns' }, wider);
    expect(all.filter((s) => s.startsWith('ALTER'))).toEqual([
      'ALTER TABLE `shop`.`__etl_1__full` ADD COLUMN IF NOT EXISTS `x` Int8',
    ]);
  });

  it.each([
    ['merge' as const, ['id'], 'ETL4002'],
    ['microbatch' as const, [], 'ETL4004'],
  ])('%s with key %j is refused', (strategy, uniqueKey, code) => {
    const { value, diagnostics } = plain.mergeDelta({ ...delta, strategy, uniqueKey }, same);
    expect(value).toBeUndefined();
    expect(diagnostics[0]).toMatchObject({ code, severity: 'error' });
    expect(diagnostics[0]?.hint).toBeTruthy();
  });
});

describe('seeds', () => {
  it('have columns that take NULL', () => {
    const columns = ['integer', 'numeric(12,2)', 'LowCardinality(String)', 'Nullable(Date)'].map(
      (type, i) => ({ name: `c${i}`, type, nullable: true }),
    );
    expect(texts(plain.buildSeed({ ...request, columns })).at(-1)).toBe(
      'CREATE TABLE `shop`.`__etl_1` (`c0` Nullable(Int32), `c1` Nullable(Decimal(12, 2)), `c2` LowCardinality(String), `c3` Nullable(Date)) ENGINE = MergeTree() ORDER BY tuple()',
    );
  });
});

it('reads carry their settings beside the text', () => {
  expect(plain.read('select 1', { ansi_settings: true })).toMatchObject({
    sql: 'select 1',
    verb: 'read',
    settings: { join_use_nulls: 1 },
  });
  expect(plain.read('select 1', {})).not.toHaveProperty('settings');
  expect(plain.limited('select 1', 5, {}).sql).toBe('SELECT * FROM (select 1\n) LIMIT 5');
});

it('writes values and names', () => {
  expect(
    ["it's", 'a\\b', 1, 5n, true, null, Number.NaN, Number.NEGATIVE_INFINITY].map((v) =>
      plain.literal(v),
    ),
  ).toEqual(["'it\\'s'", "'a\\\\b'", '1', '5', 'true', 'NULL', 'nan', '-inf']);
  expect(plain.relation({ schema: 'a`b', name: 'c\\d' })).toBe('`a\\`b`.`c\\\\d`');
});
