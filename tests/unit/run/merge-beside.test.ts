import { expect, it } from 'vitest';
import type { Session } from '../../../src/adapter/contract.ts';
import type { Mark, Merging, TouchedPart } from '../../../src/adapter/merging.ts';
import type { Query, ResultSet } from '../../../src/adapter/statement.ts';
import { mergeBeside, type Merger, survey } from '../../../src/run/merge-beside.ts';

const question = (sql: string): Query<Mark> => ({
  statement: { sql, verb: 'read', repeatable: true },
  decode: (row) => ({
    part: String(row['part']),
    mark: String(row['mark']),
    rows: 0,
    bytes: 0,
  }),
});

/** Asks with these answers, in turn; returns what was asked, and why nothing is published. */
async function ask(
  answers: readonly (readonly (readonly [string, string])[])[],
  isUnwritten: boolean | undefined,
): Promise<readonly string[]> {
  const asked: string[] = [];
  const read = ({ sql }: { readonly sql: string }): Promise<ResultSet> => {
    const rows = answers[asked.length] ?? [];
    asked.push(sql);
    const columns = ['part', 'mark'].map((name) => ({ name, type: 'String' }));
    return Promise.resolve({ columns, rows });
  };
  const session: Partial<Session> = { read };
  const merging: Merging = {
    arrange: [],
    watch: question('watch'),
    glance: question('glance'),
    decide: () => ({
      how: '',
      prepare: [],
      preview: { schema: 's', name: 'n' },
      guarded: ['p'],
      attempts: [],
    }),
  };
  const runTests = Object.assign(() => Promise.resolve([]), {
    howMany: 0,
    forget: () => undefined,
  });
  const merger: Merger = {
    session: session as Merger['session'],
    target: 't',
    runTests,
    sent: () => undefined,
    sinceNow: isUnwritten === undefined ? undefined : () => () => isUnwritten,
    say: () => undefined,
  };
  await mergeBeside(merging, merger);
  return asked;
}

const SEEN = [
  ['', 'uuid'],
  ['p', '1'],
  ['q', '1'],
] as const;
const GLANCED = [
  ['p', '1'],
  ['q', '2'],
] as const;

it('where nothing was sent meanwhile, a glance tells that nobody wrote', async () => {
  expect(await ask([SEEN, GLANCED], true)).toEqual(['watch', 'glance']);
});

it('what the engine itself has put into a part that goes away is seen by it', async () => {
  const more = [['p', '2']] as const;
  expect(await ask([SEEN, more, [['', 'uuid'], ...more], more], true)).toEqual([
    'watch',
    'glance',
    'watch',
    'glance',
  ]);
});

it.each([false, undefined])('otherwise all of it is looked at again (%s)', async (isUnwritten) => {
  expect(await ask([SEEN, SEEN], isUnwritten)).toEqual(['watch', 'watch']);
});

it.each([true, false])(
  'what is touched besides is asked only where it matters (%s)',
  async (matters) => {
    const touchedBy = (sql: string): Query<TouchedPart> => ({
      statement: { sql, verb: 'read', repeatable: true },
      decode: (row) => ({ part: String(row['part']), rows: Number(row['rows']) }),
    });
    const read = ({ sql }: { readonly sql: string }): Promise<ResultSet> =>
      Promise.resolve({
        columns: ['part', 'rows'].map((name) => ({ name, type: 'String' })),
        rows:
          sql === 'first'
            ? [['p', 3]]
            : [
                ['p', 0],
                ['q', 0],
              ],
      });
    const session: Partial<Session> = { read };
    const merging: Merging = {
      arrange: [],
      watch: question('watch'),
      survey: touchedBy('first'),
      others: ({ touched }) => (matters && touched.length === 1 ? touchedBy('others') : undefined),
      decide: () => {
        throw new Error('not yet');
      },
    };
    const { touched } = await survey(session as Session, merging, { marks: [], isTested: false });
    const more = matters ? [{ part: 'q', rows: 0 }] : [];
    expect(touched).toEqual([{ part: 'p', rows: 3 }, ...more]);
  },
);
