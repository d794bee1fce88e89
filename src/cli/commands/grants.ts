import { grants, type GrantsResult } from '../../api/grants.ts';
import { coloursOf } from '../../reporters/colours.ts';
import { renderTable } from '../../reporters/table.ts';
import { EXIT } from '../exit-code.ts';
import type { Values } from '../commands.ts';
import type { Terminal } from '../terminal.ts';
import { apiOptions } from './api-options.ts';
import { besideOutput, guarded } from './guarded.ts';

const COLUMNS = ['relation', 'role', 'privilege', 'declared', 'actual', 'state'] as const;

/** `etl grants`: 1 with --check when what is declared and what is granted differ. */
export const grantsCommand = (values: Values, terminal: Terminal): Promise<number> =>
  guarded(
    values,
    besideOutput(values, terminal),
    async ({ reporter, learn, colour, mask, masked }) => {
      const found = await grants({
        ...apiOptions(values, terminal),
        onProject: learn,
        report: (d) => reporter.diagnostics(d),
      });
      const text =
        values['output'] === 'json'
          ? JSON.stringify(masked(found), null, 2)
          : mask(tableOf(found, coloursOf(colour).dim));
      reporter.print(text);
      return values['check'] === true && found.differences > 0 ? EXIT.failed : EXIT.well;
    },
  );

const yes = (is: boolean): string => (is ? 'yes' : 'no');

function tableOf(
  { grants: lines, differences }: GrantsResult,
  dim: (text: string) => string,
): string {
  if (lines.length === 0) return 'No grants: none are declared, and the relations have none.';
  const rows = lines.map((g) => [
    g.relation,
    g.role,
    g.privilege,
    yes(g.declared),
    yes(g.actual),
    g.state,
  ]);
  const summary =
    differences === 0
      ? 'What is declared and what is granted agree.'
      : `${differences} grant${differences === 1 ? ' differs' : 's differ'}: a run of the models gives what is missing and takes back what is not declared.`;
  return [...renderTable(COLUMNS, rows, { dim }), '', summary].join('\n');
}
