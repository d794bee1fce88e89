import { sourcesPull } from '../../api/sources-pull.ts';
import { EXIT } from '../exit-code.ts';
import type { Values } from '../commands.ts';
import type { Terminal } from '../terminal.ts';
import { apiOptions } from './api-options.ts';
import { guarded } from './guarded.ts';

/** `etl sources pull` */
export const sourcesPullCommand = (values: Values, terminal: Terminal): Promise<number> =>
  guarded(values, terminal, async ({ reporter, learn }) => {
    const { engine, file, sources, isChanged } = await sourcesPull({
      ...apiOptions(values, terminal),
      onProject: learn,
      report: (d) => reporter.diagnostics(d),
    });
    const columns = sources.reduce((sum, s) => sum + s.columns.length, 0);
    reporter.note(
      isChanged
        ? `Wrote ${columns} columns of ${sources.length} sources (${engine}) to ${file}: commit it`
        : `${file} says the same already: ${columns} columns of ${sources.length} sources (${engine})`,
    );
    return EXIT.well;
  });
