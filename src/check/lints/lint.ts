import type { Dialect } from '../../adapter/contract.ts';
import type { NodeId } from '../../kernel/node-id.ts';
import type { ExecutableNode } from '../../manifest/node.ts';
import type { CompiledNode } from '../../plan/compiler.ts';
import type { Outline } from '../../sql/outline.ts';
import type { TypedColumn } from '../verdict.ts';

/** SQL that the engine takes, and that may not mean what its author thinks. */
export type LintCode =
  | 'ETL6060'
  | 'ETL6061'
  | 'ETL6062'
  | 'ETL6063'
  | 'ETL6064'
  | 'ETL6065'
  | 'ETL6066'
  | 'ETL6067';
export const LINT_CODES: readonly LintCode[] = [
  'ETL6060',
  'ETL6061',
  'ETL6062',
  'ETL6063',
  'ETL6064',
  'ETL6065',
  'ETL6066',
  'ETL6067',
];

/** A text of a node that the engine has taken. */
export interface LintedText {
  readonly node: ExecutableNode;
  readonly compiled: CompiledNode;
  readonly outline: Outline;
  /** what the node gives, in the order of its SELECT */
  readonly columns: readonly TypedColumn[] | undefined;
}

/** What is known around a text. */
export interface LintGround {
  readonly dialect: Dialect;
  /** whose relation a path names */
  readonly idOf: (path: readonly string[]) => NodeId | undefined;
  readonly nameOf: (id: NodeId) => string;
  readonly outlineOf: (id: NodeId) => Outline | undefined;
  readonly columnsAbove: (id: NodeId) => readonly TypedColumn[];
  /** a test or constraint says that the column of a node or source holds no NULL */
  readonly isNeverNull: (id: NodeId, column: string) => boolean;
}

/** Offsets in the compiled text. */
export interface Finding {
  readonly code: LintCode;
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly hint: string;
}

/** A lint that reads the text alone. */
export interface TextLint {
  readonly code: LintCode;
  /** what a text holds that may have it */
  readonly trigger: RegExp;
  /** false: this node cannot have it, whatever its text is like; asked before the text is taken apart. Absent: any node may */
  readonly mayHave?: (
    node: ExecutableNode,
    columns: LintedText['columns'],
    ground: LintGround,
  ) => boolean;
  readonly find: (text: LintedText, ground: LintGround) => readonly Finding[];
}
