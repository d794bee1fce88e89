// What templates ask the warehouse while they are compiled, answered by the empty relations: names, kinds and columns are as they
// will be, rows are not.
import type { Dialect } from '../adapter/contract.ts';
import type { Question } from '../jinja/host.ts';
import type { WarehouseQuestion } from '../jinja/scope/questions.ts';
import { EtlError } from '../kernel/error.ts';
import { answerer } from '../run/answerer.ts';
import { leadingWords, scanSql } from '../sql/scan.ts';
import { transactionEnd } from '../sql/transaction-end.ts';
import type { Shadow } from './shadow.ts';

/** What one template asked. */
export interface Asked {
  /** anything at all: what it made of the answer may be about an empty warehouse */
  any: boolean;
  /** why the answer cannot be what the warehouse would say */
  doubt: string | undefined;
}

const READS = new Set(['select', 'with', 'show', 'values']);

/** Whether the rows of a query come from a relation. */
function readsRelation(sql: string): boolean {
  for (const { kind, start, end } of scanSql(sql))
    if (kind === 'code' && /\b(?:from|join)\b/i.test(sql.slice(start, end))) return true;
  return false;
}

/** Thrown into a template that wants what no empty warehouse has. */
class NoAnswer extends EtlError {
  constructor(because: string) {
    super([{ code: 'ETL6046', severity: 'info', message: because }]);
  }
}

/** Answers on the ground; `asked` keeps what the answers are worth. */
export const shadowAnswers = (
  dialect: Dialect,
  shadow: Shadow,
  asked: Asked,
): ((question: Question) => Promise<unknown>) => {
  const answer = answerer({ dialect }, shadow.session);
  return async (given) => {
    const question = given as WarehouseQuestion;
    asked.any = true;
    if (question.kind === 'columns') return shadow.columnsOf(dialect, question.relation);
    if (question.kind !== 'statement') {
      // what is there is what the last run has left
      if (shadow.analysis.onlyAsks === true) asked.doubt = 'its template asks what there is';
      return answer(given);
    }
    const isRead = READS.has(leadingWords(question.sql, 1)[0]?.word ?? '');
    if (!isRead || transactionEnd(question.sql) !== undefined) {
      asked.doubt = 'its template changes the warehouse while it is compiled';
      throw new NoAnswer(asked.doubt);
    }
    if (readsRelation(question.sql)) asked.doubt = 'its template asks the warehouse for rows';
    return shadow.session.read({ ...dialect.read(question.sql, {}), verb: 'read' });
  };
};
