import { deps } from '../../api/deps.ts';
import { EXIT } from '../exit-code.ts';
import type { Values } from '../commands.ts';
import type { Terminal } from '../terminal.ts';
import { apiOptions } from './api-options.ts';
import { guarded } from './guarded.ts';

const text = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** `etl deps` */
export const depsCommand = (values: Values, terminal: Terminal): Promise<number> =>
  guarded(values, terminal, async ({ reporter, learn }) => {
    const addPackage = text(values['addPackage']);
    const source = text(values['source']);
    terminal.armSignals();
    await deps({
      ...apiOptions(values, terminal),
      lock: values['lock'] === true,
      upgrade: values['upgrade'] === true,
      ...(addPackage === undefined ? {} : { addPackage }),
      ...(source === undefined ? {} : { source }),
      onProject: learn,
      report: (d) => reporter.diagnostics(d),
      tell: (line) => reporter.note(line),
    });
    return EXIT.well;
  });
