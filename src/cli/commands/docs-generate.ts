import { relative } from 'node:path';
import { docsFromArtifacts } from '../../api/docs-from-artifacts.ts';
import { docsGenerate } from '../../api/docs-generate.ts';
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import { EXIT } from '../exit-code.ts';
import type { Values } from '../commands.ts';
import type { Terminal } from '../terminal.ts';
import { apiOptions } from './api-options.ts';
import { guarded } from './guarded.ts';

/** `etl docs generate` */
export const docsGenerateCommand = (values: Values, terminal: Terminal): Promise<number> =>
  guarded(values, terminal, async ({ reporter, learn }) => {
    const options = {
      ...apiOptions(values, terminal),
      onProject: learn,
      report: (d: readonly Diagnostic[]) => reporter.diagnostics(d),
    };
    const { fromArtifacts: folder } = values;
    if (typeof folder === 'string') {
      for (const path of await docsFromArtifacts(options, folder))
        reporter.note(`Wrote ${relative(terminal.cwd, path)}: open it in a browser`);
      return EXIT.well;
    }
    const { relations, page, single } = await docsGenerate(options);
    reporter.note(`Found ${relations} relations in the warehouse`);
    reporter.note(`Wrote ${relative(terminal.cwd, page)}: open it in a browser`);
    reporter.note(`Wrote ${relative(terminal.cwd, single)}: the same site in one file`);
    return EXIT.well;
  });
