import type { Checked, Diagnostic, Span } from '../../kernel/diagnostic.ts';
import { didYouMean } from '../../kernel/did-you-mean.ts';
import { lexSelector, type Part } from './lexer.ts';
import type { Combination, Criterion, Selector } from './selector.ts';

// the lazy value leaves a closing `+n` to the children, and a `+` inside a name to the value
const CRITERION =
  /^(?<at>@)?(?:(?<above>\d*)\+)?(?:(?<method>[\w.]+):)?(?<value>.*?)(?<below>\+\d*)?$/;

/** Parses the arguments of `--select` or `--exclude`: blanks unite, commas intersect. */
export function parseSelector(
  texts: readonly string[],
  source: string,
  methods: ReadonlySet<string>,
): Checked<Selector> {
  const diagnostics: Diagnostic[] = [];
  const parts = lexSelector(texts.join(' ')).map((word): Combination => {
    const criteria = word.parts.flatMap((part) => {
      const { value, diagnostics: found } = parseCriterion(part, source, methods);
      diagnostics.push(...found);
      return value === undefined ? [] : [value];
    });
    const expected = { raw: word.text, at: spanOf(source, word) };
    return { kind: 'intersection', parts: criteria, expected };
  });
  return { value: { kind: 'union', parts }, diagnostics };
}

function parseCriterion(
  part: Part,
  source: string,
  methods: ReadonlySet<string>,
): Checked<Criterion> {
  const at = spanOf(source, part);
  const groups = CRITERION.exec(part.text)?.groups ?? {};
  const { above, below } = groups;
  const value = groups['value'] ?? '';
  const dotted = groups['method']?.split('.') ?? [defaultMethod(value)];
  const method = dotted[0] ?? '';
  const problem =
    checkMethod(part.text, method, methods) ?? checkShape(part.text, value, groups['at'], below);
  if (problem !== undefined)
    return { value: undefined, diagnostics: [{ ...problem, at: problem.at ?? at }] };
  return {
    value: {
      kind: 'criterion',
      raw: part.text,
      at,
      method,
      arguments: dotted.slice(1),
      value,
      childrensParents: groups['at'] !== undefined,
      parentsDepth: depthOf(above),
      childrenDepth: depthOf(below?.slice(1)),
    },
    diagnostics: [],
  };
}

type Problem = Omit<Diagnostic, 'at'> & { readonly at?: Span };
const invalid = (message: string, hint?: string): Problem => ({
  code: 'ETL3007',
  severity: 'error',
  message,
  ...(hint === undefined ? {} : { hint }),
});

function checkMethod(
  text: string,
  method: string,
  methods: ReadonlySet<string>,
): Problem | undefined {
  if (methods.has(method)) return undefined;
  return invalid(
    `"${method}" in "${text}" is not a selection method.`,
    didYouMean(method, methods) ?? `The methods are ${[...methods].sort().join(', ')}.`,
  );
}

function checkShape(
  text: string,
  value: string,
  atSign: string | undefined,
  below: string | undefined,
): Problem | undefined {
  if (atSign !== undefined && below !== undefined)
    return invalid(
      `"${text}" joins the prefix "@" with the suffix "+".`,
      '"@x" already takes everything below x, so leave out the "+".',
    );
  if (value === '')
    return invalid(
      text === ''
        ? 'There is nothing between two commas, or beside one.'
        : `"${text}" does not say what to select.`,
      'Write for example "gold_margin", "tag:nightly" or "models/gold".',
    );
  return undefined;
}

/** `method.argument:value` as an entry of selectors.yml says it; a problem when there is no such method. */
export function namedCriterion(
  dotted: string,
  value: string,
  at: Span,
  methods: ReadonlySet<string>,
): Checked<Criterion> {
  const [method = '', ...rest] = dotted.split('.');
  const raw = `${dotted}:${value}`;
  const problem = checkMethod(raw, method, methods) ?? checkShape(raw, value, undefined, undefined);
  if (problem !== undefined) return { value: undefined, diagnostics: [{ ...problem, at }] };
  return {
    value: {
      kind: 'criterion',
      raw,
      at,
      method,
      arguments: rest,
      value,
      childrensParents: false,
      parentsDepth: 0,
      childrenDepth: 0,
    },
    diagnostics: [],
  };
}

/** A bare value is a path when it has a separator, a file when it ends like one, and a name otherwise. */
function defaultMethod(value: string): string {
  if (/[/\\]/.test(value)) return 'path';
  return /\.(sql|py|csv)$/i.test(value) ? 'file' : 'fqn';
}

/** `undefined`: no plus sign, no generations; empty: a bare plus, all generations. */
function depthOf(digits: string | undefined): number {
  if (digits === undefined) return 0;
  return digits === '' ? Infinity : Number(digits);
}

const spanOf = (source: string, part: Part): Span => ({
  file: source,
  line: 1,
  column: part.start + 1,
  endColumn: part.start + Math.max(1, part.text.length) + 1,
});
