import { check, type CheckReport } from '../../api/check.ts';
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import { githubLines } from '../../reporters/github.ts';
import { sarifOf } from '../../reporters/sarif.ts';
import { EXIT } from '../exit-code.ts';
import type { Values } from '../commands.ts';
import type { Terminal } from '../terminal.ts';
import { apiOptions } from './api-options.ts';
import { besideOutput, guarded } from './guarded.ts';

/** `etl check`: 1 when something is wrong. */
export const checkCommand = (values: Values, terminal: Terminal): Promise<number> =>
  guarded(values, besideOutput(values, terminal), async ({ reporter, learn, mask, masked }) => {
    // before the project is read: its engine may be at work by then, and would go on by itself
    terminal.armSignals();
    const found = await check({
      ...apiOptions(values, terminal),
      onProject: learn,
      report: (d) => reporter.diagnostics(d),
    });
    const format = values['output'];
    if (format === 'json') reporter.print(JSON.stringify(masked(jsonOf(found)), null, 2));
    else if (format === 'sarif')
      reporter.print(JSON.stringify(masked(sarifOf(found.diagnostics)), null, 2));
    else if (format === 'github') {
      for (const line of githubLines(masked(found.diagnostics))) reporter.print(mask(line));
    } else {
      reporter.diagnostics(found.diagnostics);
      reporter.note(summaryOf(found));
    }
    return found.ok ? EXIT.well : EXIT.failed;
  });

const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** `Checked 34 models, 2 seeds and 40 tests by the embedded postgres 18.4 in 0.8 s: 1 wrong, 3 not checked` */
function summaryOf({
  engine,
  where,
  target,
  seconds,
  nodes,
  diagnostics,
  ok,
}: CheckReport): string {
  const kinds = (['model', 'seed', 'snapshot', 'test'] as const).flatMap((kind) => {
    const count = nodes.filter((n) => n.resourceType === kind).length;
    return count === 0 ? [] : [plural(count, kind)];
  });
  const standings = [
    ['wrong', 'wrong'],
    ['unchecked', 'not checked'],
    ['unjudged', 'cannot be judged'],
  ] as const;
  const found = standings.flatMap(([standing, word]): string[] => {
    const count = nodes.filter((n) => n.standing === standing).length;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  const warnings = diagnostics.filter((d) => d.severity === 'warning').length;
  if (warnings > 0) found.push(plural(warnings, 'warning'));
  const by = where === 'embedded' ? `the embedded ${engine}` : `${engine} of target "${target}"`;
  const what = kinds.length === 0 ? 'nothing' : kinds.join(', ');
  return `Checked ${what} by ${by} in ${seconds.toFixed(1)} s: ${[...(found.length === 0 && !ok ? ['not well'] : []), ...found].join(', ') || 'all well'}`;
}

interface JsonDiagnostic extends Omit<Diagnostic, 'at'> {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

const flat = ({ at, ...rest }: Diagnostic): JsonDiagnostic =>
  at === undefined ? rest : { ...rest, file: at.file, line: at.line, column: at.column };

const jsonOf = ({ nodes, diagnostics, ...facts }: CheckReport) => ({
  ...facts,
  nodes: nodes.map(({ id, name, resourceType, path, standing, because, columns }) => ({
    unique_id: id,
    name,
    resource_type: resourceType,
    path,
    standing,
    ...(because === undefined ? {} : { because }),
    ...(columns === undefined ? {} : { columns }),
  })),
  diagnostics: diagnostics.map(flat),
});
