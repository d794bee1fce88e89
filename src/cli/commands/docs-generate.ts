import { relative } from 'node:path';
import { docsGenerate } from '../../api/docs-generate.ts';
import { EXIT } from '../exit-code.ts';
import type { Values } from '../commands.ts';
import type { Terminal } from '../terminal.ts';
import { apiOptions } from './api-options.ts';
import { guarded } from './guarded.ts';

/** `etl docs generate` */
export const docsGenerateCommand = (values: Values, terminal: Terminal): Promise<number> =>
  guarded(values, terminal, async ({ reporter, learn }) => {
    const { relations, page, single } = await docsGenerate({
      ...apiOptions(values, terminal),
      onProject: learn,
      report: (d) => reporter.diagnostics(d),
    });
    reporter.note(`Found ${relations} relations in the warehouse`);
    reporter.note(`Wrote ${relative(terminal.cwd, page)}: open it in a browser`);
    reporter.note(`Wrote ${relative(terminal.cwd, single)}: the same site in one file`);
    return EXIT.well;
  });
