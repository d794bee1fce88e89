// What stands for a value of a person in a recorded unit test: the n-th value that was met, so that nothing of the value can be found again.
import type { Scalar } from '../adapter/statement.ts';

const FIRST_DAY = Date.UTC(2000, 0, 1);
const DAY_MS = 86_400_000;

/** A type without what surrounds it: `Nullable(LowCardinality(String))` is a String. */
const plainType = (type: string): string => {
  const inner = /^(?:Nullable|LowCardinality)\((.*)\)$/i.exec(type)?.[1];
  return inner === undefined ? type.trim() : plainType(inner);
};

export const isNumberType = (type: string): boolean =>
  /^(?:u?int\d*|smallint|integer|bigint|numeric|decimal\d*|real|double precision|float\d*)\b/i.test(
    plainType(type),
  );

/** Gives values other values: the same one for the same value, in whatever column it stands, so that joins still meet. */
export class Masks {
  readonly #numbers = new Map<string, number>();
  readonly #texts = new Map<string, string>();
  readonly #first: number;

  /** `first`: the number of the first value that is met */
  constructor(first = 1) {
    this.#first = first;
  }

  /** Another value of the type; null where none can be made that says nothing. */
  of(value: Scalar, type: string): Scalar {
    if (value === null) return null;
    const text = String(value);
    const n = this.#numbers.get(text) ?? this.#numbers.size + this.#first;
    this.#numbers.set(text, n);
    const plain = plainType(type);
    if (isNumberType(plain)) return n;
    if (/^bool/i.test(plain)) return false;
    if (/^uuid/i.test(plain)) return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
    if (/^(?:date|timestamp)/i.test(plain)) {
      const day = new Date(FIRST_DAY + n * DAY_MS).toISOString().slice(0, 10);
      return /^date(?:32)?$/i.test(plain) ? day : `${day} 00:00:00`;
    }
    if (!TEXT_TYPE.test(plain)) return null;
    const made = word(text, n, Number(/\((\d+)\)/.exec(plain)?.[1] ?? Infinity));
    if (TELLING.test(text)) this.#texts.set(text, made);
    return made;
  }

  /** A value of a column that is not marked, without the texts that were masked in others: a renamed column, a note about someone. */
  without(value: Scalar, type: string): Scalar {
    if (typeof value !== 'string' || !TEXT_TYPE.test(plainType(type))) return value;
    let text = value;
    // the longest first: one may be a part of another
    const texts = [...this.#texts].toSorted(([a], [b]) => b.length - a.length);
    for (const [real, made] of texts) text = text.replaceAll(real, made);
    return text;
  }
}

const TEXT_TYPE = /^(?:text|character|varchar|char|bpchar|citext|name|string|fixedstring)/i;

/** Texts that hardly stand for anything but a person: of a word alone that cannot be told. */
const TELLING = /^(?=.*[@ \d]).{6,}$/s;

/** Digits for digits and an address for an address: models take them apart. */
function word(text: string, n: number, most: number): string {
  if (/^\d+$/.test(text)) return String(n).padStart(text.length, '0');
  const made = text.includes('@') ? `masked_${n}@example.com` : `masked_${n}`;
  return made.length <= most ? made : String(n);
}
