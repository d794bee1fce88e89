/** Keys that hold ids: they are looked up before they are printed, and printing redacts them. */
const IDS = new Set(['id', 'because', 'node']);

/** A value with the secrets taken out of every text in it, before anything is cut or escaped and no longer looks like a secret. */
export function redacted<T>(
  value: T,
  redact: (text: string) => string,
  kept: ReadonlySet<string> = IDS,
): T {
  return walk(value, redact, kept) as T;
}

/** A source reader whose texts hold no secrets. */
export const redactedSource =
  (
    readSource: (file: string) => string | undefined,
    redact: (text: string) => string,
  ): ((file: string) => string | undefined) =>
  (file) => {
    const text = readSource(file);
    return text === undefined ? undefined : redact(text);
  };

function walk(
  value: unknown,
  redact: (text: string) => string,
  kept: ReadonlySet<string>,
): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((item: unknown) => walk(item, redact, kept));
  if (typeof value !== 'object' || value === null) return value;
  const isPlain = [Object.prototype, null].includes(Object.getPrototypeOf(value));
  if (!isPlain) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      kept.has(key) ? item : walk(item, redact, kept),
    ]),
  );
}
