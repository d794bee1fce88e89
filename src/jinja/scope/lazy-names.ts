import type { RenderAttempt } from '../attempt.ts';
import type { Value } from '../py/values.ts';

/** Makes the value of a name; undefined where the name does not exist. */
export type Maker<S> = (
  settings: S,
  attempt: RenderAttempt,
  find: (name: string) => Value,
) => Value;

/** Names and how to make their values. */
export type Makers<S> = Readonly<Record<string, Maker<S>>>;

/** The names of one attempt: a value is made when it is first looked up, because a template looks up few of them. */
class Names<S> {
  readonly #makers: Makers<S>;
  readonly #settings: S;
  readonly #attempt: RenderAttempt;
  /** names that this attempt alone has; they win */
  readonly #extra: Readonly<Record<string, Value>>;
  readonly #made = new Map<string, Value>();

  constructor(
    makers: Makers<S>,
    settings: S,
    attempt: RenderAttempt,
    extra: Readonly<Record<string, Value>>,
  ) {
    this.#makers = makers;
    this.#settings = settings;
    this.#attempt = attempt;
    this.#extra = extra;
  }

  readonly find = (name: string): Value => {
    if (Object.hasOwn(this.#extra, name)) return this.#extra[name];
    if (this.#made.has(name)) return this.#made.get(name);
    const make = Object.hasOwn(this.#makers, name) ? this.#makers[name] : undefined;
    const value = make?.(this.#settings, this.#attempt, this.find);
    this.#made.set(name, value);
    return value;
  };

  keys(): string[] {
    const names = new Set([...Object.keys(this.#makers), ...Object.keys(this.#extra)]);
    return [...names].filter((name) => this.find(name) !== undefined);
  }
}

/** The names as a record. */
export function lazyNames<S>(
  makers: Makers<S>,
  settings: S,
  attempt: RenderAttempt,
  extra: Readonly<Record<string, Value>> = {},
): Readonly<Record<string, Value>> {
  const names = new Names(makers, settings, attempt, extra);
  const found = (key: string | symbol): Value =>
    typeof key === 'string' ? names.find(key) : undefined;
  return new Proxy<Record<string, Value>>(
    {},
    {
      get: (_, key) => found(key),
      has: (_, key) => found(key) !== undefined,
      ownKeys: () => names.keys(),
      getOwnPropertyDescriptor: (_, key) => {
        const value = found(key);
        return value === undefined
          ? undefined
          : { value, enumerable: true, configurable: true, writable: true };
      },
    },
  );
}
