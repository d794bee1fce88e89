import type { Diagnostic } from '../kernel/diagnostic.ts';

const COMMANDS = { error: 'error', warning: 'warning', info: 'notice' } as const;

/** Line ends and percent signs would end the command. */
const data = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** Diagnostics as commands that GitHub Actions turns into annotations of the files. */
export const githubLines = (diagnostics: readonly Diagnostic[]): readonly string[] =>
  diagnostics.map(({ code, severity, message, at, hint }) => {
    const place =
      at === undefined ? [] : [`file=${property(at.file)}`, `line=${at.line}`, `col=${at.column}`];
    const text = hint === undefined ? message : `${message}\n${hint}`;
    return `::${COMMANDS[severity]} ${[...place, `title=${property(code)}`].join(',')}::${data(text)}`;
  });
