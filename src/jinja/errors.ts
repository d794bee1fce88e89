import type { Diagnostic, Span } from '../kernel/diagnostic.ts';
import { EtlError } from '../kernel/error.ts';
import { TemplateFault } from './faults.ts';
import type { Place } from './faults.ts';

/** Syntax errors. */
const SYNTAX = 'ETL2001';
/** Undefined names and attributes. */
const UNDEFINED = 'ETL2002';
/** Every other error while a template runs. */
const RUN_TIME = 'ETL2003';

/** What helps where nothing more exact is known. */
const HINTS: Readonly<Record<string, string>> = {
  [SYNTAX]: 'Check that every {{, {% and {# here is closed, and every block ended by its end tag.',
  [UNDEFINED]:
    'Check the spelling; a macro is defined below macros/, a variable by {% set %}, var() or an argument.',
  [RUN_TIME]: 'Correct the call at this place, or what it is given.',
};

/** An error for functions of the host to throw: its place and the macro stack are filled in by the call that failed. */
export const templateError = (code: `ETL${number}`, message: string, hint?: string): EtlError =>
  new EtlError([{ code, severity: 'error', message, ...(hint !== undefined && { hint }) }]);

const span = ({ file, line, column }: Place): Span => ({ file, line, column });

function codeOf(fault: TemplateFault): `ETL${number}` {
  if (fault.kind === 'TemplateSyntaxError') return SYNTAX;
  return fault.kind === 'UndefinedError' ? UNDEFINED : RUN_TIME;
}

/** The macros on the way, innermost first, and the call in the node. */
function stackOf(fault: TemplateFault): NonNullable<Diagnostic['related']> {
  const line = (message: string, place: Place | undefined): { message: string; at?: Span } =>
    place === undefined
      ? { message }
      : { message: `${message} (${place.file}:${place.line})`, at: span(place) };
  const stack = fault.frames.map(({ macro, place }) => line(`in macro ${macro}`, place));
  return fault.lastSite === undefined ? stack : [...stack, line('called from', fault.lastSite)];
}

const withHint = (hint: string | undefined): { hint?: string } =>
  hint === undefined ? {} : { hint };

/** The error as the outside sees it: faults of templates become an EtlError with place and macro stack, the rest stays. */
export function toEtlError(error: unknown): unknown {
  if (!(error instanceof TemplateFault)) return error;
  const related = stackOf(error);
  const where = {
    ...(error.place && { at: span(error.place) }),
    ...(related.length > 0 && { related }),
  };
  if (error.original !== undefined) {
    const diagnostics = error.original.diagnostics.map((d) =>
      d.at ? d : { ...withHint(HINTS[d.code]), ...d, ...where },
    );
    return new EtlError(diagnostics, { cause: error.original });
  }
  const { message } = error;
  const code = codeOf(error);
  const hint = error.hint ?? HINTS[code];
  const diagnostic: Diagnostic = {
    code,
    severity: 'error',
    message,
    ...where,
    ...(hint !== undefined && { hint }),
  };
  return new EtlError([diagnostic], { cause: error });
}
