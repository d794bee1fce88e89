// Which columns only decide what rows a query gives.
import { Found, type Decision } from '../../../adapter/lineage.ts';
import { ENTRY, type Frame } from './frame.ts';
import { isNode, nodesOf, numberOf, textOf, type TreeNode, type TreeValue } from './node-tree.ts';

/** Who works out values. */
export interface Values {
  value(value: TreeValue, frame: Frame, into: Found): void;
  rowsMade(value: TreeValue, frame: Frame, into: Found): void;
  output(frame: Frame, number: number): Found;
  rows(frame: Frame): Found;
}

/** UNION, INTERSECT, EXCEPT as the tree numbers them. */
const UNION = '1';

/** Adds what decides about the rows of one query, all that it reads included. */
export function decisionsOf(values: Values, frame: Frame, into: Found): void {
  const { fields } = frame.query;
  const by = (value: TreeValue | undefined, how: Decision): void => {
    const found = new Found();
    values.value(value ?? null, frame, found);
    into.decidedBy(found, how);
  };
  const operation = fields['setOperations'];
  if (isNode(operation)) ofArms(values, frame, operation, into);
  else ofSource(values, frame, fields['jointree'] ?? null, into, by);
  for (const entry of frame.named('groupClause')) by(entry, 'group');
  by(fields['havingQual'], 'filter');
  const isOn = textOf(frame.query, 'hasDistinctOn') === 'true';
  for (const entry of frame.named('distinctClause')) by(entry, 'group');
  const isCut = isNode(fields['limitCount']) || isNode(fields['limitOffset']);
  if (isOn || isCut)
    for (const entry of frame.named('sortClause'))
      if (isNode(operation))
        into.decidedBy(values.output(frame, numberOf(entry, 'resno')), 'order');
      else by(entry, 'order');
  by(fields['limitCount'], 'filter');
  by(fields['limitOffset'], 'filter');
  if (textOf(frame.query, 'hasTargetSRFs') === 'true')
    for (const entry of frame.targets) {
      const found = new Found();
      values.rowsMade(entry, frame, found);
      into.decidedBy(found, 'rows');
    }
}

type By = (value: TreeValue | undefined, how: Decision) => void;

/** FROM and WHERE: relations, joins, subqueries. */
function ofSource(values: Values, frame: Frame, value: TreeValue, into: Found, by: By): void {
  if (!isNode(value)) return;
  const { fields, tag } = value;
  if (tag === 'FROMEXPR') {
    for (const one of nodesOf(fields['fromlist'])) ofSource(values, frame, one, into, by);
    by(fields['quals'], 'filter');
  } else if (tag === 'JOINEXPR') {
    for (const side of ['larg', 'rarg']) ofSource(values, frame, fields[side] ?? null, into, by);
    by(fields['quals'], 'join');
  } else if (tag === 'RANGETBLREF') {
    ofEntry(values, frame, frame.entry(numberOf(value, 'rtindex')), into, by);
  } else into.doubt(`${tag.toLowerCase()} in FROM is not understood`);
}

function ofEntry(
  values: Values,
  frame: Frame,
  entry: TreeNode | undefined,
  into: Found,
  by: By,
): void {
  if (entry === undefined) return into.doubt('it reads what is not there');
  const { fields } = entry;
  const kind = textOf(entry, 'rtekind');
  if (kind === ENTRY.subquery && isNode(fields['subquery']))
    into.decidedBy(values.rows(frame.inner(fields['subquery'])), 'filter');
  else if (kind === ENTRY.cte) {
    const cte = frame.cte(entry);
    if (cte !== undefined) into.decidedBy(values.rows(cte), 'filter');
  } else if (kind === ENTRY.function)
    for (const one of nodesOf(fields['functions'])) by(one.fields['funcexpr'], 'rows');
  else if (kind === ENTRY.tableFunction) by(fields['tablefunc'], 'rows');
  else if (kind === ENTRY.relation && isNode(fields['tablesample']))
    by(fields['tablesample'].fields['args'], 'filter');
}

/** Rows of both sides; where they are compared, all their columns decide. */
function ofArms(values: Values, frame: Frame, node: TreeNode, into: Found): void {
  if (node.tag !== 'SETOPERATIONSTMT') {
    const entry = frame.entry(numberOf(node, 'rtindex'));
    const query = entry?.fields['subquery'];
    if (isNode(query)) into.decidedBy(values.rows(frame.inner(query)), 'filter');
    else if (entry !== undefined && textOf(entry, 'rtekind') === ENTRY.cte) {
      const cte = frame.cte(entry);
      if (cte !== undefined) into.decidedBy(values.rows(cte), 'filter');
    }
    return;
  }
  const isUnion = textOf(node, 'op') === UNION;
  const isCompared = !isUnion || textOf(node, 'all') !== 'true';
  for (const side of ['larg', 'rarg']) {
    const arm = node.fields[side];
    if (!isNode(arm)) continue;
    ofArms(values, frame, arm, into);
    if (isCompared) comparedIn(values, frame, arm, into, isUnion ? 'group' : 'filter');
  }
}

function comparedIn(
  values: Values,
  frame: Frame,
  node: TreeNode,
  into: Found,
  how: Decision,
): void {
  if (node.tag === 'SETOPERATIONSTMT') {
    for (const side of ['larg', 'rarg']) {
      const arm = node.fields[side];
      if (isNode(arm)) comparedIn(values, frame, arm, into, how);
    }
    return;
  }
  const query = frame.entry(numberOf(node, 'rtindex'))?.fields['subquery'];
  if (!isNode(query)) return;
  const inner = frame.inner(query);
  for (const entry of inner.visible)
    into.decidedBy(values.output(inner, numberOf(entry, 'resno')), how);
}
