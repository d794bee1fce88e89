import type { Adapter, Dialect, Target } from '../../src/adapter/contract.ts';
import type { Checked, Diagnostic } from '../../src/kernel/diagnostic.ts';
import { loadProject } from '../../src/project/load.ts';
import type { LoadInput, LoadedProject } from '../../src/project/load.ts';
import { memoryFileSystem } from './memory-file-system.ts';

function textDialect(name: string, databases: boolean): Dialect {
  const never = (): never => {
    throw new Error('loading asks the engine for nothing but names');
  };
  const methods = [
    'createSchema',
    'buildTable',
    'publishTable',
    'publishView',
    'buildSeed',
    'finishSeed',
    'buildDelta',
    'publishDelta',
    'tidy',
    'drop',
    'observe',
    'observeOne',
    'columns',
    'catalog',
    'leftovers',
    'freshness',
    'limited',
    'hazards',
    'seedType',
  ];
  return {
    ...Object.fromEntries(methods.map((method) => [method, never])),
    name,
    can: {
      transactionalDdl: databases,
      incremental: new Set(),
      databases,
      maxIdentifierBytes: 63,
      constraints: {},
    },
    ident: (text: string) => `"${text}"`,
    literal: (value: unknown) => `'${String(value)}'`,
    relation: never,
    macros: [],
  } as unknown as Dialect;
}

/** An engine that knows names only. */
function textAdapter(name: string, databases: boolean): Adapter {
  return {
    name,
    parseTarget: (raw): Checked<Target> =>
      typeof raw['schema'] === 'string'
        ? {
            value: {
              type: name,
              schema: raw['schema'],
              ...(databases
                ? { database: typeof raw['dbname'] === 'string' ? raw['dbname'] : 'db' }
                : {}),
              threads: typeof raw['threads'] === 'number' ? raw['threads'] : 1,
              shown: { host: typeof raw['host'] === 'string' ? raw['host'] : 'localhost' },
              secrets: [],
            },
            diagnostics: [],
          }
        : {
            value: undefined,
            diagnostics: [
              { code: 'ETL1008', severity: 'error', message: 'the target needs a "schema"' },
            ],
          },
    dialect: () => textDialect(name, databases),
    isServer: () => true,
    scratch: () => Promise.reject(new Error('no engine')),
    connect: () => Promise.reject(new Error('loading connects to nothing')),
  };
}

const STARTED = new Date(Date.UTC(2024, 0, 2, 3, 4, 5));

/** What a load of a record of files in /p is told; a minimal dbt_project.yml is there unless given. */
export function inputOf(
  files: Readonly<Record<string, string>>,
  more: Partial<LoadInput> = {},
): LoadInput {
  const project = { 'dbt_project.yml': 'name: shop\nprofile: etl\n', ...files };
  const absolute = Object.entries(project).map(([path, text]) => [
    path.startsWith('/') ? path : `/p/${path}`,
    text,
  ]);
  return {
    fs: memoryFileSystem(Object.fromEntries(absolute) as Record<string, string>),
    projectDir: '/p',
    cwd: '/p',
    homeDir: '/home/ana',
    env: {},
    adapters: {
      types: ['postgres', 'clickhouse'],
      load: (type) => Promise.resolve(textAdapter(type, type === 'postgres')),
    },
    invocation: { id: 'i', startedAt: STARTED, now: () => STARTED },
    ...more,
  };
}

/** Loads a project from a record of files in /p. */
export const loadFiles = (
  files: Readonly<Record<string, string>>,
  more: Partial<LoadInput> = {},
): Promise<Checked<LoadedProject>> => loadProject(inputOf(files, more));

/** The project of files that must load without an error. */
export async function loadedFiles(
  files: Readonly<Record<string, string>>,
  more: Partial<LoadInput> = {},
): Promise<LoadedProject> {
  const { value, diagnostics } = await loadFiles(files, more);
  const errors = diagnostics.filter((d) => d.severity === 'error');
  if (value === undefined || errors.length > 0) throw new Error(toldAs(errors).join('\n'));
  return value;
}

/** Diagnostics as one line each: `CODE file:line:column message | hint`. */
export const toldAs = (diagnostics: readonly Diagnostic[]): readonly string[] =>
  diagnostics.map(({ code, at, message, hint }) => {
    const place = at === undefined ? '-' : `${at.file}:${at.line}:${at.column}`;
    return `${code} ${place} ${message}${hint === undefined ? '' : ` | ${hint}`}`;
  });
