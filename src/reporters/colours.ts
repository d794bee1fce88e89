import { Chalk } from 'chalk';

/** The few styles that reports use. */
export interface Colours {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly note: (text: string) => string;
}

/** Styles as terminal codes, or as nothing where colour is off. */
export function coloursOf(isOn: boolean): Colours {
  const chalk = new Chalk({ level: isOn ? 1 : 0 });
  return {
    good: chalk.green,
    bad: chalk.red,
    warn: chalk.yellow,
    dim: chalk.dim,
    strong: chalk.bold,
    note: chalk.cyan,
  };
}
