// Columns whose lineage people have written down, and how near an engine's answer comes to it.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { lineage, type LineageNode } from '../../../src/api/index.ts';
import { scratch } from '../../support/etl.ts';
import type { Engine } from './bench.ts';

interface Labels {
  readonly sources: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly seeds: Readonly<Record<string, string>>;
  readonly stubs?: string;
  readonly models: Readonly<
    Record<
      string,
      {
        readonly sql: string;
        readonly config?: string;
        readonly decides?: string;
        readonly columns: Readonly<Record<string, string>>;
      }
    >
  >;
}

export interface Score {
  readonly columns: number;
  readonly precision: number;
  readonly recall: number;
  /** every difference, a line each */
  readonly misses: readonly string[];
}

const words = (text: string): readonly string[] => text.split(/\s+/).filter((one) => one !== '');

/** `feeds sales.id`, `decides sales.qty`, `unknown`. */
function expected(label: string, decides: string): ReadonlySet<string> {
  const [feeds = '', more = ''] = label.split('|');
  const isUnknown = words(feeds)[0] === '?';
  const fed = new Set(words(feeds).filter((one) => one !== '?'));
  return new Set([
    ...(isUnknown ? ['unknown'] : []),
    ...[...fed].map((one) => `feeds ${one}`),
    ...[...words(decides), ...words(more)]
      .filter((one) => !fed.has(one))
      .map((one) => `decides ${one}`),
  ]);
}

function given(node: LineageNode | undefined, name: string): ReadonlySet<string> {
  const column = node?.columns.find((one) => one.name === name);
  if (column === undefined) return new Set(['not there']);
  const short = (one: { readonly relation: string; readonly column: string }): string =>
    `${one.relation.split('.').at(-1)}.${one.column}`;
  return new Set([
    ...(column.unknown === undefined ? [] : ['unknown']),
    ...column.feeds.map((one) => `feeds ${short(one)}`),
    ...column.decides.map((one) => `decides ${short(one)}`),
  ]);
}

const yamlOf = (sources: Labels['sources']): string =>
  JSON.stringify({
    sources: [
      {
        name: 'raw',
        tables: Object.entries(sources).map(([name, columns]) => ({
          name,
          columns: Object.entries(columns).map(([column, type]) => ({
            name: column,
            data_type: type,
          })),
        })),
      },
    ],
  });

/** Asks the engine about a set of labelled queries. */
export async function scoreOf(engine: Engine): Promise<Score> {
  const file = new URL(`../../fixtures/lineage/${engine}.yml`, import.meta.url);
  const labels = parse(readFileSync(file, 'utf8')) as Labels;
  const rendered = (sql: string): string =>
    sql
      .replace(/@@(\w+)/g, (_, name: string) => `{{ ref('${name}') }}`)
      .replace(/@(\w+)/g, (_, name: string) => `{{ source('raw', '${name}') }}`);
  const models = Object.entries(labels.models);
  const project = await scratch({
    'dbt_project.yml': `name: labelled\nprofile: etl\nmodels: {+materialized: view}\nflags: {check_stubs: stubs.sql}\n`,
    'stubs.sql': labels.stubs ?? '',
    'models/sources.yml': yamlOf(labels.sources),
    ...Object.fromEntries(
      Object.entries(labels.seeds).map(([name, rows]) => [`seeds/${name}.csv`, rows]),
    ),
    ...Object.fromEntries(
      models.map(([name, { sql, config }]) => [
        `models/${name}.sql`,
        `${config === undefined ? '' : `{{ config(${config}) }}\n`}${rendered(sql)}`,
      ]),
    ),
  });
  try {
    const { nodes } = await lineage({
      projectDir: project.dir,
      cwd: project.dir,
      target: engine,
      env: { ...process.env, HOME: project.dir },
    });
    return compared(models, nodes);
  } finally {
    await project.dispose();
  }
}

function compared(
  models: readonly (readonly [string, Labels['models'][string]])[],
  nodes: readonly LineageNode[],
): Score {
  const misses: string[] = [];
  const count = { columns: 0, right: 0, expected: 0, given: 0 };
  for (const [model, { columns, decides = '' }] of models) {
    const node = nodes.find((one) => one.name === model && one.resourceType === 'model');
    for (const [name, label] of Object.entries(columns)) {
      const want = expected(label, decides);
      const have = given(node, name);
      count.columns += 1;
      count.expected += want.size;
      count.given += have.size;
      count.right += [...want].filter((one) => have.has(one)).length;
      for (const one of want) if (!have.has(one)) misses.push(`${model}.${name}: - ${one}`);
      for (const one of have)
        if (!want.has(one))
          misses.push(
            `${model}.${name}: + ${one}${one === 'not there' ? ` (${node?.unknown})` : ''}`,
          );
    }
  }
  return {
    columns: count.columns,
    precision: count.right / count.given,
    recall: count.right / count.expected,
    misses,
  };
}
