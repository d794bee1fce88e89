import { expect, test } from 'vitest';
import { aManifest, aModel, aSource } from '../../support/a-manifest.ts';
import { microbatchProblems } from '../../../src/project/microbatch.ts';

const SETTINGS = {
  materialized: 'incremental',
  incremental_strategy: 'microbatch',
  event_time: 'at',
  begin: '2024-01-01',
  batch_size: 'day',
};
const problems = (...inputs: readonly unknown[]): readonly string[] => {
  const parents = inputs.map((event_time, i) => aModel(`in${i}`, { config: { event_time } }));
  const reads = [...parents.map((p) => p.unique_id), 'source.shop.erp.orders'];
  const source = aSource('erp', 'orders', {
    config: { event_time: inputs.length > 3 ? 'at' : null },
  });
  const model = aModel('daily', { config: SETTINGS, reads });
  const { nodes, sources } = aManifest([source, ...parents, model]);
  return microbatchProblems({ nodes, sources }).map(
    ({ code, severity, message }) => `${severity} ${code} ${message}`,
  );
};

test('one input that has an event_time is enough, a source too', () => {
  expect(problems(null, 'at')).toEqual([]);
  expect(problems(null, null, null, null)).toEqual([]);
});

test('without any: a warning', () => {
  for (const inputs of [[], [null], [undefined, '']])
    expect(problems(...inputs)).toEqual([
      expect.stringMatching(/^warning ETL4045 the microbatch model daily reads nothing/),
    ]);
});

test('an event_time that is no text is refused', () => {
  expect(problems(5, 'at')).toEqual([
    'error ETL4040 the microbatch model daily reads in0, whose event_time is 5 and no column',
  ]);
});

test('other strategies need none', () => {
  const model = aModel('daily', { config: { ...SETTINGS, incremental_strategy: 'append' } });
  const { nodes, sources } = aManifest([model]);
  expect(microbatchProblems({ nodes, sources })).toEqual([]);
});
