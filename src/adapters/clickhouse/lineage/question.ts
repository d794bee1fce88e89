// A question for each query: the analyser's own tree of it, before anything is optimised away.
import type {
  ColumnLineage,
  KnownColumns,
  LineageQuestion,
  LineageQuestions,
  TakenQuery,
} from '../../../adapter/lineage.ts';
import type { EngineConfig } from '../../../adapter/contract.ts';
import { relationKey } from '../../../kernel/relation.ts';
import type { Settings } from '../settings.ts';
import { bracketed, repeatable } from '../statements.ts';
import { NotATree } from './query-tree.ts';
import { resolveQueryTree } from './resolve.ts';

/** Scalar subqueries are computed for the tree: one that makes rows of its own must not keep anybody waiting. */
const PATIENCE = { max_execution_time: 20 };

function resolved(text: string, known: KnownColumns): readonly ColumnLineage[] | undefined {
  try {
    return resolveQueryTree(text, known);
  } catch (error) {
    // a form that this version does not know: nothing is said of the query
    if (!(error instanceof NotATree)) throw error;
    return undefined;
  }
}

/** Asks ClickHouse for the trees of queries; `settingsOf` are those that a node's config asks for. */
export const lineageQuestionsWith =
  (settingsOf: (config: EngineConfig) => Settings): LineageQuestions =>
  (taken, _, known) =>
    taken.map(({ target, select, config }: TakenQuery): LineageQuestion => {
      const { sql } = bracketed('EXPLAIN QUERY TREE passes = 1 ', select, settingsOf(config));
      return {
        about: [target],
        statement: { ...repeatable('read', sql), settings: PATIENCE },
        resolve: ({ rows }) => {
          const columns = resolved(rows.map(([line]) => String(line)).join('\n'), known);
          return new Map(columns === undefined ? [] : [[relationKey(target), columns]]);
        },
      };
    });
