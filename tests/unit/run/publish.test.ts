import { expect, test } from 'vitest';
import type { Attempt, Effect, Session } from '../../../src/adapter/contract.ts';
import { StatementFailure, type FailureKind } from '../../../src/adapter/failure.ts';
import { publish, type PublishOptions } from '../../../src/run/publish.ts';
import { stoppable } from '../../../src/run/stoppable.ts';

const failure = (kind: FailureKind): StatementFailure =>
  new StatementFailure({ kind, code: '', message: kind, transient: false });

const attempt = (name: string, ...otherwiseOn: readonly FailureKind[]): Attempt => ({
  statements: [{ sql: name, verb: 'swap', repeatable: false }],
  otherwiseOn,
});

/** A session that answers each segment with the next of `answers`: a failure, or nothing for success. */
function scripted(answers: readonly (FailureKind | undefined)[]): {
  session: Session;
  sent: string[];
} {
  const sent: string[] = [];
  const refuse = (): Promise<never> => Promise.reject(new Error('not expected'));
  return {
    sent,
    session: {
      execute: refuse,
      read: refuse,
      load: refuse,
      interrupt: () => Promise.resolve(),
      lock: refuse,
      segment: ({ statements }): Promise<Effect> => {
        const kind = answers[sent.length];
        sent.push(statements.map((s) => s.sql).join());
        return kind === undefined ? Promise.resolve({ rows: 3 }) : Promise.reject(failure(kind));
      },
    },
  };
}

/** A clock that only sleeping moves. */
function options(more: Partial<PublishOptions> = {}): PublishOptions {
  let now = 0;
  return {
    transactional: true,
    sleep: (ms) => {
      now += ms;
      return Promise.resolve();
    },
    chance: () => 0,
    now: () => new Date(now),
    stopped: () => false,
    sent: () => undefined,
    ...more,
  };
}

test('the next way is taken only for the reasons that the first one names', async () => {
  const { session, sent } = scripted(['incompatible_columns', undefined]);
  const ways = [attempt('rebind', 'incompatible_columns'), attempt('defer')];
  const done = await publish(session, () => Promise.resolve(ways), options());
  expect(sent).toEqual(['rebind', 'defer']);
  expect(done).toMatchObject({ rows: 3, statements: [{ sql: 'defer' }] });
  const other = scripted(['constraint', undefined]);
  await expect(publish(other.session, () => Promise.resolve(ways), options())).rejects.toThrow(
    'constraint',
  );
  expect(other.sent).toEqual(['rebind']);
});

test.each(['contention', 'dependents', 'name_taken'] as const)(
  '%s makes it look again and plan anew',
  async (kind) => {
    const { session, sent } = scripted([kind, kind, undefined]);
    let planned = 0;
    await publish(session, () => Promise.resolve([attempt(`plan ${++planned}`)]), options());
    expect(sent).toEqual(['plan 1', 'plan 2', 'plan 3']);
  },
);

test('contention is waited out for two minutes, what keeps depending for ten tries', async () => {
  const locked = scripted(Array.from({ length: 1000 }, () => 'contention' as const));
  await expect(
    publish(locked.session, () => Promise.resolve([attempt('a')]), options()),
  ).rejects.toThrow('contention');
  expect(locked.sent.length).toBeGreaterThan(100);
  const read = scripted(Array.from({ length: 1000 }, () => 'dependents' as const));
  await expect(
    publish(read.session, () => Promise.resolve([attempt('a')]), options()),
  ).rejects.toThrow('dependents');
  expect(read.sent).toHaveLength(11);
});

test('a stopped run does not try again, and a stoppable session begins nothing more', async () => {
  const { session, sent } = scripted(['contention', undefined]);
  const stopped = options({ stopped: () => true });
  await expect(publish(session, () => Promise.resolve([attempt('a')]), stopped)).rejects.toThrow(
    'contention',
  );
  expect(sent).toEqual(['a']);

  let isStopped = false;
  const inner = scripted([undefined, undefined]);
  const outer = stoppable(inner.session, () => isStopped);
  await outer.segment({ atomicity: 'none', statements: [] });
  isStopped = true;
  await expect(outer.segment({ atomicity: 'none', statements: [] })).rejects.toMatchObject({
    error: { kind: 'cancelled' },
  });
  expect(() => outer.requireRunning()).toThrow('stopped');
  await outer.raw.segment({ atomicity: 'none', statements: [] });
  expect(inner.sent).toHaveLength(2);
});
