import type { ClockWord } from '../../kernel/clock-word.ts';
import { text } from './quote.ts';

/** What stands for the functions that ask ClickHouse for the time. */
export function clockWords(at: string): ReadonlyMap<string, ClockWord> {
  const second = text(at.replace('T', ' ').replace(/\..*$/, ''));
  const exact = text(at.replace('T', ' '));
  const day = `toDate(${text(at.slice(0, 10))})`;
  const must = (name: string, of: (args: string) => string): readonly [string, ClockWord] => [
    name,
    { call: 'must', text: of },
  ];
  const now = (args: string): string =>
    `toDateTime(${args === '' ? second : `${second}, ${args}`})`;
  return new Map([
    must('now', now),
    must('nowinblock', now),
    must('utctimestamp', () => `toDateTime(${second}, 'UTC')`),
    must('now64', (args) => `toDateTime64(${exact}, ${args === '' ? '3' : args})`),
    must('today', () => day),
    must('curdate', () => day),
    must('yesterday', () => `(${day} - 1)`),
    ['current_date', { call: 'may', text: () => day }],
    ['current_timestamp', { call: 'may', text: now }],
  ]);
}
