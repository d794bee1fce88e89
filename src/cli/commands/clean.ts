import { clean } from '../../api/clean.ts';
import { EXIT } from '../exit-code.ts';
import type { Values } from '../commands.ts';
import type { Terminal } from '../terminal.ts';
import { apiOptions } from './api-options.ts';
import { guarded } from './guarded.ts';

/** `etl clean` */
export const cleanCommand = (values: Values, terminal: Terminal): Promise<number> =>
  guarded(values, terminal, async ({ reporter, learn }) => {
    const removed = await clean({ ...apiOptions(values, terminal), onProject: learn });
    reporter.note(removed.length === 0 ? 'Nothing to clean.' : `Deleted ${removed.join(', ')}`);
    return EXIT.well;
  });
