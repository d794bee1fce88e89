// Runs the functional tests of dbt-core and of the adapter suite, from checkouts of their repositories, with `etl` in the place of dbt.
// Run: npm run shim -- --source DIR [--source DIR] [--venv DIR] [--area NAME] [--cases] [--path TEXT] [--jobs N]
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { startPostgres } from './postgres.mjs';
import { pythonIn, runPytest } from './python.mjs';
import { byArea, byCase, expectedFailures, judged, printed } from './report.mjs';

const HELP = `npm run shim -- --source DIR [options]
  --source DIR   a checkout of dbt-core (branch 1.12.latest) or of dbt-adapters; may be given twice, or name their parent
  --venv DIR     Python environment with dbt; made when it is not there (default: .etl/shim-venv)
  --area NAME    only areas whose name contains NAME; "adapter" is the adapter suite
  --cases        only the files of the chosen cases
  --path TEXT    only test files whose path contains TEXT; may be given several times
  -k TEXT        pytest's own -k
  --jobs N       processes at once (default 2)
  --timeout S    seconds for one test (default 180)
  --list         classify the tests, run none
  --output FILE  where the JSON goes (default: target/shim.json)`;

const { values } = parseArgs({
  options: {
    source: { type: 'string', multiple: true, default: [] },
    venv: { type: 'string', default: '.etl/shim-venv' },
    area: { type: 'string' },
    cases: { type: 'boolean', default: false },
    path: { type: 'string', multiple: true, default: [] },
    keyword: { type: 'string', short: 'k' },
    jobs: { type: 'string', default: '2' },
    timeout: { type: 'string', default: '180' },
    list: { type: 'boolean', default: false },
    output: { type: 'string', default: 'target/shim.json' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const say = (text) => process.stdout.write(`${text}\n`);

/** The folders to run pytest in: dbt-core's, and dbt-postgres' in a checkout of dbt-adapters. */
function suites() {
  const folders = values.source.flatMap((s) => [s, join(s, 'dbt-core'), join(s, 'dbt-adapters')]);
  const found = folders.flatMap((folder) => {
    const adapter = join(resolve(folder), 'dbt-postgres');
    if (existsSync(join(adapter, 'tests', 'functional')))
      return [{ suite: 'adapter', root: adapter }];
    const isCore = existsSync(join(folder, 'core', 'dbt')) && existsSync(join(folder, 'tests'));
    return isCore ? [{ suite: 'core', root: resolve(folder) }] : [];
  });
  return found;
}

const testFiles = (dir) =>
  readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return testFiles(path);
    return /^test_.*\.py$|_test\.py$/.test(entry.name) ? [path] : [];
  });

const asset = (name) => JSON.parse(readFileSync(new URL(`./${name}`, import.meta.url), 'utf8'));

/** Which of a suite's files are asked for. */
function chosen({ suite, root }) {
  const all = testFiles(join(root, 'tests', 'functional')).map((file) => relative(root, file));
  const areas = Object.entries(asset('areas.json'));
  const wantedCases = asset('cases.json').flat();
  return all.filter((file) => {
    const folder = file.split('/')[2];
    if (values.path.length > 0 && !values.path.some((text) => file.includes(text))) return false;
    if (values.area !== undefined) {
      if (suite === 'adapter') return values.area.includes('adapter') && folder === 'adapter';
      return areas.some(([name, own]) => name.includes(values.area) && own.includes(folder));
    }
    // the rest of dbt-postgres' own tests are older twins of dbt-core's
    if (suite === 'adapter')
      return folder === 'adapter' || (values.cases && wantedCases.includes(`P:${file.slice(17)}`));
    return (
      !values.cases ||
      wantedCases.some((p) => {
        const path = p.slice(2).split('::')[0].split('*')[0];
        return p.startsWith('C:') && file.startsWith(`tests/functional/${path}`);
      })
    );
  });
}

/** Hands the files in small batches to the processes, so that none of them waits for the longest. */
async function runSuite({ suite, root }, python, port, scratch, tests) {
  const files = chosen({ suite, root });
  const size = values.list ? files.length : Math.max(1, Math.min(3, Math.floor(files.length / 8)));
  let next = 0;
  const worker = async (number) => {
    while (next < files.length) {
      const paths = files.slice(next, next + size);
      next += size;
      const report = join(scratch, `${suite}-${number}.jsonl`);
      const { keyword, timeout } = values;
      const options = { keyword, timeout, collectOnly: values.list };
      const lines = await runPytest({ python, root, paths, port, report, ...options });
      tests.push(...lines.map((line) => ({ ...line, suite })));
      for (const path of paths) sayFile(path, lines);
      summed(tests);
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, (_, number) => worker(number)));
}

function sayFile(path, lines) {
  const own = lines.filter((line) => line.id.split('::')[0] === path);
  const of = (outcome) => own.filter((line) => line.outcome === outcome).length;
  const parts = ['passed', 'failed', 'not applicable', 'collected']
    .filter((outcome) => of(outcome) > 0)
    .map((outcome) => `${of(outcome)} ${outcome}`);
  say(`${path}: ${parts.join(', ')}`);
  for (const line of own.filter((l) => l.outcome === 'collection'))
    say(`  not collected: ${line.text.trim().split('\n').at(-1)}`);
}

/** Figures from all that has run so far, into the file: a run that is broken off leaves what it found. */
function summed(tests) {
  const results = judged(tests, expectedFailures());
  const [areas, cases] = [byArea(results), byCase(results)];
  const file = resolve(values.output);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ areas, cases, tests: results }, null, 1));
  return { areas, cases, results };
}

async function main() {
  const found = suites();
  if (values.help || found.length === 0) {
    say(HELP);
    return values.help ? 0 : 2;
  }
  const python = pythonIn(resolve(values.venv));
  const scratch = mkdtempSync(join(tmpdir(), 'etl-shim-'));
  const postgres = await startPostgres();
  // a run that is broken off leaves no server behind
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, () => void postgres.stop().then(() => process.exit(2)));
  try {
    const tests = [];
    for (const suite of found) await runSuite(suite, python, postgres.port, scratch, tests);
    const { areas, cases, results } = summed(tests);
    say(`\n${printed(areas, cases)}`);
    const unexpected = results.filter((t) => t.unexpected);
    for (const t of unexpected) say(`unexpected: ${t.failed ? 'failed' : 'passed'} ${t.id}`);
    return unexpected.length === 0 ? 0 : 1;
  } finally {
    await postgres.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

process.exitCode = await main();
