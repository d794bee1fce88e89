import { describe, expect, test } from 'vitest';
import { changeLog, type ComparedSite } from '../../../src/site/data/changes.ts';
import { siteData, type SiteArtifacts } from '../../../src/site/data/site-data.ts';
import { SMALL_BEFORE, SMALL_CATALOG, SMALL_MANIFEST } from '../../support/site-artifacts.ts';

const NOW: SiteArtifacts = { manifest: SMALL_MANIFEST, catalog: SMALL_CATALOG };
function siteOf(artifacts: SiteArtifacts, day: number): ComparedSite {
  const generatedAt = new Date(`2026-01-0${day}T00:00:00Z`);
  const { index, details } = siteData(artifacts, { generatedAt });
  return { generatedAt: generatedAt.toISOString(), index, details: details.flat() };
}

test('what is new, gone and otherwise; a test is told of with its node', () => {
  const [entry, ...others] = changeLog(siteOf(SMALL_BEFORE, 1), [], siteOf(NOW, 2));
  expect(others).toEqual([]);
  expect(entry).toEqual({
    at: '2026-01-02T00:00:00.000Z',
    since: '2026-01-01T00:00:00.000Z',
    changes: [
      {
        id: 'model.shop.margin',
        name: 'margin',
        type: 'model',
        what: 'changed',
        details: [
          { kind: 'description' },
          { kind: 'sql', before: '−1', after: '+1' },
          { kind: 'columnType', name: 'id', before: 'int', after: 'bigint' },
          { kind: 'columnAdded', name: 'total', after: 'numeric' },
          { kind: 'columnRemoved', name: 'old', before: 'text' },
          { kind: 'testAdded', name: 'not_null_margin_id' },
        ],
      },
      { id: 'seed.shop.old_prices', name: 'old_prices', type: 'seed', what: 'removed' },
    ],
  });
});

describe('the log', () => {
  const [entry] = changeLog(siteOf(SMALL_BEFORE, 1), [], siteOf(NOW, 2));
  const log = entry === undefined ? [] : [entry];

  test('stays where nothing has changed', () => {
    expect(changeLog(siteOf(NOW, 2), log, siteOf(NOW, 3))).toEqual(log);
  });
  test('has the newest first, and twenty at most', () => {
    const full = Array.from({ length: 20 }, () => log).flat();
    const next = changeLog(siteOf(NOW, 2), full, siteOf(SMALL_BEFORE, 3));
    expect(next).toHaveLength(20);
    expect(next[0]?.at).toBe('2026-01-03T00:00:00.000Z');
    expect(next[1]).toBe(entry);
  });
  test('begins anew for another project or engine, and where there was no site', () => {
    const metadata = { project_name: 'other', adapter_type: 'postgres' };
    const other = siteOf({ manifest: { ...SMALL_MANIFEST, metadata } }, 1);
    expect(changeLog(other, log, siteOf(NOW, 2))).toEqual([]);
    expect(changeLog(undefined, log, siteOf(NOW, 2))).toEqual([]);
  });
  test('says nothing of columns where only one site asked the warehouse', () => {
    const [change] = changeLog(siteOf({ manifest: SMALL_MANIFEST }, 1), [], siteOf(NOW, 2));
    expect(change).toBeUndefined();
  });
  test('tells facts by their names, and how many changes it leaves out', () => {
    const nodes = (count: number, materialized: string): SiteArtifacts => ({
      manifest: {
        metadata: { project_name: 'p' },
        nodes: Object.fromEntries(
          Array.from({ length: count }, (_, i) => [
            `model.p.m${i}`,
            { resource_type: 'model', name: `m${i}`, config: { materialized } },
          ]),
        ),
      },
    });
    const [many] = changeLog(siteOf(nodes(1, 'view'), 1), [], siteOf(nodes(310, 'table'), 2));
    expect(many?.changes).toHaveLength(300);
    expect(many?.more).toBe(10);
    expect(many?.changes[0]?.details).toEqual([
      { kind: 'fact', name: 'materialized', before: 'view', after: 'table' },
    ]);
  });
});
