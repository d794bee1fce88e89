// Ctrl-C while a template is being rendered: nothing runs in the engine that could be cancelled, and still the node stops.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { etl, rowsOf, scratch, type Scratch } from '../support/etl.ts';

let project: Scratch;

beforeAll(async () => {
  project = await scratch({
    'dbt_project.yml': 'name: shop\nversion: "1"\nprofile: etl\n',
    'models/busy.sql': [
      "{{ config(materialized='table') }}",
      "{% if execute %}{% for i in range(40000) %}{% for j in range(40) %}{% endfor %}{% endfor %}{% endif %}",
      'select 1 as id',
    ].join('\n'),
  });
});
afterAll(() => project.dispose());

test('a signal during rendering stops the node, and nothing of it is built', async () => {
  const stopped = await etl(['run'], {
    cwd: project.dir,
    started: (child) => {
      child.stdout?.on('data', (text: string) => {
        if (text.includes('START sql table model')) child.kill('SIGINT');
      });
    },
  });
  expect(stopped.code).toBe(2);
  // in the words of the engine where it was still looking at what is there
  expect(stopped.output).toContain('error[ETL5006] models/busy.sql');
  expect(stopped.output).toContain('Done. PASS=0');
  const built = "select count(*) as n from pg_class where relname = 'busy' or relname like '\\_\\_etl\\_%'";
  expect(await rowsOf(built, project.dir)).toEqual([{ n: 0 }]);
});

test('the next run works', async () => {
  expect((await etl(['run'], { cwd: project.dir })).output).toContain('Done. PASS=1');
});
