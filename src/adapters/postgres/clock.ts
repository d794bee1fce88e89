import type { ClockWord } from '../../kernel/clock-word.ts';
import { quoted } from './quote.ts';

/** What stands for the words that ask Postgres for the time. A subquery, because a column without a name has the name of the word. */
export function clockWords(at: string): ReadonlyMap<string, ClockWord> {
  const instant = `cast(${quoted(at)} as timestamp with time zone)`;
  const word = (
    name: string,
    call: ClockWord['call'],
    type: (precision: string) => string,
  ): readonly [string, ClockWord] => [
    name,
    {
      call,
      text: (args) =>
        `(select cast(${instant} as ${type(args === '' ? '' : `(${args})`)}) as "${name}")`,
    },
  ];
  const zoned = (precision: string): string => `timestamp${precision} with time zone`;
  return new Map([
    word('now', 'must', zoned),
    word('transaction_timestamp', 'must', zoned),
    word('statement_timestamp', 'must', zoned),
    word('clock_timestamp', 'must', zoned),
    word('current_timestamp', 'may', zoned),
    word('localtimestamp', 'may', (p) => `timestamp${p}`),
    word('current_time', 'may', (p) => `time${p} with time zone`),
    word('localtime', 'may', (p) => `time${p}`),
    word('current_date', 'never', () => 'date'),
  ]);
}
