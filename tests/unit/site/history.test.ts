import { expect, test } from 'vitest';
import { siteData } from '../../../src/site/data/site-data.ts';
import { SMALL_HISTORY, SMALL_MANIFEST } from '../../support/site-artifacts.ts';

const generatedAt = new Date('2026-01-02T04:00:00Z');
const data = siteData({ manifest: SMALL_MANIFEST, history: SMALL_HISTORY }, { generatedAt });
const place = (id: string): number => data.index.nodes.findIndex((node) => node.id === id);

test('the runs by themselves: counts by how they ended', () => {
  expect(data.runs.past?.runs.map(({ counts }) => counts)).toEqual([
    [2, 0, 0, 0],
    [1, 0, 1, 0],
    [0, 0, 1, 1],
  ]);
  expect(data.runs.past?.runs[2]).toMatchObject({ cancelled: true, command: 'build' });
});

test('the runs by node; a node that is gone has none', () => {
  const past = data.pasts.flat();
  expect(past).toHaveLength(data.index.nodes.length);
  expect(past[place('model.shop.margin')]).toEqual([
    [0, 'success', 1.5, 12],
    [1, 'success', 2.5, 13],
    [2, 'skipped', 0],
  ]);
  expect(past[place('test.shop.not_null_margin_id')]).toEqual([
    [0, 'pass', 0.1, -1, 0],
    [1, 'fail', 0.1, -1, 3],
  ]);
  expect(past[place('model.shop.orders')]).toEqual([]);
});

test('tests that failed, with their failures over time', () => {
  expect(data.runs.past?.failing).toEqual([
    {
      node: place('test.shop.not_null_margin_id'),
      past: [
        [0, 0],
        [1, 3],
      ],
    },
  ]);
});

test('a run that was killed is one of the runs, and of an exposure nothing was run', () => {
  const [first] = SMALL_HISTORY;
  const passed = { id: 'exposure.shop.board', status: 'no-op', seconds: 0 };
  const killed = { ...first, at: '2026-01-05T00:00:00.000Z', unfinished: true, results: [] };
  const found = siteData(
    {
      manifest: SMALL_MANIFEST,
      runResults: { results: [{ unique_id: passed.id, status: 'no-op' }] },
      history: [{ ...first, results: [passed] }, killed] as typeof SMALL_HISTORY,
    },
    { generatedAt },
  );
  expect(found.runs.past?.runs.map(({ counts }) => counts)).toEqual([
    [0, 0, 0, 0],
    [0, 0, 0, 0],
  ]);
  expect(found.runs.past?.runs[0]?.unfinished).toBeUndefined();
  expect(found.runs.past?.runs[1]?.unfinished).toBe(true);
  expect(found.pasts.flat()[place(passed.id)]).toEqual([]);
  expect(found.runs.run?.results).toEqual([]);
});

test('a site without a history has none of its files', () => {
  const without = siteData({ manifest: SMALL_MANIFEST }, { generatedAt });
  expect(without.pasts).toEqual([]);
  expect(without.runs.past).toBeUndefined();
});
