/** Takes secrets out of a text. */
export type Mask = (text: string) => string;

/** What stands where a secret was. */
export const MASKED = '*****';

/** The mask of somebody who has no secrets: `masked` then hands values on as they are. */
export const unmasked: Mask = (text) => text;

/** Shorter texts would mask ordinary words; a password that short is no secret. */
const SHORTEST_SECRET = 3;

/** Words of the artifacts themselves: a password that is one of them, or a part of one, cannot be taken out of them. */
const ARTIFACT_WORDS = (
  'model seed test snapshot analysis source exposure operation macro view table incremental ephemeral compiled ' +
  'select create replace success error fail pass warn skipped postgres clickhouse main public default null true false'
).split(' ');

const SECRETS_OF = new WeakMap<Mask, readonly string[]>();

/** A mask for these secrets. */
export function maskOf(secrets: readonly string[]): Mask {
  const known = [...new Set(secrets)]
    .filter((s) => s.trim().length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length);
  if (known.length === 0) return unmasked;
  const mask: Mask = (text) =>
    known.reduce((rest, secret) => rest.replaceAll(secret, MASKED), text);
  SECRETS_OF.set(mask, known);
  return mask;
}

/** Whether a mask may change what this JSON says; where it surely does not, nothing has to be looked through. */
export function mayChange(json: string, mask: Mask): boolean {
  if (mask === unmasked) return false;
  const known = SECRETS_OF.get(mask);
  // as JSON writes it inside a text
  return known?.some((secret) => json.includes(JSON.stringify(secret).slice(1, -1))) ?? true;
}

/** The mask of a list that may still grow, as when a password is learnt by connecting; to be asked for at each use. */
export function growingMask(
  secrets: readonly string[],
  make: (secrets: readonly string[]) => Mask,
): () => Mask {
  let known = -1;
  let mask = unmasked;
  return () => {
    if (secrets.length !== known) {
      known = secrets.length;
      mask = make(secrets);
    }
    return mask;
  };
}

/**
 * A mask for what programs read. `open` are words that stand there by right, such as the name of the schema: where the password is
 * the same word, nothing can hide it, and taking it out of every name would leave a file that no program understands.
 */
export const artifactMaskOf = (secrets: readonly string[], open: readonly string[] = []): Mask =>
  maskOf(
    secrets.filter(
      (secret) => !ARTIFACT_WORDS.some((word) => word.includes(secret)) && !open.includes(secret),
    ),
  );

/** Values of DBT_ENV_SECRET_* and ETL_ENV_SECRET_* variables. */
export const secretsOf = (env: Readonly<Record<string, string | undefined>>): readonly string[] =>
  Object.entries(env).flatMap(([name, value]) =>
    /^(DBT|ETL)_ENV_SECRET_/.test(name) && value !== undefined ? [value] : [],
  );

const NOTHING: ReadonlySet<string> = new Set();
/** Names of our own: a password that reads "name" must not break them. */
const PLAIN_KEY = /^[a-z][a-z_]*$/;

/**
 * A value with the secrets taken out of every text in it, also out of keys that are ids or names of columns. What is below a key of
 * `kept` stays as it is.
 */
export const masked = <T>(value: T, mask: Mask, kept: ReadonlySet<string> = NOTHING): T =>
  mask === unmasked ? value : (walk(value, mask, kept) as T);

function walk(value: unknown, mask: Mask, kept: ReadonlySet<string>): unknown {
  if (typeof value === 'string') return mask(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => walk(item, mask, kept));
    return items.some((item, i) => item !== value[i]) ? items : value;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  // nearly nothing holds a secret: a copy is made of what does
  let copy: [string, unknown][] | undefined;
  const entries = Object.entries(value);
  for (const [i, [key, item]] of entries.entries()) {
    const shownKey = PLAIN_KEY.test(key) ? key : mask(key);
    const shown: unknown = kept.has(key) ? item : walk(item, mask, kept);
    if (shownKey === key && shown === item) continue;
    copy ??= [...entries];
    copy[i] = [shownKey, shown];
  }
  return copy === undefined ? value : Object.fromEntries(copy);
}
