import type { Reporter } from './reporter.ts';

/** Tells several reporters, one after the other. */
export function together(reporters: readonly Reporter[]): Reporter {
  const tell = (what: (reporter: Reporter) => void): void => reporters.forEach(what);
  return {
    opening: (opening) => tell((r) => r.opening(opening)),
    found: (counts) => tell((r) => r.found(counts)),
    observe: (event) => tell((r) => r.observe(event)),
    diagnostics: (list) => tell((r) => r.diagnostics(list)),
    note: (text) => tell((r) => r.note(text)),
    print: (text, shown) => tell((r) => r.print(text, shown)),
    closing: (closing) => tell((r) => r.closing(closing)),
  };
}
