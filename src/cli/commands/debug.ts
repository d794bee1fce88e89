import { debug, profilesFolder } from '../../api/debug.ts';
import { coloursOf } from '../../reporters/colours.ts';
import { EXIT } from '../exit-code.ts';
import type { Values } from '../commands.ts';
import type { Terminal } from '../terminal.ts';
import { apiOptions } from './api-options.ts';
import { guarded } from './guarded.ts';

/** `etl debug` */
export const debugCommand = (values: Values, terminal: Terminal): Promise<number> =>
  guarded(values, terminal, async ({ reporter, learn, colour }) => {
    const { good, bad } = coloursOf(colour);
    if (values['configDir'] === true) {
      terminal.write(`${await profilesFolder(apiOptions(values, terminal))}\n`);
      return EXIT.well;
    }
    const checks = await debug({
      ...apiOptions(values, terminal),
      onProject: learn,
      report: (d) => reporter.diagnostics(d),
    });
    const only = values['connection'] === true;
    for (const { name, ok, found, diagnostics } of checks) {
      if (only && ok && name !== 'connection') continue;
      const isTold = diagnostics.some((d) => d.message === found);
      reporter.note(`${ok ? good('OK   ') : bad('ERROR')} ${name}${isTold ? '' : `: ${found}`}`);
      reporter.diagnostics(diagnostics);
    }
    const isWell = checks.every((c) => c.ok);
    reporter.note(isWell ? good('All checks passed!') : bad('Some checks failed.'));
    return isWell ? EXIT.well : EXIT.couldNotBegin;
  });
