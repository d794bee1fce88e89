// One reporter for a command, told more as the command learns more: secrets, the project, its nodes.
import { readFileSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import type { NodeId } from '../kernel/node-id.ts';
import type { ProjectFacts } from '../api/options.ts';
import { REPORTERS, type ReporterName } from '../reporters/index.ts';
import type { NodeFacts, Reporter } from '../reporters/reporter.ts';
import type { Values } from './commands.ts';
import type { Terminal } from './terminal.ts';

export interface Console {
  readonly reporter: Reporter;
  /** takes in what the API found out about the project */
  readonly learn: (facts: ProjectFacts) => void;
  readonly colour: boolean;
}

const MASK = '*****';
/** Shorter texts would mask ordinary words; a password that short is no secret. */
const SHORTEST_SECRET = 3;

function masker(secrets: readonly string[]): (text: string) => string {
  const known = [...new Set(secrets)]
    .filter((s) => s.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length);
  return (text) => known.reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
}

const secretsOfEnvironment = (env: Terminal['env']): readonly string[] =>
  Object.entries(env).flatMap(([name, value]) =>
    /^(DBT|ETL)_ENV_SECRET_/.test(name) && value !== undefined ? [value] : [],
  );

const UNKNOWN = (id: NodeId): NodeFacts => ({
  resourceType: id.split('.')[0] ?? '',
  materialized: '',
  label: id,
  name: id.split('.').at(-1) ?? id,
  path: '',
});

/** Makes the reporter that the options ask for. */
export async function openConsole(values: Values, terminal: Terminal): Promise<Console> {
  const format = values['logFormat'] === 'json' ? 'json' : 'text';
  const name: ReporterName =
    format === 'json' ? 'json' : values['quiet'] === true ? 'quiet' : 'text';
  const colour =
    terminal.isTerminal && values['noColor'] !== true && terminal.env['NO_COLOR'] === undefined;
  const fromEnvironment = secretsOfEnvironment(terminal.env);
  let mask = masker(fromEnvironment);
  let facts: ProjectFacts | undefined;
  const make = await REPORTERS[name]();
  const reporter = make({
    write: name === 'quiet' ? terminal.writeError : terminal.write,
    colour,
    now: () => new Date(),
    readSource: (file) =>
      given(file, values) ?? readSource(facts?.projectDir ?? terminal.cwd, file),
    redact: (text) => mask(text),
    describe: (id) => facts?.describe(id) ?? UNKNOWN(id),
    get target() {
      return facts?.targetName ?? '';
    },
    processId: process.pid,
    width: Math.min(terminal.width, 100),
  });
  return {
    reporter,
    colour,
    learn: (learnt) => {
      facts = learnt;
      mask = masker([...fromEnvironment, ...learnt.secrets]);
    },
  };
}

const GIVEN = new Set(['--vars', '--inline', '--args']);

/** The text of an option that diagnostics speak of as of a file. */
function given(file: string, values: Values): string | undefined {
  const text = GIVEN.has(file) ? values[file.slice(2)] : undefined;
  return typeof text === 'string' ? text : undefined;
}

/** A message may come before the secrets of a connection are known: its file is never shown with them. */
const SECRET_VALUES =
  /((?:pass(?:word|phrase)?|secret|token|private_key)\w*["']?[ \t]*[:=][ \t]*)("[^"\n]*"?|'[^'\n]*'?|[^\s,}#][^,}\n]*)/gi;

function readSource(projectDir: string, file: string): string | undefined {
  try {
    const text = readFileSync(isAbsolute(file) ? file : join(projectDir, file), 'utf8');
    return ['profiles.yml', '.env'].includes(basename(file))
      ? text.replaceAll(SECRET_VALUES, `$1${MASK}`)
      : text;
  } catch {
    return undefined;
  }
}
