import { debug, profilesFolder } from '../../api/debug.ts';
import { coloursOf } from '../../reporters/colours.ts';
import { EXIT } from '../exit-code.ts';
import type { Values } from '../commands.ts';
import type { Terminal } from '../terminal.ts';
import { apiOptions } from './api-options.ts';
import { guarded } from './guarded.ts';

const OF_PROFILE: ReadonlySet<string> = new Set(['ETL1006', 'ETL1007', 'ETL1008', 'ETL1010']);

/** `etl debug`; exit code 1 when a check failed. */
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
    if (only) reporter.note('Skipping steps before connection verification');
    for (const { name, ok, found, diagnostics } of checks) {
      if (only && ok && name !== 'connection') continue;
      const isTold = diagnostics.some((d) => d.message === found);
      reporter.note(`${ok ? good('OK   ') : bad('ERROR')} ${name}${isTold ? '' : `: ${found}`}`);
      if (diagnostics.some((d) => OF_PROFILE.has(d.code)))
        reporter.note('Profile loading failed for the following reason:');
      reporter.diagnostics(diagnostics);
    }
    const failed = checks.filter((c) => !c.ok);
    const count = `${failed.length} ${failed.length === 1 ? 'check' : 'checks'} failed`;
    reporter.note(failed.length === 0 ? good('All checks passed!') : bad(count));
    if (failed.length === 0) return EXIT.well;
    // as in dbt: a check that fails is an answer; only where there is nothing to check could it not begin
    const isNowhere = failed.some((c) => c.diagnostics.some((d) => d.code === 'ETL1002'));
    return isNowhere ? EXIT.couldNotBegin : EXIT.failed;
  });
