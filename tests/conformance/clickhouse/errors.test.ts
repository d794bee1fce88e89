import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isStatementFailure, type DriverError } from '../../../src/adapter/failure.ts';
import type { EngineConfig } from '../../../src/adapter/contract.ts';
import type { Statement } from '../../../src/adapter/statement.ts';
import { aSelect, openWarehouse, type Warehouse } from '../../support/clickhouse.ts';

let w: Warehouse;
beforeAll(async () => {
  w = await openWarehouse();
  await w.inSession((s) => s.execute(w.dialect.createSchema('shop')));
  await w.run("CREATE TABLE shop.a ENGINE = MergeTree ORDER BY id AS SELECT 1 AS id, 'x' AS name");
});
afterAll(() => w.close());

async function errorOf(statement: Statement): Promise<DriverError> {
  const error = await w
    .inSession((s) => s.execute(statement))
    .then(
      () => new Error('no error'),
      (e: unknown) => e,
    );
  if (!isStatementFailure(error)) throw error;
  return error.error;
}

/** The statement with the model's text, all before it being done. */
async function building(select: string, config: EngineConfig = {}): Promise<Statement> {
  const statements = w.dialect.buildTable(aSelect('t', select, { config }));
  const at = statements.findIndex((s) => s.authoredAt !== undefined);
  const found = statements[at];
  if (found === undefined) throw new Error('no build');
  await w.inSession((s) => s.segment({ atomicity: 'none', statements: statements.slice(0, at) }));
  return found;
}

/** The error of a model and the text at its position. */
async function ofModel(select: string): Promise<DriverError & { readonly there: string }> {
  const statement = await building(select);
  const error = await errorOf(statement);
  const there =
    error.position === undefined ? '' : statement.sql.slice(error.position).split('\n')[0];
  return { ...error, there: there ?? '' };
}

describe('an error of a model', () => {
  it.each([
    ['syntax', "select 'é😀' as x,\n  'é😀' frm,, 1", '1', 'syntax'],
    ['syntax on the first line', "select 'é😀', , 1", '1', 'syntax'],
    [
      'an unknown column',
      "select 'é😀' as x,\n  nope from shop.a",
      'nope from shop.a',
      'missing_column',
    ],
    ['an unknown table', "select 'é' as x\nfrom shop.nope", 'nope', 'missing_relation'],
    ['an unknown schema', 'select 1\nfrom nowhere.a', 'nowhere.a', 'missing_database'],
    ['an unknown function', "select 'é' as x,\n nofunc(1)", 'nofunc(1)', 'other'],
  ])('points at %s', async (_, select, there, kind) => {
    const error = await ofModel(select);
    expect(error).toMatchObject({ there, kind, transient: false });
    expect(error.message).not.toMatch(/DB::Exception|version|\([A-Z_]{6,}\)|In scope/);
    expect(error.message).not.toContain('\n');
  });

  it('points nowhere when the name stands twice', async () => {
    expect((await ofModel('select nope, nope + 1 as b from shop.a')).position).toBeUndefined();
  });

  it('keeps what the engine proposes', async () => {
    const error = await ofModel('select nme from shop.a');
    expect(error.hint).toBe("Maybe you meant: 'name'");
    expect(error.message).not.toMatch(/meant/);
  });

  it.each([
    ["select toInt32('abc')", 'type', '6'],
    ["select 1 + 'a'", 'type', '43'],
    ['select cast(NULL as Nullable(Int32))::Int32', 'type', '349'],
    ["select throwIf(1, 'no: luck')", 'other', '395'],
    [
      'select sleepEachRow(0.1) from numbers(30) settings max_execution_time = 0.2, max_block_size = 1',
      'timeout',
      '159',
    ],
  ])('%s is of kind %s', async (select, kind, code) => {
    expect(await ofModel(select)).toMatchObject({ kind, code });
  });

  it('says what is not closed, without what the tool has written behind it', async () => {
    const { message } = await ofModel("select 1 as x,\n  'open");
    expect(message).toBe('Syntax error: Single quoted string is not closed');
  });

  it("is told in the author's words", async () => {
    expect((await ofModel("select throwIf(1, 'no: luck')")).message).toBe('no: luck');
  });

  it('has a hint for a key that may be NULL and for a NULL without a type', async () => {
    const statement = await building('select cast(1 as Nullable(Int32)) as k', { order_by: 'k' });
    expect((await errorOf(statement)).hint).toMatch(/assumeNotNull/);
    expect((await ofModel('select NULL as k')).hint).toMatch(/Give the NULL a type/);
  });
});

it('a query without enough memory is out_of_memory', async () => {
  const statement = await building('select groupArray(number) as n from numbers(100000000)', {
    query_settings: { max_memory_usage: 10_000_000 },
  });
  expect(await errorOf(statement)).toMatchObject({ kind: 'out_of_memory', code: '241' });
});

describe('an error of a swap', () => {
  const swap = (sql: string, verb: Statement['verb']): Statement => ({
    sql,
    verb,
    repeatable: false,
  });

  it('is contention when the target came or went meanwhile, and only there', async () => {
    await w.run('CREATE TABLE IF NOT EXISTS shop.b (n UInt8) ENGINE = Memory');
    const rename = 'RENAME TABLE shop.a TO shop.b';
    const exchange = 'EXCHANGE TABLES shop.a AND shop.nope';
    expect((await errorOf(swap(rename, 'swap'))).kind).toBe('contention');
    expect((await errorOf(swap(exchange, 'swap'))).kind).toBe('contention');
    expect((await errorOf(swap(rename, 'hook'))).kind).toBe('other');
    expect((await errorOf(swap(exchange, 'hook'))).kind).toBe('missing_relation');
  });
});
