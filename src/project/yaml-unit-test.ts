// A unit test, written into the text of a property file: what else is in it, comments, order and layout, stays as it is.
import { isMap, isSeq, parseDocument, type Node } from 'yaml';
import type { FixtureCell } from '../manifest/unit-test-case.ts';

export interface WrittenRows {
  readonly columns: readonly { readonly name: string }[];
  readonly rows: readonly (readonly FixtureCell[])[];
}

export interface WrittenUnitTest {
  readonly name: string;
  readonly model: string;
  /** the one version that it is of */
  readonly version?: string;
  readonly isIncremental: boolean;
  readonly now: string | undefined;
  readonly inputs: readonly (WrittenRows & { readonly written: string })[];
  readonly expected: WrittenRows;
}

const PLAIN_KEY = /^[A-Za-z_]\w*$/;
const WORD = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i;
const key = (name: string): string =>
  PLAIN_KEY.test(name) && !WORD.test(name) ? name : JSON.stringify(name);

/** What YAML does not take between quotes as it is, or some readers take for the end of a line. */
const HIDDEN = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/**
 * A text between quotes. Rows are data: what looks like a template in them must never be run as one, and a line end at the end is not
 * to be lost where it is rendered.
 */
const quoted = (text: string): string =>
  JSON.stringify(
    text.replaceAll(/\{(?=[{%#])/g, "{{ '{' }}").replace(/\n$/, "\n{{ '' }}"),
  ).replaceAll(HIDDEN, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

function literal({ kind, text }: FixtureCell): string {
  if (kind === 'null') return 'null';
  return kind === 'number' || kind === 'boolean' ? text : quoted(text);
}

const rowLine = (columns: WrittenRows['columns'], row: readonly FixtureCell[]): string =>
  `{${columns.map(({ name }, i) => `${key(name)}: ${literal(row[i] ?? NOTHING)}`).join(', ')}}`;
const NOTHING: FixtureCell = {
  kind: 'null',
  text: '',
  at: { file: '', line: 1, column: 1 },
  nameAt: { file: '', line: 1, column: 1 },
};

const rowsLines = ({ columns, rows }: WrittenRows): readonly string[] =>
  rows.length === 0
    ? ['rows: []']
    : ['rows:', ...rows.map((row) => `  - ${rowLine(columns, row)}`)];

function linesOf(test: WrittenUnitTest): readonly string[] {
  const { name, model, version, isIncremental, now, inputs, expected } = test;
  return [
    `- name: ${key(name)}`,
    `  model: ${key(model)}`,
    ...(version === undefined ? [] : [`  versions: {include: [${version}]}`]),
    ...(now === undefined ? [] : [`  config: {meta: {etl: {now: '${now}'}}}`]),
    ...(isIncremental ? ['  overrides: {macros: {is_incremental: false}}'] : []),
    ...(inputs.length === 0 ? ['  given: []'] : ['  given:']),
    ...inputs.flatMap((input) => [
      `    - input: ${input.written}`,
      ...rowsLines(input).map((line) => `      ${line}`),
    ]),
    '  expect:',
    ...rowsLines(expected).map((line) => `    ${line}`),
  ];
}

/**
 * The text of a property file with a unit test more, behind those that it has; the empty text becomes a file. `problem`: why it cannot
 * be added.
 */
export function withUnitTest(
  text: string,
  test: WrittenUnitTest,
): { readonly text: string } | { readonly problem: string } {
  const document = parseDocument(text);
  if (document.errors.length > 0) return { problem: 'it is not valid YAML' };
  const { contents } = document;
  const list = isMap(contents) ? (contents.get('unit_tests', true) as Node | undefined) : undefined;
  if (contents !== null && (!isMap(contents) || contents.flow === true))
    return { problem: 'it is no mapping of lines' };
  if (list !== undefined && (!isSeq(list) || list.flow === true || list.items.length === 0))
    return { problem: 'its unit_tests are no list of lines' };
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const whole = text === '' || text.endsWith('\n') ? text : text + newline;
  const made =
    list === undefined
      ? added(whole, whole.length, ['unit_tests:', ...linesOf(test).map((l) => `  ${l}`)], newline)
      : added(whole, ...behind(whole, list, test), newline);
  const after = parseDocument(made);
  const before = (document.toJS() ?? {}) as { unit_tests?: unknown[] };
  const expected = (after.toJS() ?? {}) as { unit_tests?: unknown[] };
  const isKept =
    after.errors.length === 0 &&
    JSON.stringify({ ...before, unit_tests: before.unit_tests ?? [] }) ===
      JSON.stringify({ ...before, unit_tests: expected.unit_tests?.slice(0, -1) }) &&
    JSON.stringify({ ...expected, unit_tests: 0 }) === JSON.stringify({ ...before, unit_tests: 0 });
  return isKept ? { text: made } : { problem: 'it is written in a way that cannot be added to' };
}

/** Where the lines of a new entry belong, and how far they are indented. */
function behind(text: string, list: Node, test: WrittenUnitTest): [number, readonly string[]] {
  const [start = 0, end = 0] = list.range ?? [];
  const dash = start - (text.lastIndexOf('\n', start - 1) + 1);
  // a list ends where the next thing begins: comments above that one are its own
  const feed = text.indexOf('\n', Math.max(start, lastOf(list, end) - 1));
  return [feed < 0 ? text.length : feed + 1, linesOf(test).map((l) => ' '.repeat(dash) + l)];
}

/** The end of the last thing that is written in a node. */
function lastOf(node: Node, end: number): number {
  if (isSeq(node) && node.flow !== true) {
    const last = node.items.at(-1) as Node | undefined;
    if (last !== undefined) return lastOf(last, last.range?.[1] ?? end);
  }
  if (isMap(node) && node.flow !== true) {
    const last = node.items.at(-1);
    const part = (last?.value ?? last?.key) as Node | null | undefined;
    if (part !== undefined && part !== null) return lastOf(part, part.range?.[1] ?? end);
  }
  return node.range?.[1] ?? end;
}

function added(text: string, at: number, lines: readonly string[], newline: string): string {
  const isNewPart = at === text.length && text !== '' && lines[0] === 'unit_tests:';
  const put = `${isNewPart ? newline : ''}${lines.join(newline)}${newline}`;
  return text.slice(0, at) + put + text.slice(at);
}
