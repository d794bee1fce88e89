import { Command as Commander, CommanderError, Option } from 'commander';
import { VERSION } from '../kernel/version.ts';
import { COMMANDS, type CommandSpec } from './commands.ts';
import { EXIT } from './exit-code.ts';
import { OPTIONS, optionsFromEnvironment, optionsOf, type OptionSpec } from './options.ts';
import { printUsageError } from './usage-error.ts';
import type { Terminal } from './terminal.ts';

const GENERAL = `
Examples:
  etl init                              a new project in this folder
  etl build                             seeds, models and tests, in order
  etl build --target clickhouse         the same on the embedded ClickHouse
  etl run -s +gold.cross_sell           one model and all it is made from
  etl show -s cross_sell --limit 10     look at the rows

Help on one command: etl <command> --help`;

/** Runs one command line; returns the exit code. Never throws for what a user can cause. */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<number> {
  let code: number = EXIT.well;
  const program = makeProgram(terminal, async (spec, options, positional) => {
    const values = { ...optionsFromEnvironment(terminal.env), ...options };
    checkValues(values);
    code = await spec.run(values, positional, terminal);
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.well;
    // commander already printed the help that was asked for; anything else is wrong usage
    if (error.code !== 'commander.help') printUsageError(error, args, terminal);
    return EXIT.couldNotBegin;
  }
  return code;
}

/** Refuses values that no command could do anything with, wherever they come from. */
function checkValues(values: Readonly<Record<string, unknown>>): void {
  const { threads, logFormat } = values;
  if (threads !== undefined && !(Number.isInteger(threads) && Number(threads) > 0))
    fail(
      Number.isNaN(threads)
        ? 'the number of threads in the environment is not a whole number'
        : `--threads wants a whole number from 1 on, not ${Number(threads)}`,
    );
  if (typeof logFormat === 'string' && !['text', 'json', 'default', 'debug'].includes(logFormat))
    fail(`--log-format is text or json, not "${logFormat}"`);
}

type Act = (
  spec: CommandSpec,
  options: Readonly<Record<string, unknown>>,
  positional: readonly string[],
) => Promise<void>;

function makeProgram(terminal: Terminal, act: Act): Commander {
  const program = new Commander('etl')
    .description('SQL transformations for Postgres and ClickHouse, in the dbt language')
    .version(`etl ${VERSION}`, '-V, --version', 'print the version')
    .addHelpText('after', GENERAL)
    .exitOverride()
    .configureOutput({
      writeOut: terminal.write,
      writeErr: terminal.writeError,
      outputError: () => undefined,
    });
  program.helpOption('-h, --help', 'print help').addHelpCommand(false);
  for (const option of OPTIONS)
    if (option.only === undefined) program.addOption(toOption(option).hideHelp());
  const groups = new Map<string, Commander>();
  for (const spec of COMMANDS) {
    const words = spec.name.split(' ');
    const leaf = words.at(-1) ?? spec.name;
    const parent = words.length === 1 ? program : groupOf(program, groups, words[0] ?? '', spec);
    const command = parent.command(
      spec.arguments === undefined ? leaf : `${leaf} ${spec.arguments}`,
    );
    command.description(spec.summary).addHelpText('after', `\nExample:\n  ${spec.example}`);
    if (spec.alias !== undefined) command.alias(spec.alias);
    for (const option of optionsOf(spec.name)) command.addOption(toOption(option));
    command.exitOverride().configureOutput({
      writeOut: terminal.write,
      writeErr: terminal.writeError,
      outputError: () => undefined,
    });
    command.action(async () => {
      const positional = command.args;
      await act(spec, withoutUnset(command.optsWithGlobals()), positional);
    });
  }
  return program;
}

function groupOf(
  program: Commander,
  groups: Map<string, Commander>,
  name: string,
  spec: CommandSpec,
): Commander {
  const known = groups.get(name);
  if (known !== undefined) return known;
  const group = program
    .command(name)
    .description(spec.group ?? spec.summary)
    .helpCommand(false)
    .exitOverride();
  groups.set(name, group);
  return group;
}

/** Commander gives `--no-x` a default of true; ours are plain flags under their own key. */
function toOption(spec: OptionSpec): Option {
  const option = new Option(spec.flags, spec.help);
  if (spec.kind === 'number')
    option.argParser((text) =>
      /^-?\d+$/.test(text)
        ? Number(text)
        : fail(`${spec.flags.split(' ')[0]} wants a whole number, not "${text}"`),
    );
  return option;
}

function fail(message: string): never {
  throw new CommanderError(2, 'commander.invalidArgument', message);
}

/** Only what was given on the command line; `--no-color` and the like come as false and get their own key. */
function withoutUnset(
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const given: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) continue;
    if (key === 'color') {
      if (value === false) given['noColor'] = true;
    } else if (key === 'testBeforePublish') {
      if (value === false) given['testBeforePublish'] = false;
    } else given[key] = value;
  }
  return given;
}
