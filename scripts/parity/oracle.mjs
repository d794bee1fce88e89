// dbt itself, in a Python virtual environment that is made once and kept.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';

function must(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`);
}

/** What is installed beside dbt: the adapter, and the readers that check the artifacts. */
const packagesFor = ({ 'dbt-version': version, engine }) => [
  `dbt-core~=${version}.0`,
  engine === 'clickhouse' ? 'dbt-clickhouse' : 'dbt-postgres',
  'jsonschema',
  'dbt-artifacts-parser',
];

/** The dbt to compare with: `--dbt`, or one installed into the cache; throws when it cannot be had. */
export async function oracle(options, say) {
  if (options.dbt !== undefined) {
    const dbt = resolve(options.dbt);
    if (!existsSync(dbt)) throw new Error(`there is no ${dbt}`);
    return { name: 'dbt', command: [dbt], python: join(dirname(dbt), 'python') };
  }
  const home = join(resolve(options.cache), `dbt-${options['dbt-version']}-${options.engine}`);
  const bin = join(home, process.platform === 'win32' ? 'Scripts' : 'bin');
  const python = join(bin, 'python');
  if (!existsSync(join(bin, 'dbt'))) {
    say(`installing dbt ${options['dbt-version']} into ${home}, once`);
    mkdirSync(dirname(home), { recursive: true });
    try {
      must('python3', ['-m', 'venv', home]);
      must(python, ['-m', 'pip', 'install', '--quiet', ...packagesFor(options)]);
    } catch (error) {
      // half an environment would be taken for a whole one
      rmSync(home, { recursive: true, force: true });
      throw error;
    }
  }
  return { name: 'dbt', command: [join(bin, 'dbt')], python };
}
