/**
 * The syntax tree: nunjucks' node classes, node types nunjucks lacks, and the types of their fields. Every node carries
 * lineno and colno (0-based) and its character offset.
 */
import nodes from 'nunjucks/src/nodes.js';
import type { NunjucksNodeClass } from 'nunjucks/src/nodes.js';

// what nunjucks gives every node, written out: the types of the package must not lead to nunjucks
interface NodeOf<Name extends string> {
  readonly typename: Name;
  lineno: number;
  colno: number;
  index: number;
}

interface LiteralNode extends NodeOf<'Literal'> {
  value: string | number | bigint | boolean | null;
}
interface FloatNode extends NodeOf<'Float'> {
  value: number;
}
export interface NameNode extends NodeOf<'Symbol'> {
  value: string;
}
interface ListNode extends NodeOf<'Array'> {
  children: Expression[];
}
interface TupleNode extends NodeOf<'Tuple'> {
  children: Expression[];
}
export interface DictNode extends NodeOf<'Dict'> {
  pairs: { readonly key: Expression; readonly value: Expression }[];
}
export interface InlineIfNode extends NodeOf<'InlineIf'> {
  cond: Expression;
  body: Expression;
  else_: Expression | null;
}
export type BinaryOperator = 'Add' | 'Sub' | 'Mul' | 'Div' | 'FloorDiv' | 'Mod' | 'Pow' | 'Concat';
interface BinaryNode extends NodeOf<BinaryOperator | 'Or' | 'And'> {
  left: Expression;
  right: Expression;
}
interface UnaryNode extends NodeOf<'Not' | 'Neg' | 'Pos'> {
  target: Expression;
}
export type Comparison = '==' | '!=' | '<' | '>' | '<=' | '>=' | 'in' | 'not in';
export interface CompareNode extends NodeOf<'Compare'> {
  expr: Expression;
  ops: { readonly operator: Comparison; readonly expr: Expression }[];
}
export interface LookupNode extends NodeOf<'LookupVal'> {
  target: Expression;
  /** the name after a dot, or the key in brackets */
  val: string | Expression | SliceNode;
}
export interface SliceNode extends NodeOf<'Slice'> {
  start: Expression | null;
  stop: Expression | null;
  step: Expression | null;
}
/** The arguments of a call, filter or test; `isSpread` marks *args and **kwargs (whose name is null). */
export interface Arguments {
  readonly positional: { readonly isSpread: boolean; readonly value: Expression }[];
  readonly keyword: { readonly name: string | null; readonly value: Expression }[];
}
export interface CallNode extends NodeOf<'FunCall'> {
  callee: Expression;
  arguments_: Arguments;
}
export interface FilterNode extends NodeOf<'Filter'> {
  filter: string;
  target: Expression;
  arguments_: Arguments;
}
export interface TestNode extends NodeOf<'Test'> {
  test: string;
  target: Expression;
  arguments_: Arguments;
}
/** The body text that a filter block or set block feeds to its filters. */
export type HoleNode = NodeOf<'FilterHole'>;

export type Expression =
  | LiteralNode
  | FloatNode
  | NameNode
  | ListNode
  | TupleNode
  | DictNode
  | InlineIfNode
  | BinaryNode
  | UnaryNode
  | CompareNode
  | LookupNode
  | CallNode
  | FilterNode
  | TestNode
  | HoleNode;

/** What can be assigned to: a name, an attribute of a namespace, or a tuple of targets. */
export type Target =
  | NameNode
  | (NodeOf<'NamespaceTarget'> & { name: string; attribute: string })
  | (NodeOf<'TargetTuple'> & { targets: Target[] });

