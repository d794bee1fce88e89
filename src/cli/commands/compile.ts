import { compile, type Compiled } from '../../api/compile.ts';
import { EXIT } from '../exit-code.ts';
import type { Values } from '../commands.ts';
import type { Terminal } from '../terminal.ts';
import { apiOptions } from './api-options.ts';
import { besideOutput, guarded } from './guarded.ts';

/** `etl compile` */
export const compileCommand = (values: Values, terminal: Terminal): Promise<number> =>
  guarded(values, besideOutput(values, terminal), async ({ reporter, learn, mask, masked }) => {
    const compiled = await compile({
      ...apiOptions(values, terminal),
      onProject: learn,
      report: (d) => reporter.diagnostics(d),
    });
    const isAsked =
      values['inline'] !== undefined ||
      values['select'] !== undefined ||
      values['models'] !== undefined ||
      values['selector'] !== undefined;
    const asJson = values['output'] === 'json';
    if (asJson || isAsked) {
      for (const { node, sql } of compiled.filter((c) => c.isAsked)) {
        const text = asJson
          ? JSON.stringify(
              masked(node === undefined ? { compiled: sql } : { node: node.name, compiled: sql }),
              null,
              2,
            )
          : mask(values['quiet'] === true ? sql : `${titleOf(node)} is:\n${sql}`);
        const data = masked({
          node_name: node?.name ?? 'inline_query',
          unique_id: node?.unique_id ?? '',
          compiled: sql,
          is_inline: node === undefined,
          output_format: asJson ? 'json' : 'text',
          quiet: values['quiet'] === true,
        });
        reporter.print(text, { name: 'CompiledNode', data });
      }
    } else reporter.note(`Compiled ${compiled.length} nodes to target/compiled`);
    return EXIT.well;
  });

const titleOf = (node: Compiled['node']): string =>
  node === undefined ? 'Compiled inline node' : `Compiled node '${node.name}'`;
