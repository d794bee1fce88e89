import { Operands } from '../../sql/operands.ts';
import type { Range } from '../../sql/outline.ts';
import type { Finding, LintedText } from './lint.ts';
import type { Change, Prober } from './probe.ts';

export const DIVISION: RegExp = /\//;

/** Who says what becomes of the fraction knows that there is one. */
const SETTLES =
  /^(?:round\w*|floor|ceil|ceiling|trunc|truncate|cast|accuratecast\w*|to[a-z]*\d*\w*)$/;
const GOES_ON: ReadonlySet<string> = new Set([
  '*',
  '+',
  '-',
  '<',
  '>',
  '<=',
  '>=',
  '=',
  '<>',
  '!=',
]);

/** Divisions of a whole number by another. */
export async function integerDivision(
  { node, compiled: { sql }, outline }: LintedText,
  prober: Prober,
): Promise<readonly Finding[]> {
  const { tokens } = outline;
  const operands = new Operands(outline);
  const text = ({ start, end }: Range): string =>
    sql.slice(tokens[start]?.start, tokens[end - 1]?.end);
  const candidates = tokens.flatMap((token, at): readonly (Change & { readonly at: number })[] => {
    if (token.kind !== 'sign' || token.text !== '/') return [];
    const left = operands.factorsBefore(at);
    const right = operands.after(at);
    if (left === undefined || right === undefined) return [];
    if (isSettled(tokens, left.start, right.end)) return [];
    return [
      {
        at,
        start: tokens[left.start]?.start ?? 0,
        end: tokens[right.end - 1]?.end ?? 0,
        text: prober.probes.wholeNumbers(text(left), text(right)),
      },
    ];
  });
  const found = await prober.taken(node, sql, candidates);
  return found.flatMap(({ at }): readonly Finding[] => {
    const sign = tokens[at];
    return sign === undefined
      ? []
      : [
          {
            code: 'ETL6061',
            start: sign.start,
            end: sign.end,
            message:
              'two whole numbers are divided: the result is a Float64 with a fraction, where Postgres gives a whole number',
            hint: 'Write intDiv(a, b) for the whole number, or toFloat64(a) / b, round(a / b, 2) for the fraction.',
          },
        ];
  });
}

function isSettled(tokens: LintedText['outline']['tokens'], start: number, end: number): boolean {
  const opens = tokens[start - 1]?.text === '(' ? tokens[start - 2] : undefined;
  const closes = tokens[end]?.text;
  const isInCall = closes === ')' || closes === ',' || closes === 'as';
  if (opens?.kind === 'word' && isInCall && SETTLES.test(opens.text)) return true;
  const isFraction = tokens[end + 1]?.kind === 'number' && tokens[end + 1]?.text.includes('.');
  return GOES_ON.has(closes ?? '') && isFraction === true;
}