export interface DataNode extends NodeOf<'TemplateData'> {
  value: string;
}
export interface OutputNode extends NodeOf<'Output'> {
  value: Expression;
}
export interface IfNode extends NodeOf<'If'> {
  cond: Expression;
  body: Body;
  else_: Body | IfNode | null;
}
export interface ForNode extends NodeOf<'For'> {
  target: Target;
  arr: Expression;
  test: Expression | null;
  isRecursive: boolean;
  body: Body;
  else_: Body | null;
}
export interface SetNode extends NodeOf<'Set'> {
  target: Target;
  /** null in a block */
  value: Expression | null;
  body: Body | null;
  filter: Expression | null;
}
export interface WithNode extends NodeOf<'With'> {
  targets: Target[];
  values: Expression[];
  body: Body;
}
/** An annotation of a macro argument, as in `name: list[string]`. */
export interface TypeAnnotation {
  readonly name: string;
  readonly parameters: readonly TypeAnnotation[];
}
export interface Parameter {
  readonly name: string;
  readonly fallback: Expression | null;
  readonly type?: TypeAnnotation;
}
export type MacroKind = 'macro' | 'test' | 'data_test' | 'materialization' | 'snapshot' | 'docs';
export interface MacroNode extends NodeOf<'Macro'> {
  kind: MacroKind;
  name: string;
  parameters: Parameter[];
  /** what a materialization tag says: its adapter, its languages */
  options: ReadonlyMap<string, Expression | 'default'>;
  body: Body;
}
export interface CallBlockNode extends NodeOf<'CallBlock'> {
  call: CallNode;
  parameters: Parameter[];
  body: Body;
}
export interface FilterBlockNode extends NodeOf<'FilterBlock'> {
  chain: Expression;
  body: Body;
}
export interface DoNode extends NodeOf<'Do'> {
  value: Expression;
}
export type JumpNode = NodeOf<'Break' | 'Continue'>;

export type Statement =
  | DataNode
  | OutputNode
  | IfNode
  | ForNode
  | SetNode
  | WithNode
  | MacroNode
  | CallBlockNode
  | FilterBlockNode
  | DoNode
  | JumpNode;

/** A sequence of statements. */
export interface Body extends NodeOf<'NodeList' | 'Root'> {
  children: Statement[];
}

export type AnyNode = Expression | Statement | Body | SliceNode | Target;

const extend = (name: string, base: NunjucksNodeClass = nodes.Node): NunjucksNodeClass =>
  base.extend(name, { fields: [] });

// Node.extend needs `fields`
const NODE_CLASSES: Readonly<Record<AnyNode['typename'], NunjucksNodeClass>> = {
  Literal: nodes.Literal,
  Float: nodes.Literal.extend('Float'),
  Symbol: nodes.Symbol,
  Array: nodes.Array,
  Tuple: nodes.Array.extend('Tuple'),
  Dict: nodes.Dict,
  InlineIf: nodes.InlineIf,
  Add: nodes.Add,
  Sub: nodes.Sub,
  Mul: nodes.Mul,
  Div: nodes.Div,
  FloorDiv: nodes.FloorDiv,
  Mod: nodes.Mod,
  Pow: nodes.Pow,
  Concat: nodes.Concat,
  Or: nodes.Or,
  And: nodes.And,
  Not: nodes.Not,
  Neg: nodes.Neg,
  Pos: nodes.Pos,
  Compare: nodes.Compare,
  LookupVal: nodes.LookupVal,
  Slice: extend('Slice'),
  FunCall: nodes.FunCall,
  Filter: nodes.Filter,
  Test: extend('Test'),
  FilterHole: extend('FilterHole'),
  NamespaceTarget: extend('NamespaceTarget'),
  TargetTuple: extend('TargetTuple'),
  TemplateData: nodes.TemplateData,
  Output: nodes.Output,
  If: nodes.If,
  For: nodes.For,
  Set: nodes.Set,
  With: extend('With'),
  Macro: nodes.Macro,
  CallBlock: extend('CallBlock'),
  FilterBlock: extend('FilterBlock'),
  Do: extend('Do'),
  Break: extend('Break'),
  Continue: extend('Continue'),
  NodeList: nodes.NodeList,
  Root: nodes.Root,
};

/** The prototype of every node type: nunjucks' own, and those of the types it lacks. */
export const NODE_PROTOTYPES: Readonly<Record<AnyNode['typename'], object>> = Object.fromEntries(
  Object.entries(NODE_CLASSES).map(([name, nodeClass]) => [name, nodeClass.prototype]),
) as Record<AnyNode['typename'], object>;
