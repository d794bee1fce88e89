// Whether a text of several statements ends the transaction that it is sent in.
import { scanSql } from './scan.ts';

/** How it ends: what was done before is kept, or thrown away. */
export type TransactionEnd = 'commit' | 'rollback';

/** The first words of each statement, lower case; strings and quoted names count as no word. */
function* statementsOf(sql: string): Generator<readonly string[]> {
  let words: string[] = [];
  for (const piece of scanSql(sql)) {
    if (piece.kind === 'semicolon') {
      yield words;
      words = [];
    } else if (piece.kind === 'code')
      words.push(
        ...(sql
          .slice(piece.start, piece.end)
          .toLowerCase()
          .match(/[\p{L}_]+/gu) ?? []),
      );
    else if (piece.kind === 'string' || piece.kind === 'name') words.push('');
  }
  yield words;
}

function endOf([first, second, third]: readonly string[]): TransactionEnd | undefined {
  switch (first) {
    case 'commit':
      return second === 'prepared' ? undefined : 'commit';
    case 'end':
      return 'commit';
    case 'prepare':
      return second === 'transaction' ? 'commit' : undefined;
    case 'abort':
      return 'rollback';
    case 'rollback':
      // to a savepoint: the transaction goes on
      return ['to', 'prepared'].includes(second ?? '') || third === 'to' ? undefined : 'rollback';
    default:
      return undefined;
  }
}

/** The first end of a transaction in the text; undefined without one. Bodies of functions written in SQL end with the same word. */
export function transactionEnd(sql: string): TransactionEnd | undefined {
  let isBody = false;
  for (const words of statementsOf(sql)) {
    const end = endOf(words);
    if (isBody && words[0] === 'end') isBody = false;
    else if (!isBody && end !== undefined) return end;
    if (words.some((word, i) => word === 'begin' && words[i + 1] === 'atomic')) isBody = true;
  }
  return undefined;
}
