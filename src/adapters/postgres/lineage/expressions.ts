// Which parts of an expression its value comes from, for every kind of node that the analysed tree of a view may have.
import { isList, isNode, textOf, type TreeNode, type TreeValue } from './node-tree.ts';

/** Whose value is that of their parts; whatever is not named anywhere here is not known. */
const PLAIN: ReadonlySet<string> = new Set([
  'AGGREF',
  'ARRAYCOERCEEXPR',
  'ARRAYEXPR',
  'BOOLEANTEST',
  'BOOLEXPR',
  'CASEEXPR',
  'CASEWHEN',
  'COALESCEEXPR',
  'COERCETODOMAIN',
  'COERCEVIAIO',
  'COLLATEEXPR',
  'CONVERTROWTYPEEXPR',
  'DISTINCTEXPR',
  'FIELDSELECT',
  'FIELDSTORE',
  'FUNCEXPR',
  'JSONBEHAVIOR',
  'JSONCONSTRUCTOREXPR',
  'JSONEXPR',
  'JSONISPREDICATE',
  'JSONTABLESIBLINGJOIN',
  'JSONVALUEEXPR',
  'MINMAXEXPR',
  'NAMEDARGEXPR',
  'NULLIFEXPR',
  'NULLTEST',
  'OPEXPR',
  'RELABELTYPE',
  'ROWCOMPAREEXPR',
  'ROWEXPR',
  'SCALARARRAYOPEXPR',
  'SUBLINK',
  'SUBSCRIPTINGREF',
  'TABLEFUNC',
  'TARGETENTRY',
  'VAR',
  'WINDOWFUNC',
  'XMLEXPR',
]);

/** In which no column can stand. */
const LEAVES: ReadonlySet<string> = new Set([
  'CASETESTEXPR',
  'COERCETODOMAINVALUE',
  'CONST',
  'JSONFORMAT',
  'JSONRETURNING',
  'JSONTABLEPATH',
  'JSONTABLEPATHSCAN',
  'NEXTVALUEEXPR',
  'PARAM',
  'SETTODEFAULT',
  'SORTGROUPCLAUSE',
  'SQLVALUEFUNCTION',
  // tells of which grouping set the row is, whatever the values are
  'GROUPINGFUNC',
]);

/** As their only argument is, but for its name of a type. */
const SAME: ReadonlySet<string> = new Set(['RELABELTYPE', 'COLLATEEXPR', 'TARGETENTRY']);

export type NodeKind = 'known' | 'same' | 'leaf' | 'unknown';

/** What is known of the kind of a node. */
export function kindOf({ tag }: TreeNode): NodeKind {
  if (SAME.has(tag)) return 'same';
  if (PLAIN.has(tag)) return 'known';
  return LEAVES.has(tag) ? 'leaf' : 'unknown';
}

/** The nodes directly below one, lists unfolded. */
export function* partsOf(value: TreeValue): Generator<TreeNode> {
  if (isNode(value)) for (const field of Object.values(value.fields)) yield* unfolded(field);
}

function* unfolded(value: TreeValue): Generator<TreeNode> {
  if (isNode(value)) yield value;
  else if (isList(value)) for (const one of value) yield* unfolded(one);
}

/** The functions that a node calls, by oid. */
export const calledBy = (node: TreeNode): readonly string[] =>
  ['funcid', 'opfuncid', 'aggfnoid', 'winfnoid'].flatMap((field) => textOf(node, field) ?? []);

/** Whether a node gives several rows: `unnest(…)` in a select list. */
export const givesRows = (node: TreeNode): boolean =>
  textOf(node, 'funcretset') === 'true' || textOf(node, 'opretset') === 'true';
