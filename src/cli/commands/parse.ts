import { relative } from 'node:path';
import { parse } from '../../api/parse.ts';
import { EXIT } from '../exit-code.ts';
import type { Values } from '../commands.ts';
import type { Terminal } from '../terminal.ts';
import { apiOptions } from './api-options.ts';
import { guarded } from './guarded.ts';

/** `etl parse` */
export const parseCommand = (values: Values, terminal: Terminal): Promise<number> =>
  guarded(values, terminal, async ({ reporter, learn }) => {
    const project = await parse({
      ...apiOptions(values, terminal),
      onProject: (facts) => {
        learn(facts);
        reporter.found(facts.counts);
      },
      report: (d) => reporter.diagnostics(d),
    });
    reporter.note(`Wrote ${relative(terminal.cwd, project.inTarget('manifest.json'))}`);
    return EXIT.well;
  });
