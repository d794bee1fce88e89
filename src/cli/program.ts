import { Command as Commander, CommanderError, Option } from 'commander';
import { VERSION } from '../kernel/version.ts';
import { COMMANDS, type CommandSpec, type Values } from './commands.ts';
import { EXIT } from './exit-code.ts';
import { logFolderOf } from '../api/log-folder.ts';
import { checkValues } from './check-values.ts';
import { optionsFromEnvironment } from './environment.ts';
import { namesOf, OPTIONS, optionsOf, type OptionSpec } from './options.ts';
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
  const program = makeProgram(args, terminal, async (spec, given, positional) => {
    const world = await knownBefore(terminal, given, optionsOf(spec.name));
    checkValues(world.values, optionsOf(spec.name));
    const { logPath } = world.values;
    const logFolder = UNLOGGED.has(spec.name)
      ? undefined
      : await logFolderOf(
          terminal.cwd,
          world.projectDir,
          typeof logPath === 'string' ? logPath : undefined,
        );
    const { terminal: known } = await timed(world);
    code = await spec.run(
      world.values,
      positional,
      logFolder === undefined ? known : { ...known, logFolder },
    );
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

/** They make or delete the folder that the log would be in, run until somebody ends them, or read nothing of the project. */
const UNLOGGED: ReadonlySet<string> = new Set([
  'init',
  'clean',
  'docs serve',
  'serve',
  'db start',
  'db stop',
  'db status',
  'db psql-url',
]);

/** All options of a call, weakest first: `flags:` of the project, the environment with `.env`, the command line. */
async function knownBefore(
  terminal: Terminal,
  given: Values,
  options: readonly OptionSpec[],
): Promise<{
  readonly values: Values;
  readonly terminal: Terminal;
  readonly projectDir: string | undefined;
}> {
  const { readEnvFiles, readProjectFlags } = await import('../api/early.ts');
  const { env, diagnostics } = await readEnvFiles(terminal.env, terminal.cwd);
  const fromEnvironment = optionsFromEnvironment(env, options);
  const { projectDir } = { ...fromEnvironment, ...given };
  const flags = await readProjectFlags(
    terminal.cwd,
    typeof projectDir === 'string' ? projectDir : undefined,
  );
  const fromProject = Object.fromEntries(
    options.flatMap(({ key, projectFlag }): (readonly [string, unknown])[] => {
      const value = projectFlag === undefined ? undefined : flags[projectFlag];
      return value === undefined || value === null ? [] : [[key, value]];
    }),
  );
  return {
    values: {
      ...withoutRivals(fromProject, { ...fromEnvironment, ...given }),
      ...fromEnvironment,
      ...given,
    },
    terminal: {
      ...terminal,
      env,
      notes: diagnostics,
      ...(typeof given['invocationId'] === 'string' ? { invocationId: given['invocationId'] } : {}),
    },
    projectDir: typeof projectDir === 'string' ? projectDir : undefined,
  };
}

/** Of two options that exclude each other, the one given nearer to the call counts. */
function withoutRivals(weak: Values, strong: Values): Values {
  const rivals = ['warnError', 'warnErrorOptions'];
  return rivals.some((key) => strong[key] !== undefined)
    ? Object.fromEntries(Object.entries(weak).filter(([key]) => !rivals.includes(key)))
    : weak;
}

/** With --timings everything below is told where to leave its times. */
async function timed<W extends { readonly values: Values; readonly terminal: Terminal }>(
  world: W,
): Promise<W> {
  if (world.values['timings'] !== true) return world;
  const { Timeline } = await import('../kernel/timeline.ts');
  const { processClock } = await import('./process-clock.ts');
  const timeline = new Timeline(processClock, 'start');
  return { ...world, terminal: { ...world.terminal, timeline } };
}

type Act = (spec: CommandSpec, options: Values, positional: readonly string[]) => Promise<void>;

/** The commands as commander knows them. Only one that is named in the call gets its options: they are a tenth of a start. */
function makeProgram(args: readonly string[], terminal: Terminal, act: Act): Commander {
  const words = new Set(args);
  const program = new Commander('etl')
    .description('SQL transformations for Postgres and ClickHouse, in the dbt language')
    .version(`etl ${VERSION}`, '-V, --version', 'print the version')
    .addHelpText('after', GENERAL)
    // an option counts where it stands: before the command or after it
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: terminal.write,
      writeErr: terminal.writeError,
      outputError: () => undefined,
    });
  program.helpOption('-h, --help', 'print help').addHelpCommand(false);
  for (const option of OPTIONS)
    if (option.only === undefined)
      for (const one of toOptions(option)) program.addOption(one.hideHelp());
  const groups = new Map<string, Commander>();
  for (const spec of COMMANDS) {
    const path = spec.name.split(' ');
    const leaf = path.at(-1) ?? spec.name;
    const parent = path.length === 1 ? program : groupOf(program, groups, path[0] ?? '', spec);
    const command = parent.command(
      spec.arguments === undefined ? leaf : `${leaf} ${spec.arguments}`,
    );
    command.description(spec.summary).addHelpText('after', `\nExample:\n  ${spec.example}`);
    if (spec.alias !== undefined) command.alias(spec.alias);
    const isNamed = words.has(leaf) || (spec.alias !== undefined && words.has(spec.alias));
    if (isNamed)
      for (const option of optionsOf(spec.name))
        for (const one of toOptions(option)) command.addOption(one);
    command.exitOverride().configureOutput({
      writeOut: terminal.write,
      writeErr: terminal.writeError,
      outputError: () => undefined,
    });
    command.action(async () => {
      const given = givenOnce(program, command, optionsOf(spec.name));
      await act(spec, given, command.args);
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

/** An option as commander takes it: itself, its opposite, its other names. What has no effect is not shown. */
function toOptions(spec: OptionSpec): readonly Option[] {
  const value = /<.*>$/.exec(spec.flags)?.[0];
  const also = namesOf(spec)
    .slice(1)
    .map((name) =>
      new Option(value === undefined ? name : `${name} ${value}`, spec.help).hideHelp(),
    );
  const options = [new Option(spec.flags, spec.help), ...also];
  if (spec.kind === 'number')
    for (const option of options)
      option.argParser((text) =>
        /^-?\d+$/.test(text)
          ? Number(text)
          : fail(`${namesOf(spec)[0] ?? ''} wants a whole number, not "${text}"`),
      );
  return spec.ignored === undefined ? options : options.map((option) => option.hideHelp());
}

function fail(message: string): never {
  throw new CommanderError(2, 'commander.invalidArgument', message);
}

/** What was given on the command line, under the keys of the table; nothing may stand both before and after the command. */
function givenOnce(program: Commander, command: Commander, options: readonly OptionSpec[]): Values {
  const before: Values = program.opts();
  const after: Values = command.opts();
  const given: Record<string, unknown> = {};
  for (const spec of options) {
    const keys = [spec.key, ...(spec.aliases ?? []).map(camelCase)];
    const here = keys.filter((key) => after[key] !== undefined);
    const there = keys.filter((key) => before[key] !== undefined);
    if (here.length > 0 && there.length > 0)
      fail(`${namesOf(spec)[0] ?? ''} is given both before and after the command: give it once`);
    const values = here.length > 0 ? here.map((k) => after[k]) : there.map((k) => before[k]);
    if (values.length > 0) given[spec.key] = values.length === 1 ? values[0] : values.flat();
  }
  return given;
}

const camelCase = (name: string): string =>
  name.slice(2).replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
