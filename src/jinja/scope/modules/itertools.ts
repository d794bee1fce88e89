// `modules.itertools`: what dbt exports of it, as lists; the endless ones need an end.
import { fail } from '../../faults.ts';
import { hostFunction, namedFunction } from '../../host-function.ts';
import { callValue } from '../../py/access.ts';
import { truthy } from '../../py/compare.ts';
import { iterate } from '../../py/sequence.ts';
import { Tuple, requireInt } from '../../py/values.ts';
import type { Args, Kwargs, Value } from '../../py/values.ts';

const MOST = 1_000_000;

function bounded<T>(items: T[]): T[] {
  return items.length > MOST
    ? fail(`itertools makes more than ${MOST} items here`, 'OverflowError')
    : items;
}

/** Every choice of one item of each list, the last list running fastest. */
const productOf = (lists: readonly Value[][]): Value[][] =>
  lists.reduce<Value[][]>(
    (found, list) => bounded(found.flatMap((head) => list.map((item) => [...head, item]))),
    [[]],
  );

/** Positions of `size` items out of `n`; `from` tells where the next position may begin. */
function choices(
  n: number,
  size: number,
  from: (chosen: readonly number[]) => readonly number[],
): number[][] {
  let found: number[][] = [[]];
  for (let i = 0; i < size; i++)
    found = bounded(
      found.flatMap((chosen) =>
        from(chosen)
          .filter((next) => next < n)
          .map((next) => [...chosen, next]),
      ),
    );
  return found;
}

const range = (start: number, end: number): number[] =>
  Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i);

const tuples = (lists: readonly (readonly Value[])[]): Value[] =>
  lists.map((list) => Tuple.fromArray(list));

type From = (n: number) => (chosen: readonly number[]) => readonly number[];

const chooser = (name: string, from: From): Value =>
  namedFunction(name, ['iterable', 'r'], ([iterable, r]) => {
    const items = [...iterate(iterable)];
    const size = r === undefined || r === null ? items.length : requireInt(r);
    return tuples(
      choices(items.length, size, from(items.length)).map((at) => at.map((i) => items[i])),
    );
  });

const repeated = (args: Args, kwargs: Kwargs): Value[] => {
  const times = kwargs?.get('repeat') ?? 1;
  const lists = args.map((arg) => [...iterate(arg)]);
  return tuples(productOf(Array.from({ length: requireInt(times) }, () => lists).flat()));
};

function longest(args: Args, kwargs: Kwargs): Value[] {
  const lists = args.map((arg) => [...iterate(arg)]);
  const fill = kwargs?.get('fillvalue') ?? null;
  const size = Math.max(0, ...lists.map((list) => list.length));
  return tuples(range(0, size).map((i) => lists.map((list) => (i < list.length ? list[i] : fill))));
}

function slice([iterable, first, second, third]: Args): Value[] {
  const items = [...iterate(iterable)];
  const number = (value: Value, fallback: number): number =>
    value === undefined || value === null ? fallback : requireInt(value);
  const [start, stop] =
    second === undefined
      ? [0, number(first, items.length)]
      : [number(first, 0), number(second, items.length)];
  const step = number(third, 1);
  return items.slice(start, stop).filter((_, i) => i % step === 0);
}

const endless = (name: string): Value =>
  hostFunction(name, () =>
    fail(`modules.itertools.${name} has no end: use range() or a loop`, 'RuntimeError'),
  );

/** The module as templates see it. */
export const itertoolsModule: Readonly<Record<string, Value>> = {
  chain: hostFunction('chain', (args) => bounded(args.flatMap((arg) => [...iterate(arg)]))),
  product: hostFunction('product', repeated),
  permutations: chooser(
    'permutations',
    (n) => (chosen) => range(0, n).filter((i) => !chosen.includes(i)),
  ),
  combinations: chooser('combinations', (n) => (chosen) => range((chosen.at(-1) ?? -1) + 1, n)),
  combinations_with_replacement: chooser(
    'combinations_with_replacement',
    (n) => (chosen) => range(chosen.at(-1) ?? 0, n),
  ),
  zip_longest: hostFunction('zip_longest', longest),
  islice: hostFunction('islice', slice),
  compress: namedFunction('compress', ['data', 'selectors'], ([data, selectors]) => {
    const wanted = [...iterate(selectors)];
    return [...iterate(data)].filter((_, i) => i < wanted.length && truthy(wanted[i]));
  }),
  starmap: namedFunction('starmap', ['function', 'iterable'], ([callee, iterable]) =>
    [...iterate(iterable)].map((args) => callValue(callee, [...iterate(args)], null)),
  ),
  tee: namedFunction('tee', ['iterable', 'n'], ([iterable, n]) => {
    const items = [...iterate(iterable)];
    return Tuple.fromArray(range(0, requireInt(n ?? 2)).map(() => [...items]));
  }),
  repeat: namedFunction('repeat', ['object', 'times'], ([object, times]) =>
    times === undefined || times === null
      ? fail('modules.itertools.repeat needs times here', 'RuntimeError')
      : bounded(range(0, requireInt(times)).map(() => object ?? null)),
  ),
  count: endless('count'),
  cycle: endless('cycle'),
};
