import { show, type Shown } from '../../api/show.ts';
import type { Scalar } from '../../adapter/statement.ts';
import { coloursOf } from '../../reporters/colours.ts';
import { floatColumns, rowsJson } from '../../reporters/rows-json.ts';
import { renderTable } from '../../reporters/table.ts';
import { EXIT } from '../exit-code.ts';
import type { Values } from '../commands.ts';
import type { Console } from '../console.ts';
import type { Terminal } from '../terminal.ts';
import { apiOptions } from './api-options.ts';
import { besideOutput, guarded } from './guarded.ts';

/** `etl show` */
export const showCommand = (values: Values, terminal: Terminal): Promise<number> =>
  guarded(
    values,
    besideOutput(values, terminal),
    async ({ reporter, learn, colour, mask, masked }) => {
      const asJson = values['output'] === 'json';
      const quiet = values['quiet'] === true;
      const shown = await show({
        ...apiOptions(values, terminal),
        onProject: learn,
        observe: (event) => reporter.observe(event),
        report: (d) => reporter.diagnostics(asJson ? [] : d),
      });
      for (const item of shown) {
        const text = asJson
          ? jsonOf(item, quiet, masked)
          : mask(textOf(masked(item), quiet, coloursOf(colour).dim));
        const rows = rowsJson(masked(rowsOf(item)), floatColumns(item.result.columns));
        reporter.print(text, { name: 'ShowNode', data: dataOf(item, asJson, rows, masked) });
      }
      return EXIT.well;
    },
  );

function textOf({ name, result }: Shown, quiet: boolean, dim: (text: string) => string): string {
  const title = name === undefined ? 'Previewing inline node:' : `Previewing node '${name}':`;
  return [
    ...(quiet ? [] : [title]),
    ...renderTable(
      result.columns.map((c) => c.name),
      result.rows,
      { dim },
    ),
  ].join('\n');
}

const rowsOf = ({ result }: Shown): readonly Readonly<Record<string, unknown>>[] =>
  result.rows.map((row) =>
    Object.fromEntries(result.columns.map((c, i) => [c.name, jsonValue(row[i] ?? null, c.type)])),
  );

/** As dbt: `{"show": [rows]}`, with the node's name unless quiet; exact numbers beyond JSON's reach stay text. */
function jsonOf(item: Shown, quiet: boolean, masked: Console['masked']): string {
  const { name, result } = item;
  const rows = rowsJson(masked(rowsOf(item)), floatColumns(result.columns), '  ');
  const node = quiet || name === undefined ? '' : `  "node": ${JSON.stringify(masked(name))},\n`;
  return `{\n${node}  "show": ${rows}\n}`;
}

/** The event that editors read: the rows as one JSON text. */
const dataOf = (
  { name, id, sql }: Shown,
  asJson: boolean,
  preview: string,
  masked: Console['masked'],
): Readonly<Record<string, unknown>> =>
  masked({
    node_name: name ?? 'inline_query',
    unique_id: id ?? '',
    is_inline: name === undefined,
    output_format: asJson ? 'json' : 'text',
    preview,
    sql,
    quiet: false,
  });

function jsonValue(value: Scalar, type: string): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string' && /^(numeric|decimal|nullable\(decimal)/i.test(type)) {
    const number = Number(value);
    // dbt prints decimals as numbers; one that a double cannot hold exactly enough stays text
    return Number.isFinite(number) && value.replace(/^-|\./g, '').replace(/^0+/, '').length <= 15
      ? number
      : value;
  }
  return value;
}
