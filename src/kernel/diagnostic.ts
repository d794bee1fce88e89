/** One problem, told once: every stage reports in this shape and one renderer prints it. */
export interface Diagnostic {
  readonly code: `ETL${number}`;
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  readonly at?: Span;
  /** unique id of the node the problem belongs to */
  readonly node?: string;
  /** what the reader can do about it, one sentence */
  readonly hint?: string;
  readonly related?: readonly { readonly message: string; readonly at?: Span }[];
}

/** A place in a file. `file` is relative to the project directory where the file lies below it. */
export interface Span {
  readonly file: string;
  /** 1-based; columns count UTF-16 units */
  readonly line: number;
  readonly column: number;
  /** exclusive end on the same line; absent when only the start is known */
  readonly endColumn?: number;
}

/** What a stage hands on: as much as it could make, and everything it found wrong. */
export interface Checked<T> {
  readonly value: T | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** True when any of the diagnostics is an error. */
export const hasErrors = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some((d) => d.severity === 'error');

/** Diagnostics in reading order: by file, then line, then column; those without a place come first. */
export const sortDiagnostics = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
  diagnostics.toSorted(
    (a, b) =>
      (a.at?.file ?? '').localeCompare(b.at?.file ?? '') ||
      (a.at?.line ?? 0) - (b.at?.line ?? 0) ||
      (a.at?.column ?? 0) - (b.at?.column ?? 0) ||
      a.code.localeCompare(b.code),
  );
