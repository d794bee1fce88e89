import { REPORTERS, type ReporterName } from '../reporters/index.ts';
import type { Reporter, ReporterOptions, ReportLevel } from '../reporters/reporter.ts';
import { together } from '../reporters/together.ts';
import type { Values } from './commands.ts';
import { DEFAULT_MAX_BYTES, LogFile } from './log-file.ts';
import type { Terminal } from './terminal.ts';

/** What every reporter of a call shares. */
export type Common = Omit<ReporterOptions, 'write' | 'colour' | 'target'> & {
  readonly target: string;
};

/** What the options want of the terminal and of the log file. */
export interface Reporting {
  readonly reporter: Reporter;
  /** why there is no log file although there should be one */
  readonly complaint: string | undefined;
}

/** Makes the reporters that the options ask for: one for the terminal, one for the log file. */
export async function reporterOf(
  values: Values,
  terminal: Terminal,
  common: Common,
  colour: boolean,
): Promise<Reporting> {
  const reporters: Reporter[] = [];
  const format = values['logFormat'] ?? 'default';
  const level = levelOf(values, values['quiet'] === true ? 'error' : values['logLevel'], 'info');
  if (level !== undefined) {
    const isBrief = level === 'error' || level === 'warn';
    const name: ReporterName = format === 'json' ? 'json' : isBrief ? 'quiet' : 'text';
    const make = await REPORTERS[name]();
    reporters.push(
      make(
        Object.assign(Object.create(common) as Common, {
          write: name === 'quiet' ? terminal.writeError : terminal.write,
          print: terminal.print ?? terminal.write,
          colour,
          level,
          style: format === 'debug' ? 'debug' : 'plain',
          printsTemplates: values['print'] !== false,
        }),
      ),
    );
  }
  const file = await fileReporter(values, terminal, common);
  // told first, so that what is seen stands in it
  if (file?.reporter !== undefined) reporters.unshift(file.reporter);
  return { reporter: together(reporters), complaint: file?.complaint };
}

const LEVELS: readonly ReportLevel[] = ['debug', 'info', 'warn', 'error'];

const levelOf = (
  values: Values,
  asked: unknown,
  fallback: 'info' | 'debug',
): ReporterOptions['level'] => {
  const given = typeof asked === 'string' ? asked.toLowerCase() : undefined;
  if (given === 'none' || given === 'off') return undefined;
  if (values['debug'] === true && values['quiet'] !== true) return 'debug';
  return LEVELS.find((l) => l === given) ?? fallback;
};

async function fileReporter(
  values: Values,
  { logFolder, invocationId }: Terminal,
  common: Common,
): Promise<{ readonly reporter?: Reporter; readonly complaint?: string } | undefined> {
  const level = levelOf({}, values['logLevelFile'] ?? values['logLevel'], 'debug');
  if (level === undefined || logFolder === undefined) return undefined;
  const { logFileMaxBytes } = values;
  let file: LogFile;
  try {
    file = new LogFile(
      logFolder,
      typeof logFileMaxBytes === 'number' ? logFileMaxBytes : DEFAULT_MAX_BYTES,
    );
  } catch (error) {
    // where nobody asked for the file, a project that cannot be written to just has none
    const isAsked = ['logPath', 'logLevelFile', 'logFormatFile'].some((key) => key in values);
    return isAsked ? { complaint: error instanceof Error ? error.message : String(error) } : {};
  }
  const format = values['logFormatFile'] ?? values['logFormat'] ?? 'debug';
  const isJson = String(format as string).toLowerCase() === 'json';
  if (!isJson) {
    const rule = '='.repeat(30);
    const time = common.now().toISOString().slice(11, 23);
    file.write(`\n\n${rule} ${time}000 | ${invocationId} ${rule}\n`);
  }
  const make = await REPORTERS[isJson ? 'json' : 'text']();
  const reporter = make(
    Object.assign(
      Object.create(common) as Common,
      {
        write: (text: string, mayWait?: boolean) => file.write(text, mayWait),
        colour: values['useColorsFile'] === true,
        level,
        style: format === 'text' || format === 'default' ? 'plain' : 'debug',
        keepsRows: false,
      } as const,
    ),
  );
  return { reporter };
}
