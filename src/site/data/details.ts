// What the page of one node shows beyond the index.
import type { RelationProfile } from '../../adapter/profile.ts';
import type { ColumnDetail, ColumnLink, NodeDetail } from './format.ts';
import {
  isMap,
  listAt,
  mapAt,
  mapsAt,
  numberAt,
  said,
  textAt,
  textsAt,
  type Json,
} from './json.ts';
import type { Found } from './nodes.ts';

/** Columns of the warehouse first and in its order, then those that only the YAML file knows. */
export function columnsOf({ json }: Found, catalog: Json | undefined): readonly ColumnDetail[] {
  const written = mapAt(json, 'columns');
  const byName = new Map(
    Object.values(written)
      .filter(isMap)
      .map((column) => [textAt(column, 'name'), column] as const),
  );
  const folded = new Map([...byName].map(([name, column]) => [name.toLowerCase(), column]));
  const found = mapsAt(catalog, 'columns')
    .map(([, column]) => column)
    .toSorted((a, b) => (numberAt(a, 'index') ?? 0) - (numberAt(b, 'index') ?? 0));
  const seen = new Set(found.map((column) => textAt(column, 'name').toLowerCase()));
  const told = (column: Json | undefined, comment: string): Partial<ColumnDetail> =>
    said({
      description: textAt(column, 'description') || comment,
      tags: textsAt(column, 'tags'),
      constraints: listAt(column, 'constraints')
        .filter(isMap)
        .map((constraint) => textAt(constraint, 'type')),
    });
  return [
    ...found.map((column) => {
      const name = textAt(column, 'name');
      return {
        name,
        ...said({ type: textAt(column, 'type') }),
        ...told(byName.get(name) ?? folded.get(name.toLowerCase()), textAt(column, 'comment')),
      };
    }),
    ...[...byName]
      .filter(([name]) => !seen.has(name.toLowerCase()))
      .map(([name, column]) => ({
        name,
        ...said({ type: textAt(column, 'data_type') }),
        ...told(column, ''),
        ...(catalog === undefined ? {} : { missing: true as const }),
      })),
  ];
}

/** Columns with what is known of their values. */
export function withProfiles(
  columns: readonly ColumnDetail[],
  profile: RelationProfile | undefined,
): readonly ColumnDetail[] {
  if (profile === undefined) return columns;
  const byName = new Map(profile.columns.map((one) => [one.name, one]));
  return columns.map((column) => {
    const found = byName.get(column.name);
    return found === undefined ? column : { ...column, profile: found };
  });
}

/** The figures of the catalog that are numbers of rows and of bytes, whatever the adapter calls them. */
export function statsOf(catalog: Json | undefined): {
  readonly rows?: number | undefined;
  readonly bytes?: number | undefined;
} {
  const stats = mapAt(catalog, 'stats');
  const first = (...names: readonly string[]): number | undefined =>
    names
      .map((name) => numberAt(mapAt(stats, name), 'value'))
      .find((value) => value !== undefined && value >= 0);
  return {
    rows: first('num_rows', 'row_count', 'rows'),
    bytes: first('num_bytes', 'bytes', 'size'),
  };
}

/** Everything of one node. */
export function detailOf(
  node: Found,
  {
    catalog,
    columns,
    profile,
    decidedBy,
    group,
    placeOf,
  }: {
    readonly catalog: Json | undefined;
    readonly columns: readonly ColumnDetail[];
    readonly profile: RelationProfile | undefined;
    readonly decidedBy: readonly ColumnLink[] | undefined;
    /** the group that it belongs to */
    readonly group: Json | undefined;
    readonly placeOf: (id: string) => number | undefined;
  },
): NodeDetail {
  const { type, json } = node;
  const inWarehouse = mapAt(catalog, 'metadata');
  const macros = textsAt(mapAt(json, 'depends_on'), 'macros')
    .map(placeOf)
    .filter((place) => place !== undefined);
  return said({
    description: textAt(json, 'description'),
    columns,
    raw:
      type === 'macro'
        ? textAt(json, 'macro_sql')
        : type === 'seed'
          ? ''
          : textAt(json, 'raw_code'),
    compiled: textAt(json, 'compiled_code'),
    relation: textAt(json, 'relation_name'),
    relationKind: textAt(inWarehouse, 'type').toLowerCase(),
    owner: textAt(inWarehouse, 'owner'),
    facts: factsOf(node, group),
    macros,
    decidedBy,
    meta:
      Object.keys(mapAt(json, 'meta')).length > 0
        ? mapAt(json, 'meta')
        : mapAt(mapAt(json, 'config'), 'meta'),
    url: textAt(json, 'url'),
    profiled: profile === undefined ? undefined : { rows: profile.rows, of: profile.of },
  });
}

/** Facts by the keys under which the browser has their titles. */
function factsOf(
  { type, json }: Found,
  group: Json | undefined,
): readonly (readonly [string, string])[] {
  const config = mapAt(json, 'config');
  const owner = mapAt(group ?? json, 'owner');
  const facts: readonly (readonly [string, string])[] = [
    ['materialized', type === 'model' ? textAt(config, 'materialized') : ''],
    ['strategy', textAt(config, 'incremental_strategy') || textAt(config, 'strategy')],
    ['uniqueKey', keyText(config['unique_key'])],
    ['contract', mapAt(json, 'contract')['enforced'] === true ? '✓' : ''],
    ['grants', grantsText(mapAt(config, 'grants'))],
    ['severity', type === 'test' ? textAt(config, 'severity').toLowerCase() : ''],
    ['loader', textAt(json, 'loader')],
    ['loadedAt', textAt(json, 'loaded_at_field')],
    ['freshness', limitsText(mapAt(json, 'freshness'))],
    ['kind', type === 'exposure' ? textAt(json, 'type') : ''],
    ['maturity', textAt(json, 'maturity')],
    ['owner', [textAt(owner, 'name'), textAt(owner, 'email')].filter((t) => t !== '').join(', ')],
    ['arguments', argumentsText(json)],
    ['deprecated', textAt(json, 'deprecation_date')],
  ];
  return facts.filter(([, value]) => value !== '');
}

const keyText = (key: unknown): string =>
  typeof key === 'string'
    ? key
    : Array.isArray(key)
      ? key.filter((part) => typeof part === 'string').join(', ')
      : '';
const grantsText = (grants: Json): string =>
  Object.keys(grants)
    .map((privilege) => {
      const to = textsAt(grants, privilege);
      return `${privilege}: ${to.length > 0 ? to.join(', ') : textAt(grants, privilege)}`;
    })
    .join('; ');
const limitsText = (freshness: Json): string =>
  (['warn_after', 'error_after'] as const)
    .flatMap((key) => {
      const limit = mapAt(freshness, key);
      const count = textAt(limit, 'count');
      return count === ''
        ? []
        : [`${key.replace('_after', '')}: ${count} ${textAt(limit, 'period')}`];
    })
    .join(', ');
const argumentsText = (json: Json): string =>
  listAt(json, 'arguments')
    .filter(isMap)
    .map((one) => [textAt(one, 'name'), textAt(one, 'type')].filter((t) => t !== '').join(' '))
    .join(', ');
