// Which columns only decide what rows a query gives.
import { Found, type Decision } from '../../../adapter/lineage.ts';
import { attribute, isQuery, listOf, partOf, partsOf, type TreeLine } from './query-tree.ts';

/** Who works out values. */
export interface Values {
  full(line: TreeLine): TreeLine;
  names(query: TreeLine): readonly string[];
  value(line: TreeLine, into: Found): void;
  rowsMade(line: TreeLine, into: Found): void;
  output(query: TreeLine, at: number): Found;
  rows(query: TreeLine): Found;
  recursion(table: TreeLine): TreeLine | undefined;
}

/** All that a query may consist of; whatever else it has is not known. */
const PARTS: ReadonlySet<string> = new Set([
  'CORRELATED COLUMNS',
  'GROUP BY',
  'HAVING',
  'JOIN TREE',
  'LIMIT',
  'LIMIT BY',
  'LIMIT BY LIMIT',
  'LIMIT BY OFFSET',
  'OFFSET',
  'ORDER BY',
  'PREWHERE',
  'PROJECTION',
  'PROJECTION COLUMNS',
  'QUALIFY',
  'WHERE',
  'WINDOW',
  'WITH',
]);

/** Adds what decides about the rows of a query, all that it reads included. */
export function decisionsOf(values: Values, query: TreeLine, into: Found): void {
  if (query.type === 'UNION') return ofArms(values, query, into);
  const by = (lines: readonly TreeLine[], how: Decision): void => {
    for (const line of lines) {
      const found = new Found();
      values.value(line, found);
      into.decidedBy(found, how);
    }
  };
  for (const { type, text } of query.below)
    if (type !== '' || !(PARTS.has(text.trim()) || text.startsWith('SETTINGS ')))
      into.doubt(`${(type || text).trim()} is not followed`);
  for (const one of partOf(query, 'JOIN TREE')) ofSource(values, one, into, by);
  for (const clause of ['PREWHERE', 'WHERE', 'HAVING', 'QUALIFY', 'LIMIT', 'OFFSET'])
    by(partOf(query, clause), 'filter');
  by(partOf(query, 'GROUP BY'), 'group');
  by(partOf(query, 'LIMIT BY'), 'group');
  if (attribute(query, 'is_distinct') === '1') by(partOf(query, 'PROJECTION'), 'group');
  const isCut = ['LIMIT', 'OFFSET', 'LIMIT BY'].some((part) => partOf(query, part).length > 0);
  for (const one of listOf(query, 'ORDER BY'))
    // a filled gap is a row
    if (attribute(one, 'with_fill') === '1') by([one], 'rows');
    else if (isCut) by([one], 'order');
  const made = new Found();
  for (const one of partOf(query, 'PROJECTION')) values.rowsMade(one, made);
  into.decidedBy(made, 'rows');
}

type By = (lines: readonly TreeLine[], how: Decision) => void;

/** FROM: tables, joins, subqueries. */
function ofSource(values: Values, line: TreeLine, into: Found, by: By): void {
  const node = values.full(line);
  const inside = (title: string): void => {
    for (const part of partsOf(node, title))
      for (const one of part) ofSource(values, one, into, by);
  };
  switch (node.type) {
    case 'TABLE': {
      const recursion = values.recursion(node);
      if (recursion !== undefined) into.decidedBy(values.rows(recursion), 'filter');
      return;
    }
    case 'QUERY':
    case 'UNION':
      return into.decidedBy(values.rows(node), 'filter');
    case 'JOIN':
      // rows meet by their place, which any ORDER BY below may decide
      if (attribute(node, 'kind') === 'PASTE') into.doubt('PASTE JOIN is not followed');
      inside('LEFT TABLE EXPRESSION');
      inside('RIGHT TABLE EXPRESSION');
      return ofCondition(values, partOf(node, 'JOIN EXPRESSION'), by);
    case 'CROSS JOIN':
    case 'CROSS_JOIN':
      return inside('TABLE EXPRESSION');
    case 'ARRAY_JOIN':
      inside('TABLE EXPRESSION');
      for (const one of listOf(node, 'JOIN EXPRESSIONS')) by(partOf(one, 'EXPRESSION'), 'rows');
      return;
    case 'TABLE_FUNCTION':
      return by(listOf(node, 'ARGUMENTS'), 'rows');
    default:
      return into.doubt(`${node.type.toLowerCase() || node.text} in FROM is not understood`);
  }
}

/** ON is an expression; USING a list of columns, each with those of both sides. */
function ofCondition(values: Values, lines: readonly TreeLine[], by: By): void {
  for (const line of lines) {
    const node = values.full(line);
    if (node.type !== 'LIST') by([node], 'join');
    else for (const one of node.below) by(partOf(values.full(one), 'EXPRESSION'), 'join');
  }
}

/** Rows of all arms; where they are compared, all their columns decide. */
function ofArms(values: Values, union: TreeLine, into: Found): void {
  const mode = attribute(union, 'union_mode') ?? 'UNION_ALL';
  for (const arm of listOf(union, 'QUERIES')) {
    if (!isQuery(arm)) into.doubt(`${arm.type.toLowerCase()} in UNION is not understood`);
    into.decidedBy(values.rows(arm), 'filter');
    if (mode === 'UNION_ALL') continue;
    const how = mode.startsWith('UNION') ? 'group' : 'filter';
    values.names(arm).forEach((_, i) => into.decidedBy(values.output(arm, i), how));
  }
}
