// The Python side: a virtual environment with dbt, and the pytest processes that share the test files among them.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { GRANTEES } from './postgres.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const PROGRAM = join(HERE, '..', '..', 'bin', 'etl.cjs');
const PACKAGES = [
  'dbt-core>=1.11,<2',
  'dbt-postgres',
  'dbt-tests-adapter',
  'pytest',
  'pytest-dotenv',
  'pytest-mock',
  'freezegun',
  'opentelemetry-sdk',
];

/** The interpreter of the environment in a folder; makes the environment when the folder is not there. */
export function pythonIn(venv) {
  const python = join(venv, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  if (existsSync(python)) return python;
  execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' });
  execFileSync(python, ['-m', 'pip', 'install', '-q', ...PACKAGES], { stdio: 'inherit' });
  return python;
}

const environment = ({ port, root, report, timeout }) => {
  const env = { ...process.env };
  for (const name of Object.keys(env)) if (/^(DBT|ETL)_/.test(name)) delete env[name];
  return {
    ...env,
    // the checkout's own dbt wins over the installed one, so that tests and classes are of one version
    PYTHONPATH: [HERE, join(root, 'core')].filter((p) => existsSync(p)).join(delimiter),
    PYTHONDONTWRITEBYTECODE: '1',
    POSTGRES_TEST_HOST: 'localhost',
    POSTGRES_TEST_PORT: String(port),
    POSTGRES_TEST_USER: 'root',
    POSTGRES_TEST_PASS: 'password',
    POSTGRES_TEST_DATABASE: 'dbt',
    ...Object.fromEntries(GRANTEES.map((role, i) => [`DBT_TEST_USER_${i + 1}`, role])),
    ETL_SHIM_NODE: process.execPath,
    ETL_SHIM_PROGRAM: PROGRAM,
    ETL_SHIM_REPORT: report,
    ETL_SHIM_TEST_TIMEOUT: String(timeout),
  };
};

const OPTIONS = ['-p', 'plugin', '-p', 'no:cacheprovider', '-p', 'no:logging', '-q', '--tb=short'];

/** Runs pytest on some paths of one checkout; resolves to the lines that the plugin wrote. */
export function runPytest({ python, root, paths, port, report, timeout, keyword, collectOnly }) {
  rmSync(report, { force: true });
  const env = environment({ port, root, report, timeout });
  if (collectOnly) env.ETL_SHIM_COLLECT = '1';
  const settings = ['-c', join(HERE, 'pytest.ini'), '--rootdir', root];
  const args = [
    '-m',
    'pytest',
    ...settings,
    ...OPTIONS,
    ...(keyword ? ['-k', keyword] : []),
    ...paths,
  ];
  const child = spawn(python, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let told = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => (told += chunk.toString('utf8')));
  return new Promise((done) =>
    child.once('close', () => {
      const lines = existsSync(report) ? readFileSync(report, 'utf8').split('\n') : [];
      const parsed = lines.filter(Boolean).map((line) => JSON.parse(line));
      // nothing at all: pytest itself did not come so far
      done(parsed.length > 0 ? parsed : [{ id: paths[0], outcome: 'collection', text: told }]);
    }),
  );
}
