import { errorTitle } from '../events/error-title.ts';
import type { NodeOutcome } from '../events/event.ts';
import { diagnosticText, type DiagnosticTextOptions } from './diagnostic-text.ts';
import { isFailure } from './phrases.ts';
import type { Colours } from './colours.ts';
import type { NodeFacts } from './reporter.ts';
import { renderTable } from './table.ts';
import { harmless } from '../kernel/text-width.ts';

const SAMPLE_ROWS = 5;

/** What is told at the end about a node that failed or gave a warning; each entry may have several lines. */
export function failureText(
  outcome: NodeOutcome,
  facts: NodeFacts,
  options: DiagnosticTextOptions,
): readonly string[] {
  const { bad, warn } = options.colours;
  const where = `in ${facts.resourceType} ${facts.name} (${facts.path})`;
  const title = isFailure(outcome) ? bad(`Failure ${where}`) : warn(`Warning ${where}`);
  const told = isVerdict(outcome)
    ? [...verdictText(outcome, options), ...keptText(outcome), ...placesText(outcome, options)]
    : [...titleText(outcome, facts), ...problemsText(outcome, options)];
  const path = facts.compiledPath?.();
  return [title, ...told, ...(path === undefined ? [] : [`  compiled code at ${path}`])];
}

/** A test that ran and did not pass: its rows say more than the place of its text. */
const isVerdict = ({ status, failures }: NodeOutcome): boolean =>
  failures !== undefined && (status === 'fail' || status === 'warn');

function verdictText(
  { message, failures, sample }: NodeOutcome,
  { colours }: DiagnosticTextOptions,
): readonly string[] {
  // schedulers read this line: it comes right after the title
  const verdict = verdictLines(harmless(message ?? `Got ${failures ?? 0} results`), colours);
  if (sample === undefined || sample.rows.length === 0) return [verdict];
  const rows = sample.rows.slice(0, SAMPLE_ROWS);
  const table = renderTable(sample.columns, rows, { dim: colours.dim });
  return [verdict, table.map((line) => `  ${line}`).join('\n')];
}

/** The verdict; the rows of a unit test's difference in the colours of what was expected and what is there. */
function verdictLines(text: string, { bad, good, note, strong }: Colours): string {
  const styles: readonly (readonly [string, (line: string) => string])[] = [
    ['@@', strong],
    ['---', bad],
    ['+++', good],
    ['→', note],
  ];
  const [first = '', ...rest] = text.split('\n');
  const styled = rest.map((line) => {
    const style = styles.find(([mark]) => line.startsWith(mark))?.[1];
    return style === undefined ? line : style(line);
  });
  return [first, ...styled].map((line) => (line === '' ? '' : `  ${line}`)).join('\n');
}

/** Where the failing rows are, when they were stored. */
const keptText = ({ relationName }: NodeOutcome): readonly string[] =>
  relationName === undefined ? [] : [`  failing rows: select * from ${harmless(relationName)}`];

/** Code and place of a verdict, whose words and rows stand above. */
function placesText(
  { diagnostics }: NodeOutcome,
  options: DiagnosticTextOptions,
): readonly string[] {
  return diagnostics.map(({ code, severity, at }) =>
    diagnosticText({ code, severity, message: '', ...(at === undefined ? {} : { at }) }, options)
      .map((line) => `  ${line}`)
      .join('\n'),
  );
}

/** The words that people and schedulers search logs of dbt for. */
function titleText(
  { status, diagnostics }: NodeOutcome,
  { resourceType: type, name, path: file }: NodeFacts,
): readonly string[] {
  const problem = diagnostics.find((d) => d.severity === 'error');
  // what was tested and found wrong is a verdict, no error
  if (status !== 'error' || problem === undefined || problem.code.startsWith('ETL6')) return [];
  return [`  ${errorTitle(problem.code, { type, name, file })}`];
}

function problemsText(
  { diagnostics, message, status }: NodeOutcome,
  options: DiagnosticTextOptions,
): readonly string[] {
  if (diagnostics.length === 0) return [`  ${harmless(message ?? `Status: ${status}`)}`];
  return diagnostics.map((diagnostic) =>
    diagnosticText(diagnostic, options)
      .map((line) => `  ${line}`)
      .join('\n'),
  );
}
