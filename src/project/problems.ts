import type { Code } from '../kernel/codes.ts';
import type { Diagnostic, Span } from '../kernel/diagnostic.ts';

type More = Omit<Diagnostic, 'code' | 'severity' | 'message'>;
type MoreOrNothing = { readonly [K in keyof More]?: More[K] | undefined };

function problem(
  severity: Diagnostic['severity'],
  code: Code,
  message: string,
  more: MoreOrNothing,
): Diagnostic {
  const { at, node, hint, related } = more;
  return {
    code,
    severity,
    message,
    ...(at === undefined ? {} : { at }),
    ...(node === undefined ? {} : { node }),
    ...(hint === undefined ? {} : { hint }),
    ...(related === undefined ? {} : { related }),
  };
}

/** An error as a value. */
export const errorOf = (code: Code, message: string, more: MoreOrNothing = {}): Diagnostic =>
  problem('error', code, message, more);

/** A warning as a value. */
export const warningOf = (code: Code, message: string, more: MoreOrNothing = {}): Diagnostic =>
  problem('warning', code, message, more);

/** A place without its end, where only the start is known. */
export const placeOf = (file: string, line = 1, column = 1): Span => ({ file, line, column });
