import { CommanderError } from 'commander';
import { didYouMean } from '../kernel/did-you-mean.ts';
import type { Values } from './commands.ts';
import { namesOf, type OptionSpec } from './options.ts';

/** Refuses values that no command could do anything with, wherever they come from, and options that exclude each other. */
export function checkValues(values: Values, options: readonly OptionSpec[]): void {
  for (const option of options) {
    const value = values[option.key];
    const problem = value === undefined ? undefined : problemOf(option, value);
    if (problem !== undefined) fail(`${namesOf(option)[0] ?? ''} ${problem}`);
  }
  for (const [one, other] of EXCLUSIVE)
    if (values[one] !== undefined && values[other] !== undefined)
      fail(`--${kebab(one)} and --${kebab(other)} exclude each other`);
}

const EXCLUSIVE = [
  ['write', 'check'],
  ['warnError', 'warnErrorOptions'],
  ['select', 'inline'],
  ['selector', 'inline'],
  ['select', 'inlineDirect'],
  ['selector', 'inlineDirect'],
  ['inline', 'inlineDirect'],
  ['profileColumns', 'emptyCatalog'],
  ['profileColumns', 'fromArtifacts'],
] as const;

const kebab = (key: string): string => key.replaceAll(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);

function problemOf({ key, kind, choices }: OptionSpec, value: unknown): string | undefined {
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  if (kind === 'flag' && typeof value !== 'boolean') return `is true or false, not "${shown}"`;
  if (kind === 'number') {
    if (!Number.isInteger(value)) return `wants a whole number, not "${shown}"`;
    if (key === 'threads' && Number(value) < 1)
      return `wants a whole number from 1 on, not ${shown}`;
  }
  if (choices === undefined || choices.includes(shown.toLowerCase())) return undefined;
  const nearest = didYouMean(shown, choices);
  return `is one of ${choices.join(', ')}, not "${shown}"${nearest === undefined ? '' : `. ${nearest}`}`;
}

function fail(message: string): never {
  throw new CommanderError(2, 'commander.invalidArgument', message);
}
