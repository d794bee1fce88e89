import { MACRO_PREFIX } from './frame.ts';
import type { Place } from './faults.ts';
import { NATIVE_SCOPE, TEXT_SCOPE } from './filters.ts';
import type { FilterScope } from './filter.ts';

/** What a template is compiled with. Places are copied out of the syntax tree, so that it can be dropped. */
export class CompileOptions {
  readonly file: string;
  /** the node's own text, not a macro: its undefined names are told about */
  readonly isOwn: boolean;
  /** dbt's parse phase: attributes, items and calls of undefined values give Undefined again */
  readonly isForgiving: boolean;
  readonly scope: FilterScope;
  /** dbt renames macro blocks, so that a macro of a model is not callable by its plain name */
  readonly macroPrefix: string;

  constructor(
    file: string,
    mode: {
      readonly isOwn?: boolean;
      readonly isForgiving?: boolean;
      readonly isNative?: boolean;
      readonly macroPrefix?: string;
    } = {},
  ) {
    this.file = file;
    this.isOwn = mode.isOwn ?? false;
    this.isForgiving = mode.isForgiving ?? false;
    this.scope = mode.isNative === true ? NATIVE_SCOPE : TEXT_SCOPE;
    this.macroPrefix = mode.macroPrefix ?? MACRO_PREFIX;
  }

  /** The 1-based place of a node. */
  place(node: { readonly lineno: number; readonly colno: number }): Place {
    return { file: this.file, line: node.lineno + 1, column: node.colno + 1 };
  }
}
