import { expect, test } from 'vitest';
import type { Session } from '../../../src/adapter/contract.ts';
import { type FailureKind, StatementFailure } from '../../../src/adapter/failure.ts';
import type { Segment, Statement } from '../../../src/adapter/statement.ts';
import type { RunContext } from '../../../src/run/context.ts';
import { Effects, Outage } from '../../../src/run/repeating.ts';

const failure = (kind: FailureKind, code = ''): StatementFailure =>
  new StatementFailure({ kind, code, message: kind, transient: true });
const nothing = (): Promise<never> => Promise.reject(new Error('not expected'));
const session = (error?: StatementFailure): Session => ({
  execute: () => Promise.resolve({}),
  read: () => Promise.resolve({ columns: [], rows: [] }),
  segment: () => (error === undefined ? Promise.resolve({}) : Promise.reject(error)),
  load: nothing,
  lock: nothing,
  interrupt: nothing,
});
const statement = (more: Partial<Statement>): Statement => ({
  sql: 'x',
  verb: 'write',
  repeatable: false,
  ...more,
});
const into = (name: string): Statement => statement({ writes: [{ schema: 's', name }] });
const inOne = (...statements: readonly Statement[]): Segment => ({
  atomicity: 'transaction',
  statements,
});

async function after(segment: Segment, error?: StatementFailure): Promise<boolean> {
  const effects = new Effects();
  await effects
    .watching(session(error))
    .segment(segment)
    .catch(() => undefined);
  return effects.areRepeatable;
}

test('what is built under an internal name can be begun again, what others see cannot', async () => {
  expect(await after(inOne(into('__etl_0a_1b'), statement({ repeatable: true })))).toBe(true);
  expect(await after(inOne(into('orders')))).toBe(false);
  expect(await after(inOne(statement({})))).toBe(false);
});

test('what was rolled back has not been done; a lost connection may have committed', async () => {
  expect(await after(inOne(into('orders')), failure('contention'))).toBe(true);
  expect(await after(inOne(into('orders')), failure('connection'))).toBe(false);
  const { error } = failure('connection');
  const unsent = new StatementFailure({ ...error, isUnsent: true });
  expect(await after(inOne(into('orders')), unsent)).toBe(true);
  const separate: Segment = { atomicity: 'none', statements: [into('orders')] };
  expect(await after(separate, failure('contention'))).toBe(false);
});

test('hooks are the author’s, whatever they write', async () => {
  const hook = { ...into('__etl_0a_1b'), verb: 'hook' } as const;
  expect(await after(inOne(hook))).toBe(false);
});

test('a statement of its own counts, a question does not', async () => {
  const effects = new Effects();
  const watched = effects.watching(session());
  await watched.read(statement({ verb: 'read' }));
  await watched.execute(into('__etl_0a_1b'));
  expect(effects.areRepeatable).toBe(true);
  await watched.execute(into('orders'));
  expect(effects.areRepeatable).toBe(false);
});

test('a server is waited for twenty seconds, by all nodes together, and anew once it has answered', () => {
  let ms = 0;
  const ctx = { now: () => new Date(ms), chance: () => 0 } as RunContext;
  const outage = new Outage();
  const waits = (tries: number): number | undefined =>
    outage.waitMs(failure('connection'), tries, ctx);
  expect([0, 1, 2, 3, 4, 5].map(waits)).toEqual([250, 500, 1000, 2000, 3000, 3000]);
  ms = 19_999;
  expect(waits(9)).toBe(3000);
  ms = 20_000;
  expect(waits(0)).toBeUndefined();
  outage.over();
  expect(waits(0)).toBe(250);
});

test('collisions are tried three times; nothing else is', () => {
  const ctx = { now: () => new Date(0), chance: () => 0 } as RunContext;
  const wait = (error: unknown, tries = 0): number | undefined =>
    new Outage().waitMs(error, tries, ctx);
  expect([0, 2, 3].map((tries) => wait(failure('contention', '40P01'), tries))).toEqual([
    250,
    1000,
    undefined,
  ]);
  expect(wait(failure('contention', '55P03'))).toBeUndefined();
  expect(wait(failure('syntax', '42601'))).toBeUndefined();
  expect(wait(failure('timeout', '57014'))).toBeUndefined();
  expect(wait(new Error('a bug'))).toBeUndefined();
});
