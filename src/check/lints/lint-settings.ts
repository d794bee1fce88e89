// Which lints are off: `flags: {lints: {ignore: [ETL6061]}}` of the project, `meta: {lints: {ignore: [ETL6061]}}` of nodes and folders.
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import { didYouMean } from '../../kernel/did-you-mean.ts';
import type { ExecutableNode } from '../../manifest/node.ts';
import { LINT_CODES, type LintCode } from './lint.ts';

interface Off {
  readonly off: ReadonlySet<LintCode>;
  /** what cannot be understood, and what was meant */
  readonly problem?: { readonly message: string; readonly hint: string };
}

const NONE: Off = { off: new Set() };
const HOW = 'Write for example: lints: {ignore: [ETL6061]}, or ignore: all.';
const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isCode = (value: unknown): value is LintCode =>
  (LINT_CODES as readonly unknown[]).includes(value);

/** Reads the mapping below `lints`. */
function offIn(value: unknown): Off {
  if (value === undefined || value === null) return NONE;
  const odd = isMap(value) ? Object.keys(value).find((key) => key !== 'ignore') : undefined;
  if (!isMap(value) || odd !== undefined)
    return {
      ...NONE,
      problem: {
        message: odd === undefined ? 'lints is a mapping' : `lints has no key "${odd}"`,
        hint: HOW,
      },
    };
  const { ignore } = value;
  if (ignore === 'all') return { off: new Set(LINT_CODES) };
  if (!Array.isArray(ignore))
    return { ...NONE, problem: { message: 'ignore below lints is a list of codes', hint: HOW } };
  const known = new Set((ignore as unknown[]).filter((code) => isCode(code)));
  const unknown = (ignore as unknown[]).find((code) => !isCode(code));
  if (unknown === undefined) return { off: known };
  const shown = typeof unknown === 'string' ? unknown : JSON.stringify(unknown);
  const hint = didYouMean(shown, LINT_CODES) ?? `There are ${LINT_CODES.join(', ')}.`;
  return { off: known, problem: { message: `there is no lint "${shown}"`, hint } };
}

/** The settings of one check. */
export class LintSettings {
  readonly #project: Off;

  /** `flag`: what the project has below `flags: lints` */
  constructor(flag: unknown) {
    this.#project = offIn(flag);
  }

  isOn(node: ExecutableNode, code: LintCode): boolean {
    return !this.#project.off.has(code) && !offIn(node.meta['lints']).off.has(code);
  }

  /** What is not understood, in the project and in these nodes: an ETL6070 each. */
  problems(nodes: readonly ExecutableNode[]): readonly Diagnostic[] {
    const { problem } = this.#project;
    const own = problem === undefined ? [] : [unusable({ ...problem, file: 'dbt_project.yml' })];
    return [
      ...own,
      ...nodes.flatMap((node) => {
        const found = offIn(node.meta['lints']).problem;
        return found === undefined ? [] : [unusable({ ...found, node })];
      }),
    ];
  }
}

const unusable = ({
  message,
  hint,
  file,
  node,
}: {
  readonly message: string;
  readonly hint: string;
  readonly file?: string;
  readonly node?: ExecutableNode;
}): Diagnostic => ({
  code: 'ETL6070',
  severity: 'warning',
  message: node === undefined ? `flags: ${message}` : `the meta of ${node.name}: ${message}`,
  at: node?.place ?? { file: file ?? 'dbt_project.yml', line: 1, column: 1 },
  ...(node === undefined ? {} : { node: node.unique_id }),
  hint,
});
