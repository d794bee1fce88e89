// What earlier runs left behind is gone after the next one, and two runs of one model do not disturb each other.
import type { ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stagedPrefix } from '../../src/kernel/staged-name.ts';
import { etl, type EtlResult, rowsOf, scratch, type Scratch } from '../support/etl.ts';

let project: Scratch;

const INTERNAL = "select relname from pg_class where relname like '\\_\\_etl\\_%' and relkind in ('r', 'v') order by 1";
const internal = async (): Promise<readonly unknown[]> => (await rowsOf(INTERNAL, project.dir)).map((r) => r['relname']);

/** The model `slow` has begun. */
const begun = (child: ChildProcess): Promise<void> =>
  new Promise((done) => {
    let text = '';
    child.stdout?.on('data', (more) => {
      text += String(more);
      if (text.includes('START sql table model')) done();
    });
  });

beforeAll(async () => {
  project = await scratch({
    'dbt_project.yml': 'name: shop\nversion: "1"\nprofile: etl\non-run-start: "{{ var(\'debris\', \'\') }}"\nmodels:\n  +materialized: table\n',
    'models/slow.sql': "select 1 as id, pg_sleep({{ var('seconds', 0) }})::text as slept\n",
    'models/bad.sql': "select {{ var('id', 'null') }}::int as id\n",
    'models/_models.yml': 'version: 2\nmodels:\n  - name: bad\n    columns:\n      - name: id\n        data_tests: [not_null]\n',
  });
});
afterAll(() => project.dispose());

test('a killed run leaves the old rows; what it built is swept by the next run of the node', async () => {
  await etl(['run', '-s', 'slow'], { cwd: project.dir });
  const killed = await etl(['run', '-s', 'slow', '--vars', '{seconds: 30}'], {
    cwd: project.dir,
    // some time in the midst of the statement
    started: (child) => void begun(child).then(() => setTimeout(() => child.kill('SIGKILL'), 500)),
  });
  expect(killed.code).toBeNull();
  expect(await rowsOf('select id from {{ ref("slow") }}', project.dir)).toEqual([{ id: 1 }]);
  // a run killed between build and publish leaves a finished table under such a name
  const orphan = `${stagedPrefix({ schema: 'public', name: 'slow' })}0dead0`;
  const left = await etl(['run', '-s', 'bad', '--vars', `{debris: 'create table "${orphan}" as select 1 as id'}`], {
    cwd: project.dir,
  });
  expect(left.output).toContain('Done. PASS=1');
  expect(await internal()).toEqual([orphan]);
  await etl(['run', '-s', 'slow'], { cwd: project.dir });
  expect(await internal()).toEqual([]);
});

test('rows that failed their test are kept by name, and dropped by the next run of the node', async () => {
  const failed = await etl(['build', '-s', 'bad'], { cwd: project.dir });
  expect(failed.code).toBe(1);
  const kept = await internal();
  expect(kept).toHaveLength(1);
  expect(failed.output).toContain(`"${String(kept[0])}"`);
  const mended = await etl(['build', '-s', 'bad', '--vars', '{id: 7}'], { cwd: project.dir });
  expect(mended.output).toContain('Done. PASS=2 WARN=0 ERROR=0');
  expect(await internal()).toEqual([]);
  expect(await rowsOf('select id from {{ ref("bad") }}', project.dir)).toEqual([{ id: 7 }]);
});

test('two runs of one model wait for each other, and a third sees no half-made table', async () => {
  let first: Promise<EtlResult> | undefined;
  await new Promise<void>((hasBegun) => {
    first = etl(['run', '-s', 'slow', '--vars', '{seconds: 3}'], {
      cwd: project.dir,
      started: (child) => void begun(child).then(hasBegun),
    });
  });
  const second = etl(['run', '-s', 'slow', '--vars', '{seconds: 0.1}'], { cwd: project.dir });
  const seen = await rowsOf('select count(*) as n from {{ ref("slow") }}', project.dir);
  expect(seen).toEqual([{ n: 1 }]);
  for (const result of await Promise.all([first, second])) expect(result?.output).toContain('Done. PASS=1');
  expect(await internal()).toEqual([]);
});
