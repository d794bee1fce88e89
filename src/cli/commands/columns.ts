import {
  columns,
  type ColumnDifference,
  type ColumnsReport,
  type NodeColumns,
} from '../../api/columns.ts';
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import { EXIT } from '../exit-code.ts';
import type { Values } from '../commands.ts';
import type { Terminal } from '../terminal.ts';
import { apiOptions } from './api-options.ts';
import { besideOutput, guarded } from './guarded.ts';

/** `etl columns`: 1 when columns cannot be known, and with --check when a property file says otherwise. */
export const columnsCommand = (values: Values, terminal: Terminal): Promise<number> =>
  guarded(values, besideOutput(values, terminal), async ({ reporter, learn, mask, masked }) => {
    // as in a check
    terminal.armSignals();
    const isWrite = values['write'] === true;
    const found = await columns({
      ...apiOptions(values, terminal),
      ...(isWrite ? { write: true } : {}),
      onProject: learn,
      report: (d) => reporter.diagnostics(d),
    });
    const differing =
      values['check'] === true ? found.nodes.filter((n) => n.differences.length > 0) : [];
    if (values['output'] === 'json') reporter.print(JSON.stringify(masked(jsonOf(found)), null, 2));
    else if (!isWrite && values['check'] !== true)
      for (const line of found.nodes.flatMap(listing)) reporter.print(mask(line));
    reporter.diagnostics([...found.diagnostics, ...differing.map(differs)]);
    if (isWrite) reporter.note(writtenText(found));
    else if (values['check'] === true && differing.length === 0 && found.ok)
      reporter.note(`The property files say what ${found.engine} says`);
    return found.ok && differing.length === 0 ? EXIT.well : EXIT.failed;
  });

function listing({ name, columns: given }: NodeColumns): readonly string[] {
  const width = Math.max(...given.map((c) => c.name.length));
  return [name, ...given.map((c) => `  ${c.name.padEnd(width)}  ${c.type}`), ''];
}

const differenceText = ({ name, given, declared }: ColumnDifference): string => {
  if (given === undefined) return `  ${name}: only in the property file`;
  if (declared === undefined) return `  ${name}: ${given}, not in the property file`;
  return `  ${name}: ${given}, ${declared === null ? 'without a data_type' : declared} in the property file`;
};

const differs = ({ id, name, place, differences }: NodeColumns): Diagnostic => ({
  code: 'ETL6090',
  severity: 'error',
  message: `the property file does not have the columns of ${name} as they are:\n${differences.map(differenceText).join('\n')}`,
  at: place,
  node: id,
  hint: differences.every((d) => d.given === undefined)
    ? 'Remove them from the property file, or give them in the SQL.'
    : `Write them with: etl columns --write -s ${name}`,
});

function writtenText({ nodes, written, engine, diagnostics }: ColumnsReport): string {
  if (nodes.length === 0) return 'Nothing was written: no model was chosen';
  if (written.length === 0 && diagnostics.length > 0) return 'Nothing was written';
  if (written.length === 0) return `The property files say already what ${engine} says`;
  const count = written.reduce((sum, { columns: n }) => sum + n, 0);
  return `Wrote ${count} column${count === 1 ? '' : 's'} into ${written.map((w) => w.file).join(', ')}`;
}

const jsonOf = ({ engine, nodes, written }: ColumnsReport) => ({
  engine,
  nodes: nodes.map(({ id, name, resourceType, columns: given, differences }) => ({
    unique_id: id,
    name,
    resource_type: resourceType,
    columns: given,
    differences,
  })),
  written,
});
