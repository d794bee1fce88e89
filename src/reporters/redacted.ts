import { masked, type Mask } from '../kernel/mask.ts';

/** Keys that hold ids: they are looked up before they are printed, and printing redacts them. */
const IDS: ReadonlySet<string> = new Set(['id', 'because', 'node']);

/** A value with the secrets taken out of every text in it, before anything is cut or escaped and no longer looks like a secret. */
export const redacted = <T>(value: T, redact: Mask, kept: ReadonlySet<string> = IDS): T =>
  masked(value, redact, kept);

/** A source reader whose texts hold no secrets. */
export const redactedSource =
  (
    readSource: (file: string) => string | undefined,
    redact: Mask,
  ): ((file: string) => string | undefined) =>
  (file) => {
    const text = readSource(file);
    return text === undefined ? undefined : redact(text);
  };
