import { isEtlError } from '../kernel/error.ts';
import type { EtlError } from '../kernel/error.ts';

/** A place in a template file; line and column are 1-based. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One macro on the way from the failing place out to the node. */
export interface MacroFrame {
  readonly macro: string;
  readonly place: Place | undefined;
}

/** Python's name for what went wrong, so that behaviour can be compared with Jinja2's. */
export type FaultKind =
  | 'TemplateSyntaxError'
  | 'TemplateAssertionError'
  | 'TemplateRuntimeError'
  | 'UndefinedError'
  | 'TypeError'
  | 'ValueError'
  | 'KeyError'
  | 'IndexError'
  | 'OverflowError'
  | 'ZeroDivisionError'
  | 'RecursionError'
  | 'RuntimeError'
  | 'HostError';

const MAX_FRAMES = 20;

/**
 * A failing template while it unwinds: it collects the innermost place and the macros it leaves. Never seen outside this
 * room: the doors turn it into an EtlError.
 */
export class TemplateFault extends Error {
  override readonly name = 'TemplateFault';
  readonly kind: FaultKind;
  readonly hint: string | undefined;
  /** set when a function of the host threw: its diagnostics are kept as they are */
  readonly original: EtlError | undefined;
  place: Place | undefined;
  readonly frames: MacroFrame[] = [];
  /** where the outermost macro seen so far was called from */
  lastSite: Place | undefined;

  constructor(
    message: string,
    kind: FaultKind,
    more: { readonly hint?: string | undefined; readonly original?: EtlError } = {},
  ) {
    super(message);
    this.kind = kind;
    this.hint = more.hint;
    this.original = more.original;
  }

  /** Notes that the failure left `macro`, which was called at `site`. */
  leave(macro: string, site: Place | undefined): void {
    if (this.frames.length < MAX_FRAMES) {
      this.frames.push({ macro, place: this.frames.length > 0 ? this.lastSite : this.place });
    }
    this.lastSite = site;
  }
}

/** Stops the template with a message and Python's name for the error. */
export function fail(
  message: string,
  kind: FaultKind = 'TemplateRuntimeError',
  hint?: string,
): never {
  throw new TemplateFault(message, kind, { hint });
}

/**
 * The error with a place, unless it has one already: the innermost failing node gives it. An error of the host is wrapped,
 * the end of JavaScript's stack and of its strings become faults of the template; everything else is a bug and stays as it is.
 */
export function located(error: unknown, place: Place): unknown {
  if (error instanceof TemplateFault) {
    error.place ??= place;
    return error;
  }
  if (!(error instanceof Error)) return error;
  let fault: TemplateFault;
  if (isEtlError(error)) fault = new TemplateFault(error.message, 'HostError', { original: error });
  else if (!(error instanceof RangeError)) return error;
  else if (error.message.includes('call stack')) {
    fault = new TemplateFault('the recursion is too deep', 'RecursionError');
  } else fault = new TemplateFault(`the value is too large: ${error.message}`, 'OverflowError');
  fault.place = place;
  return fault;
}
