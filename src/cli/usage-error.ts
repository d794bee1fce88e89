import type { CommanderError } from 'commander';
import { didYouMean } from '../kernel/did-you-mean.ts';
import { COMMANDS } from './commands.ts';
import { namesOf, OPTIONS } from './options.ts';
import type { Terminal } from './terminal.ts';

/** Tells what is wrong with a command line: code, message, what may have been meant. */
export function printUsageError(
  error: CommanderError,
  args: readonly string[],
  terminal: Terminal,
): void {
  const message = error.message
    .replace(/^error: /, '')
    .replace(/\s*\(Did you mean [^)]*\)/, '')
    .replace(/^option '.*' argument '.*' is invalid\. /, '');
  const unknown = /unknown (option|command) '([^']+)'/.exec(message);
  const known =
    unknown?.[1] === 'command'
      ? COMMANDS.map((c) => c.name)
      : [
          ...new Set(
            OPTIONS.flatMap((o) => [...(o.flags.match(/--?[a-z-]+/g) ?? []), ...namesOf(o)]),
          ),
        ];
  const command = args.find((a) => COMMANDS.some((c) => c.name.split(' ')[0] === a));
  const hint =
    (unknown?.[2] === undefined ? undefined : didYouMean(unknown[2], known)) ??
    `See etl ${command === undefined ? '' : `${command} `}--help.`;
  terminal.writeError(`error[ETL1001] ${message}\n  hint: ${hint}\n`);
}
