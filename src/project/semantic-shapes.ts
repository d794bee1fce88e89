// Metrics, semantic models and saved queries as dbt writes them: short forms written out, texts where dbt has texts.
import { isYamlMap } from './yaml.ts';
import type { YamlMap } from './yaml.ts';

type Shape = Readonly<Record<string, unknown>>;
const mapOf = (value: unknown): YamlMap => (isYamlMap(value) ? value : {});
const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as unknown[]) : [];
const orNull = (value: unknown): unknown => value ?? null;
/** A scalar as text, as Python writes it: expressions such as `1` and `True` are SQL. */
export function textOrNull(value: unknown): string | null {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}

/** A filter: one text or several that hold together. */
export function filterShape(value: unknown): Shape | null {
  const texts = [value].flat().flatMap((one) => textOrNull(one) ?? []);
  return texts.length === 0
    ? null
    : { where_filters: texts.map((one) => ({ where_sql_template: one })) };
}

/** `7 days` as its parts. */
function windowShape(value: unknown): unknown {
  const found = /^\s*(\d+)\s+(\w+?)s?\s*$/.exec(textOrNull(value) ?? '');
  return found === null
    ? orNull(value)
    : { count: Number(found[1]), granularity: (found[2] ?? '').toLowerCase() };
}

const named = (value: unknown): YamlMap => (isYamlMap(value) ? value : { name: value });

function measureShape(value: unknown): Shape | null {
  if (value === undefined || value === null) return null;
  const { name, filter, alias, join_to_timespine: joins, fill_nulls_with: fill } = named(value);
  return {
    name: textOrNull(name) ?? '',
    filter: filterShape(filter),
    alias: orNull(alias),
    join_to_timespine: joins === true,
    fill_nulls_with: orNull(fill),
  };
}

function metricInputShape(value: unknown): Shape | null {
  if (value === undefined || value === null) return null;
  const { name, filter, alias, offset_window: window, offset_to_grain: grain } = named(value);
  return {
    name: textOrNull(name) ?? '',
    filter: filterShape(filter),
    alias: orNull(alias),
    offset_window: windowShape(window),
    offset_to_grain: orNull(grain),
  };
}

const conversionShape = (given: YamlMap): Shape => ({
  entity: textOrNull(given['entity']) ?? '',
  base_measure: measureShape(given['base_measure']),
  conversion_measure: measureShape(given['conversion_measure']),
  base_metric: metricInputShape(given['base_metric']),
  conversion_metric: metricInputShape(given['conversion_metric']),
  calculation: given['calculation'] ?? 'conversion_rate',
  window: windowShape(given['window']),
  constant_properties: orNull(given['constant_properties']),
});

const cumulativeShape = (given: YamlMap): Shape => ({
  window: windowShape(given['window']),
  grain_to_date: orNull(given['grain_to_date']),
  period_agg: given['period_agg'] ?? 'first',
  metric: metricInputShape(given['metric']),
});

/** `type_params` of a metric, without the measures that its inputs bring along. */
export function typeParamsShape(value: unknown): Shape {
  const given = mapOf(value);
  const { conversion_type_params: conversion, cumulative_type_params: cumulative } = given;
  return {
    measure: measureShape(given['measure']),
    input_measures: [],
    numerator: metricInputShape(given['numerator']),
    denominator: metricInputShape(given['denominator']),
    expr: textOrNull(given['expr']),
    window: windowShape(given['window']),
    grain_to_date: orNull(given['grain_to_date']),
    metrics: listOf(given['metrics']).map(metricInputShape),
    conversion_type_params: isYamlMap(conversion) ? conversionShape(conversion) : null,
    cumulative_type_params: isYamlMap(cumulative) ? cumulativeShape(cumulative) : null,
    metric_aggregation_params: null,
    fill_nulls_with: null,
    join_to_timespine: false,
    is_private: null,
  };
}

/** The measures and the metrics that the parameters of a metric name themselves. */
export function inputsOf(params: Shape): {
  readonly measures: readonly Shape[];
  readonly metrics: readonly string[];
} {
  const conversion = mapOf(params['conversion_type_params']);
  const given = (values: readonly unknown[]): readonly YamlMap[] => values.filter(isYamlMap);
  const metrics = given([
    params['numerator'],
    params['denominator'],
    ...listOf(params['metrics']),
    mapOf(params['cumulative_type_params'])['metric'],
    conversion['base_metric'],
    conversion['conversion_metric'],
  ]);
  return {
    measures: given([
      params['measure'],
      conversion['base_measure'],
      conversion['conversion_measure'],
    ]),
    metrics: metrics.map((one) => String(one['name'] as string)),
  };
}

/** The parts of a semantic model, their expressions as text. */
export function elementsShape(value: unknown): readonly Shape[] {
  return listOf(value)
    .filter(isYamlMap)
    .map((one) => ('expr' in one ? { ...one, expr: textOrNull(one['expr']) } : one));
}

/** `query_params` of a saved query. */
export function queryShape(value: unknown): Shape {
  const given = mapOf(value);
  return {
    metrics: listOf(given['metrics']),
    group_by: listOf(given['group_by']),
    where: filterShape(given['where']),
    order_by: listOf(given['order_by']),
    limit: orNull(given['limit']),
  };
}

/** `exports` of a saved query. */
export const exportsShape = (value: unknown): readonly Shape[] =>
  listOf(value)
    .filter(isYamlMap)
    .map(({ name, config }) => {
      const given = mapOf(config);
      return {
        name: textOrNull(name) ?? '',
        config: {
          export_as: given['export_as'] ?? 'table',
          schema_name: orNull(given['schema'] ?? given['schema_name']),
          alias: orNull(given['alias']),
          database: orNull(given['database']),
        },
        unrendered_config: given,
      };
    });
