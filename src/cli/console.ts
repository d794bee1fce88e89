// One reporter for a command, told more as the command learns more: secrets, the project, its nodes.
import { readFileSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import type { ArtifactFile } from '../artifacts/write.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { artifactMaskOf, growingMask, MASKED, masked, maskOf, secretsOf } from '../kernel/mask.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { ProjectFacts } from '../api/options.ts';
import type { NodeFacts, Reporter } from '../reporters/reporter.ts';
import type { Values } from './commands.ts';
import { reporterOf, type Common } from './reporter-of.ts';
import type { Terminal } from './terminal.ts';

export interface Console {
  readonly reporter: Reporter;
  /** takes in what the API found out about the project */
  readonly learn: (facts: ProjectFacts) => void;
  readonly colour: boolean;
  /** how people call a node */
  readonly labelOf: (id: NodeId) => string;
  /** a file below the target folder; undefined while there is none */
  readonly inTarget: (name: string) => ArtifactFile | undefined;
  /** takes the secrets out of a text that a command prints besides the reporter */
  readonly mask: (text: string) => string;
  /** takes them out of a value that is printed as JSON or cut into a table, before they look like something else */
  readonly masked: <T>(value: T) => T;
}

const UNKNOWN = (id: NodeId): NodeFacts => ({
  resourceType: id.split('.')[0] ?? '',
  materialized: '',
  label: id,
  name: id.split('.').at(-1) ?? id,
  path: '',
});

/** Makes the reporter that the options ask for. */
export async function openConsole(values: Values, terminal: Terminal): Promise<Console> {
  const colour = isColoured(values, terminal);
  const fromEnvironment = secretsOf(terminal.env);
  const masksOf = (secrets: readonly string[]) => ({
    ofText: growingMask(secrets, (all) => maskOf([...fromEnvironment, ...all])),
    ofValues: growingMask(secrets, (all) => artifactMaskOf([...fromEnvironment, ...all])),
  });
  let masks = masksOf([]);
  let facts: ProjectFacts | undefined;
  const told = new Set<string>();
  const common: Common = {
    now: () => new Date(),
    readSource: (file) =>
      given(file, values) ?? readSource(facts?.projectDir ?? terminal.cwd, file, told),
    redact: (text) => masks.ofText()(text),
    describe: (id) => facts?.describe(id) ?? UNKNOWN(id),
    get target() {
      return facts?.targetName ?? '';
    },
    processId: process.pid,
    invocation: terminal.invocationId,
    width: printerWidth(values) ?? Math.min(terminal.width, 100),
  };
  const { reporter, complaint } = await reporterOf(values, terminal, common, colour);
  if (complaint !== undefined) reporter.diagnostics([noLogFile(complaint)]);
  return {
    reporter: oneByOne(reporter, told),
    colour,
    labelOf: (id) => common.describe(id).label,
    inTarget: (name) => facts?.inTarget?.(name),
    learn: (learnt) => {
      facts = learnt;
      masks = masksOf(learnt.secrets);
    },
    mask: (text) => masks.ofText()(text),
    masked: (value) => masked(value, masks.ofValues()),
  };
}

const printerWidth = ({ printerWidth: asked }: Values): number | undefined =>
  typeof asked === 'number' ? asked : undefined;

const noLogFile = (why: string): Diagnostic => ({
  code: 'ETL8060',
  severity: 'warning',
  message: `there is no log file: ${why}`,
  hint: 'Name another folder with --log-path, or want no file with --log-level-file none.',
});

/** Colours on a terminal, unless somebody asks for them or against them. */
function isColoured(values: Values, { isTerminal, env }: Terminal): boolean {
  const asked = values['color'] ?? values['useColors'];
  if (asked === false || values['useColors'] === false) return false;
  return asked === true || (isTerminal && env['NO_COLOR'] === undefined);
}

const GIVEN = new Set([
  '--vars',
  '--inline',
  '--inline-direct',
  '--sql',
  '--args',
  '--warn-error-options',
]);

/** The text of an option that diagnostics speak of as of a file. */
function given(file: string, values: Values): string | undefined {
  const key = file.slice(2).replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const text = GIVEN.has(file) ? values[key] : undefined;
  return typeof text === 'string' ? text : undefined;
}

/** Tells diagnostics one after the other and notes the lines that each is about: of files with secrets, only these are shown. */
function oneByOne(reporter: Reporter, told: Set<string>): Reporter {
  return {
    opening: (opening) => reporter.opening(opening),
    // a project that could not be read has no counts
    found: (counts) => (counts.length === 0 ? undefined : reporter.found(counts)),
    observe: (event) => reporter.observe(event),
    note: (text) => reporter.note(text),
    print: (text, shown) => reporter.print(text, shown),
    closing: (closing) => reporter.closing(closing),
    diagnostics: (list) => {
      for (const diagnostic of list) {
        for (const place of placesOf(diagnostic)) told.add(place);
        reporter.diagnostics([diagnostic]);
        told.clear();
      }
    },
  };
}

const placesOf = ({ at, related = [] }: Diagnostic): readonly string[] =>
  [at, ...related.map((r) => r.at)].flatMap((span) =>
    span === undefined ? [] : [`${span.file}:${span.line}`],
  );

function readSource(
  projectDir: string,
  file: string,
  told: ReadonlySet<string>,
): string | undefined {
  try {
    const text = readFileSync(isAbsolute(file) ? file : join(projectDir, file), 'utf8');
    if (!['profiles.yml', '.env'].includes(basename(file))) return text;
    const lines = text.split(/\r?\n/);
    const key = basename(file) === '.env' ? ENV_KEY : YAML_KEY;
    const shown = lines.map((_, i) =>
      told.has(`${file}:${i + 1}`) ? withoutValue(lines, i, key) : '',
    );
    return shown.some((line) => line !== '') ? shown.join('\n') : undefined;
  } catch {
    return undefined;
  }
}

const ENV_KEY = /^\s*(?:export\s+)?[A-Za-z_]\w*\s*=\s*/;
const YAML_KEY = /^[ \t]*(?:- )?[ \t]*(?:[\w-]+|"[\w-]+"|'[\w-]+')[ \t]*:(?:[ \t]+|$)/;

/**
 * A line of a file with secrets: its key alone, for the value may be one, or a part of one, that nobody knows of yet. A line that
 * goes on with a value of a line above has no key, whatever it looks like.
 */
function withoutValue(lines: readonly string[], index: number, key: RegExp): string {
  const line = lines[index] ?? '';
  const found = key.exec(line)?.[0];
  if (found === undefined || (key === YAML_KEY && goesOn(lines, index)))
    return line.trim() === '' ? '' : MASKED;
  return found === line ? line : `${found}${MASKED}`;
}

/** True unless every line that encloses this one opens a mapping. */
function goesOn(lines: readonly string[], index: number): boolean {
  let depth = indent(lines[index] ?? '');
  for (const line of lines.slice(0, index).toReversed()) {
    if (/^\s*(#|$)/.test(line) || indent(line) >= depth) continue;
    if (!/:\s*(#.*)?$/.test(line)) return true;
    depth = indent(line);
  }
  return false;
}

const indent = (line: string): number => line.length - line.trimStart().length;
