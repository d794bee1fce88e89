import { history } from '../../api/history.ts';
import { coloursOf } from '../../reporters/colours.ts';
import { historyText } from '../../reporters/history-text.ts';
import { EXIT } from '../exit-code.ts';
import type { Values } from '../commands.ts';
import type { Terminal } from '../terminal.ts';
import { apiOptions } from './api-options.ts';
import { besideOutput, guarded } from './guarded.ts';

/** `etl history` */
export const historyCommand = (values: Values, terminal: Terminal): Promise<number> =>
  guarded(
    values,
    besideOutput(values, terminal),
    async ({ reporter, learn, colour, mask, masked }) => {
      const options = apiOptions(values, terminal);
      const { target, runs } = await history({
        ...options,
        onProject: learn,
        report: (d) => reporter.diagnostics(d.filter(({ severity }) => severity !== 'info')),
      });
      if (values['output'] === 'json') {
        reporter.print(JSON.stringify(masked({ target: target ?? null, runs }), null, 2));
        return EXIT.well;
      }
      const isSelected = [options.select, options.exclude, options.selector].some(
        (given) => given !== undefined,
      );
      reporter.print(
        runs.length === 0
          ? `No runs are kept${isSelected ? ' of these nodes' : ''}${target === undefined ? '' : mask(` on ${target}`)} yet: etl build keeps one.`
          : mask(
              historyText(runs, { target: target ?? '', isSelected, colours: coloursOf(colour) }),
            ),
      );
      return EXIT.well;
    },
  );
