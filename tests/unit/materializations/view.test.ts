import { NO_BELONGINGS } from '../../support/no-belongings.ts';
import { describe, expect, test } from 'vitest';
import type { ObservedRelation } from '../../../src/adapter/contract.ts';
import { clickhouse } from '../../../src/adapters/clickhouse/adapter.ts';
import { postgres } from '../../../src/adapters/postgres/adapter.ts';
import type { RelationKind } from '../../../src/kernel/relation.ts';
import { view } from '../../../src/materializations/view.ts';

const target = { schema: 'gold', name: 'x' };
const FACTS = {
  oid: '1',
  version: '1',
  relkind: 'r',
  owner: 'etl',
  options: [],
  comment: null,
  columnComments: {},
  grants: [],
  belongings: NO_BELONGINGS,
  columnGrants: [],
  indexes: [],
  dependents: [],
  foreignKeys: [],
  numberings: [],
  ownConstraints: [],
  publishedWithAll: [],
  partitions: [],
  obstacles: [],
};

describe.each([postgres, clickhouse])('$name', (adapter) => {
  const checked = adapter.parseTarget({ type: adapter.name, embedded: true, schema: 'gold' });
  if (checked.value === undefined) throw new Error('the target is not valid');
  const dialect = adapter.dialect(checked.value);
  const hazards = (kind: RelationKind | undefined): readonly string[] => {
    const live: ObservedRelation | undefined =
      kind === undefined ? undefined : { relation: target, kind, columns: [], facts: FACTS };
    return view({
      dialect,
      target,
      staged: { schema: 'gold', name: '__etl_1' },
      live,
      config: {},
      comments: { columns: {} },
      grants: undefined,
      before: [],
      after: [],
      select: 'select 1',
    }).hazards.map((h) => `${h.severity} ${h.code} ${h.message}`);
  };

  test('the rows of a table that becomes a view are named, not refused', () => {
    expect(hazards('table')).toEqual([
      'warning ETL4001 gold.x is a table; its rows are replaced by a view',
    ]);
  });

  test('nothing and a view are no hazard; a materialized view is named on Postgres, and refused where it feeds rows', () => {
    expect(hazards(undefined)).toEqual([]);
    expect(hazards('view')).toEqual([]);
    expect(hazards('materialized_view')).toEqual([
      adapter.name === 'postgres'
        ? 'warning ETL4001 gold.x is a materialized view; a view takes its place'
        : 'error ETL4001 gold.x is a materialized view that this project did not make; as a view it would be lost',
    ]);
  });
});
