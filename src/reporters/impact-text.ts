// What a change means for the models, for people: in a terminal, and in Markdown for a pull request.
import type { Finding } from '../check/impact/finding.ts';
import type { ModelImpact } from '../check/impact/impact.ts';

export interface ShownImpact {
  readonly models: readonly ModelImpact[];
  /** name of a node, by its id */
  readonly names: Readonly<Record<string, string>>;
}

const SHOWN = 8;

/** The first of them, and how many there are more. */
const some = (texts: readonly string[]): string => {
  const rest = texts.length - SHOWN;
  return `${texts.slice(0, SHOWN).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
};

/** What is said of one model, with `code` around its names. */
function linesOf(
  { findings, fullRefresh, reaches, change, below }: ModelImpact,
  names: ShownImpact['names'],
  code: (text: string) => string,
): readonly string[] {
  const nameOf = (id: string): string => names[id] ?? id;
  const feeds = below.columns.filter(({ kind }) => kind === 'feeds');
  const columns = feeds.map(({ node, column }) => code(`${nameOf(node)}.${column}`));
  const decides = below.columns.filter(({ kind }) => kind === 'decides');
  const decided = [...new Set(decides.map(({ node }) => code(nameOf(node))))];
  const vague = below.unknown.map((id) => code(nameOf(id)));
  const lines = grouped(findings, code);
  return [
    ...(lines.length === 0 ? ['the same query, columns and types'] : lines),
    ...(change === 'reached' ? ['comes from what it reads: nothing of it was changed'] : []),
    ...(fullRefresh === undefined ? [] : [`needs --full-refresh: ${fullRefresh}`]),
    ...(reaches.length === 0 ? [] : [`reaches ${some(reaches.map((id) => code(nameOf(id))))}`]),
    ...(columns.length === 0 ? [] : [`goes into ${some(columns)}`]),
    ...(decided.length === 0 ? [] : [`decides about rows of ${some(decided)}`]),
    ...(vague.length === 0 ? [] : [`may go into other columns of ${some(vague)}`]),
  ];
}

/** Columns of which the same is said stand in one line. */
function grouped(findings: readonly Finding[], code: (text: string) => string): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const { what, column } of findings) {
    const list = groups.get(what) ?? [];
    if (column !== undefined) list.push(code(column));
    groups.set(what, list);
  }
  return [...groups].map(([what, columns]) =>
    columns.length === 0
      ? what
      : `${what}: ${columns.join(', ')}`.replace(/^(.* type): (.*): (.*)$/, '$3: $1, $2'),
  );
}

/** One block for each model, the worst first. */
export const impactText = ({ models, names }: ShownImpact): string =>
  models
    .map((m) => {
      const head = `${m.level.padEnd(8)}  ${m.name} (${m.change === 'modified' ? m.path : `${m.change}, ${m.path}`})`;
      return [head, ...linesOf(m, names, (t) => t).map((line) => `    ${line}`)].join('\n');
    })
    .join('\n');

/** A text that means nothing in a cell of a table. */
const cell = (text: string): string =>
  text.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;');
const quoted = (text: string): string => `\`${text.replaceAll('`', "'")}\``;

/** A table for a pull request. */
export function impactMarkdown({ models, names }: ShownImpact, summary: string): string {
  const rows = models.map((m) => {
    const what = linesOf(m, names, quoted).map(cell).join('<br>');
    return `| ${m.level} | ${cell(quoted(m.name))} | ${what} |`;
  });
  const table =
    rows.length === 0 ? [] : ['| change | model | what |', '| --- | --- | --- |', ...rows, ''];
  return ['### What this change means', '', ...table, cell(summary)].join('\n');
}
