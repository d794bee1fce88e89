// `etl test --record`: a unit test from real rows, green as it is written, and red once the model is another.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordUnitTest, type Recorded } from '../../src/api/index.ts';
import { isEtlError } from '../../src/kernel/error.ts';
import { scratch, type Scratch } from '../support/etl.ts';
import { callVerb, ENGINES, type Ran } from './support/bench.ts';

const PROJECT = 'name: shop\nprofile: etl\nmodels: {+materialized: view, +ansi_settings: true}\n';
const PEOPLE = ['id,name,email,born,city', '70,Ana Souza,ana@mail.test,1981-02-03,Lima', '71,Rui Lopes,rui@mail.test,1979-12-24,Faro'];
const ORDERS = ['order_id,person_id,amount,note'];
for (let i = 1; i <= 60; i++) ORDERS.push(`${i},${i > 40 ? 70 + (i % 2) : 500 + i},${i}.50,"note {{ ${i} }}{% endraw %}{{ nothing() }}"`);

const FILES = {
  'dbt_project.yml': PROJECT,
  'seeds/people.csv': `${PEOPLE.join('\n')}\n`,
  'seeds/orders.csv': `${ORDERS.join('\n')}\n`,
  'seeds/props.yml':
    'seeds:\n  - name: people\n    columns:\n      - {name: name, tags: [pii]}\n      - {name: email, meta: {pii: true}}\n      - {name: born, tags: [pii]}\n',
  'models/by_person.sql':
    "select p.email, lower(p.name) as who, p.city, sum(o.amount) as total, count(*) as orders, max(o.note) as note, max(p.born) as born\nfrom {{ ref('light') }} as o join {{ ref('people') }} as p on p.id = o.person_id\ngroup by p.email, lower(p.name), p.city\n",
  'models/light.sql':
    "{{ config(materialized='ephemeral') }} select order_id, person_id, amount, note from {{ ref('orders') }}\n",
  'models/fresh.sql': "{{ config(materialized='incremental') }} select id, city, current_date as seen from {{ ref('people') }} {% if is_incremental() %} where id > 70 {% endif %}\n",
  'models/props.yml':
    'models:\n  - name: by_person # who buys\n    description: One row a person.\n\n# kept\nunit_tests:\n  - name: other\n    model: fresh\n    given: [{input: ref(\'people\'), rows: []}]\n    overrides: {macros: {is_incremental: false}}\n    expect: {rows: []}\n# the end\n',
  'models/leak/hidden.sql': "select order_id, note as email from {{ ref('orders') }}\n",
  'models/leak/calls.sql': "{{ config(materialized='ephemeral') }} select id as call_id, name as caller, 'told ' || email || ' so' as said from {{ ref('people') }}\n",
  'models/leak/told.sql': "select c.caller, c.said, p.name from {{ ref('calls') }} as c join {{ ref('people') }} as p on p.name = c.caller\n",
  'models/chance.sql': "select id, {{ 'random()' if target.type == 'postgres' else 'rand()' }} as r from {{ ref('people') }}\n",
};

describe.each(ENGINES)('%s', (engine) => {
  let project: Scratch;
  const options = () => ({
    projectDir: project.dir,
    cwd: project.dir,
    target: engine,
    env: { ...process.env, HOME: project.dir },
  });
  const call = (verb: 'seed' | 'test', ...select: string[]): Promise<Ran> =>
    callVerb(verb, { ...options(), ...(select.length === 0 ? {} : { select }) });
  const record = (model: string): Promise<Recorded> => recordUnitTest({ ...options(), record: model });
  const refusal = async (model: string): Promise<string> => {
    try {
      return JSON.stringify(await record(model));
    } catch (error) {
      if (!isEtlError(error)) throw error;
      return error.diagnostics.map((d) => `${d.code} ${d.message}`).join('\n');
    }
  };
  const text = (): Promise<string> => readFile(join(project.dir, 'models/props.yml'), 'utf8');
  const statuses = ({ outcomes }: Ran): Readonly<Record<string, string>> =>
    Object.fromEntries(Object.entries(outcomes).map(([name, o]) => [name.split('.').at(-1) ?? '', `${o.status}${o.status === 'pass' ? '' : o.message ?? ''}`]));

  beforeAll(async () => {
    project = await scratch(FILES);
    const ran = await call('seed');
    expect(Object.values(ran.outcomes).map((o) => o.status)).toEqual(['success', 'success']);
  });
  afterAll(() => project.dispose());

  test('rows that meet, masked, below what stands there', async () => {
    const before = await text();
    const made = await record('by_person');
    expect(made).toMatchObject({ name: 'recorded_by_person', file: 'models/props.yml', now: undefined, masked: ['people.name', 'people.email', 'people.born'] });
    expect(made.expected).toBeGreaterThan(0);
    expect(Math.max(...made.inputs.map((i) => i.rows))).toBeLessThanOrEqual(10);
    const after = await text();
    expect(after.replace(/ {2}- name: recorded_by_person[^]*(?=# the end)/, '')).toBe(before);
    for (const real of ['Ana', 'ana', 'Souza', 'rui', 'mail.test', '1981', '1979']) expect(after).not.toContain(real);
    expect(after).toContain('masked_');
    expect(after).toContain("input: ref('light')");
    expect(statuses(await call('test', 'unit_test:recorded_by_person'))).toEqual({ recorded_by_person: 'pass' });
    expect(await refusal('by_person')).toBe('ETL6075 by_person has a unit test recorded_by_person already');
    await project.write({ 'models/by_person.sql': FILES['models/by_person.sql'].replace('sum(o.amount)', 'max(o.amount) + 1') });
    expect(statuses(await call('test', 'unit_test:recorded_by_person'))['recorded_by_person']).toMatch(/^failactual differs/);
  });

  test('what is masked in one column stands in no other, under whatever name', async () => {
    const made = await record('told');
    expect(made.expected).toBe(2);
    const written = await readFile(join(project.dir, made.file), 'utf8');
    for (const real of ['Souza', 'Lopes', 'mail.test']) expect(written).not.toContain(real);
    expect(statuses(await call('test', 'unit_test:recorded_told'))).toEqual({ recorded_told: 'pass' });
  });

  test('the clock and the first form of an incremental model', async () => {
    const made = await record('fresh');
    expect(made.now).toBeDefined();
    expect(made.expected).toBe(2);
    expect(statuses(await call('test', 'unit_test:recorded_fresh'))).toEqual({ recorded_fresh: 'pass' });
  });

  test('nothing is written where it could not stay green, or would tell of a person', async () => {
    const before = await text();
    expect(await refusal('chance')).toMatch(/^ETL6077 .*other rows each time/);
    expect(await refusal('hidden')).toBe('ETL6079 email of hidden: marked as personal data, and made from columns that are not');
    expect(await refusal('nothing')).toMatch(/^ETL6074 /);
    expect(await text()).toBe(before);
  });
});
