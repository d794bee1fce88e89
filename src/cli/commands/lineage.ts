import { lineage, type LineageReport } from '../../api/lineage.ts';
import { lineageMermaid } from '../../reporters/lineage-mermaid.ts';
import { lineageTree } from '../../reporters/lineage-tree.ts';
import { EXIT } from '../exit-code.ts';
import type { Values } from '../commands.ts';
import type { Terminal } from '../terminal.ts';
import { apiOptions } from './api-options.ts';
import { besideOutput, guarded } from './guarded.ts';

/** `etl lineage`: what is not known is told, and is no failure. */
export const lineageCommand = (
  values: Values,
  names: readonly string[],
  terminal: Terminal,
): Promise<number> =>
  guarded(values, besideOutput(values, terminal), async ({ reporter, learn, mask, masked }) => {
    // as in a check
    terminal.armSignals();
    const found = await lineage({
      ...apiOptions(values, terminal),
      of: names,
      direction: directionOf(values),
      inManifest: values['manifest'] === true,
      onProject: learn,
      report: (d) => reporter.diagnostics(d),
    });
    const format = values['output'];
    if (format === 'json') reporter.print(JSON.stringify(masked(jsonOf(found)), null, 2));
    else if (format === 'mermaid')
      for (const line of lineageMermaid(found.nodes)) reporter.print(mask(line));
    else for (const line of lineageTree(found)) reporter.print(mask(line));
    reporter.diagnostics(found.diagnostics);
    if (names.length === 0 && format === undefined) reporter.note(summaryOf(found));
    return EXIT.well;
  });

function directionOf(values: Values): 'up' | 'down' | 'both' {
  const [up, down] = [values['up'] === true, values['down'] === true];
  if (up === down) return 'both';
  return up ? 'up' : 'down';
}

function summaryOf({ engine, seconds, nodes, file }: LineageReport): string {
  const columns = nodes.flatMap((node) => node.columns);
  const unknown = columns.filter((column) => column.unknown !== undefined).length;
  const known = unknown === 0 ? '' : `, ${unknown} of them not known`;
  return `Lineage of ${columns.length} columns${known}, by the embedded ${engine} in ${seconds.toFixed(1)} s${file === undefined ? '' : `: ${file}`}`;
}

const jsonOf = ({ nodes, diagnostics, ...facts }: LineageReport) => ({
  ...facts,
  nodes: nodes.map(({ id, resourceType, ...node }) => ({
    unique_id: id,
    resource_type: resourceType,
    ...node,
  })),
  diagnostics: diagnostics.map(({ code, message }) => ({ code, message })),
});
