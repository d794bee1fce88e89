// Derived from ../asking/expressions.ts by scripts/derive-sync.mjs; do not edit.
import { fail, located } from '../faults.ts';
import type { CompileOptions } from '../compile-options.ts';
import type { Frame } from '../frame.ts';
import type {
  Arguments,
  BinaryOperator,
  CallNode,
  CompareNode,
  DictNode,
  Expression,
  FilterNode,
  InlineIfNode,
  LookupNode,
  SliceNode,
  TestNode,
} from '../nodes.ts';
import { findFilter, findTest } from '../filters.ts';
import { ARITHMETIC, COMPARE } from '../operators.ts';
import { getAttribute, getItem } from '../py/access.ts';
import { negate, positive } from '../py/arithmetic.ts';
import { truthy } from '../py/compare.ts';
import { Dict, dictEntries, isDict } from '../py/dict.ts';
import { iterate, slice } from '../py/sequence.ts';
import { Tuple, Undefined, makeFloat, raiseUndefined, typeName } from '../py/values.ts';
import type { Value } from '../py/values.ts';
import { invoke } from './call.ts';
import type { Evaluate, Running } from './running.ts';

/** Compiles an expression to a closure. The closure keeps nothing of the syntax tree. */
export function compileExpression(options: CompileOptions, node: Expression): Evaluate {
  switch (node.typename) {
    case 'Literal':
      return constant(node.value);
    case 'Float':
      return constant(makeFloat(node.value));
    case 'Symbol':
      return forgiving(options, name(node.value));
    case 'Array':
      return list(options, node.children);
    case 'Tuple':
      return tuple(options, node.children);
    case 'Dict':
      return dict(options, node);
    case 'InlineIf':
      return forgiving(options, inlineIf(options, node));
    case 'Or':
      return or(compileExpression(options, node.left), compileExpression(options, node.right));
    case 'And':
      return and(compileExpression(options, node.left), compileExpression(options, node.right));
    case 'Not':
      return not(compileExpression(options, node.target));
    case 'Neg':
      return unary(options, node, negate);
    case 'Pos':
      return unary(options, node, positive);
    case 'Compare':
      return compare(options, node);
    case 'LookupVal':
      return forgiving(options, lookup(options, node));
    case 'FunCall':
      return call(options, node);
    case 'Filter':
      return forgiving(options, filter(options, node));
    case 'Test':
      return test(options, node);
    case 'FilterHole':
      return hole;
    default:
      return binary(options, node as typeof node & { readonly typename: BinaryOperator });
  }
}

/** In dbt's parse phase the undefined results of the node's own text are marked. */
function forgiving(options: CompileOptions, evaluate: Evaluate): Evaluate {
  if (!options.isForgiving) return evaluate;
  return function (frame) {
    const value = evaluate(frame);
    if (value instanceof Undefined) value.forgiving = true;
    return value;
  };
}

function constant(value: Value): Evaluate {
  return function () {
    return value;
  };
}

function name(text: string): Evaluate {
  return function (frame) {
    return frame.get(text);
  };
}

const hole: Evaluate = function (frame) {
  return frame.hole;
};

function list(options: CompileOptions, children: readonly Expression[]): Evaluate {
  const items = children.map((child) => compileExpression(options, child));
  return function (frame) {
    const result: Value[] = [];
    for (const item of items) result.push(item(frame));
    return result;
  };
}

function tuple(options: CompileOptions, children: readonly Expression[]): Evaluate {
  const items = children.map((child) => compileExpression(options, child));
  return function (frame) {
    const result = new Tuple();
    for (const item of items) result.push(item(frame));
    return result;
  };
}

function dict(options: CompileOptions, node: DictNode): Evaluate {
  const place = options.place(node);
  const pairs = node.pairs.map((pair) => ({
    key: compileExpression(options, pair.key),
    value: compileExpression(options, pair.value),
  }));
  return function (frame) {
    const result = new Dict();
    for (const pair of pairs) {
      const key = pair.key(frame);
      const value = pair.value(frame);
      try {
        result.set(key, value);
      } catch (error) {
        throw located(error, place);
      }
    }
    return result;
  };
}

const NO_ELSE = 'the inline if-expression evaluated to false and no else section was defined.';

function inlineIf(options: CompileOptions, node: InlineIfNode): Evaluate {
  const condition = compileExpression(options, node.cond);
  const body = compileExpression(options, node.body);
  const otherwise = node.else_ ? compileExpression(options, node.else_) : null;
  return function (frame) {
    if (truthy(condition(frame))) return body(frame);
    if (otherwise) return otherwise(frame);
    const nothing = new Undefined('inline if', NO_ELSE);
    nothing.told = true;
    return nothing;
  };
}

function or(left: Evaluate, right: Evaluate): Evaluate {
  return function (frame) {
    const value = left(frame);
    return truthy(value) ? value : right(frame);
  };
}

function and(left: Evaluate, right: Evaluate): Evaluate {
  return function (frame) {
    const value = left(frame);
    return truthy(value) ? right(frame) : value;
  };
}

function not(target: Evaluate): Evaluate {
  return function (frame) {
    return !truthy(target(frame));
  };
}

function unary(
  options: CompileOptions,
  node: { readonly lineno: number; readonly colno: number; readonly target: Expression },
  operation: (value: Value) => Value,
): Evaluate {
  const place = options.place(node);
  const target = compileExpression(options, node.target);
  return function (frame) {
    const value = target(frame);
    try {
      return operation(value);
    } catch (error) {
      throw located(error, place);
    }
  };
}

function binary(
  options: CompileOptions,
  node: {
    readonly typename: BinaryOperator;
    readonly lineno: number;
    readonly colno: number;
    readonly left: Expression;
    readonly right: Expression;
  },
): Evaluate {
  const place = options.place(node);
  const left = compileExpression(options, node.left);
  const right = compileExpression(options, node.right);
  const operation = ARITHMETIC[node.typename];
  return function (frame) {
    const a = left(frame);
    const b = right(frame);
    try {
      return operation(a, b);
    } catch (error) {
      throw located(error, place);
    }
  };
}

function compare(options: CompileOptions, node: CompareNode): Evaluate {
  const place = options.place(node);
  const first = compileExpression(options, node.expr);
  const rest = node.ops.map((op) => ({
    holds: COMPARE[op.operator],
    operand: compileExpression(options, op.expr),
  }));
  return function (frame) {
    let left = first(frame);
    for (const { holds, operand } of rest) {
      const right = operand(frame);
      try {
        if (!holds(left, right)) return false;
      } catch (error) {
        throw located(error, place);
      }
      left = right;
    }
    return true;
  };
}

function lookup(options: CompileOptions, node: LookupNode): Evaluate {
  const { isOwn } = options;
  const place = options.place(node);
  const named = options.place(node.target.typename === 'Symbol' ? node.target : node);
  const target = compileExpression(options, node.target);
  const { val } = node;
  if (typeof val !== 'string' && val.typename === 'Slice') return sliceOf(options, node, val);
  const key: Evaluate = typeof val === 'string' ? constant(val) : compileExpression(options, val);
  const reach = typeof val === 'string' ? attribute : getItem;
  return function (frame) {
    const value = target(frame);
    const k = key(frame);
    if (isOwn && value instanceof Undefined) frame.run.tell(value, named);
    try {
      return reach(value, k);
    } catch (error) {
      throw located(error, place);
    }
  };
}

const attribute = (value: Value, key: Value): Value => getAttribute(value, key as string);

function sliceOf(options: CompileOptions, node: LookupNode, range: SliceNode): Evaluate {
  const place = options.place(node);
  const target = compileExpression(options, node.target);
  const part = (child: Expression | null): Evaluate =>
    child ? compileExpression(options, child) : constant(null);
  const start = part(range.start);
  const stop = part(range.stop);
  const step = part(range.step);
  return function (frame) {
    const value = target(frame);
    const from = start(frame);
    const to = stop(frame);
    const by = step(frame);
    try {
      if (value instanceof Undefined) return value.forgiving ? value : raiseUndefined(value);
      return slice(value, from, to, by);
    } catch (error) {
      throw located(error, place);
    }
  };
}

/** The arguments of one call. */
interface Given {
  readonly args: Value[];
  readonly kwargs: Map<string, Value> | null;
}

/** Compiles the arguments of a call; *args and **kwargs are spread. */
export function compileArguments(
  options: CompileOptions,
  given: Arguments,
): (frame: Frame) => Running<Given> {
  const positional = given.positional.map((argument) => ({
    isSpread: argument.isSpread,
    value: compileExpression(options, argument.value),
  }));
  const keyword = given.keyword.map((argument) => ({
    name: argument.name,
    value: compileExpression(options, argument.value),
  }));
  return function (frame) {
    const args: Value[] = [];
    for (const argument of positional) {
      const value = argument.value(frame);
      if (argument.isSpread) for (const item of iterate(value)) args.push(item);
      else args.push(value);
    }
    if (keyword.length === 0) return { args, kwargs: null };
    const kwargs = new Map<string, Value>();
    for (const argument of keyword) {
      const value = argument.value(frame);
      if (argument.name !== null) kwargs.set(argument.name, value);
      else spreadInto(kwargs, value);
    }
    return { args, kwargs };
  };
}

function spreadInto(kwargs: Map<string, Value>, value: Value): void {
  if (!isDict(value))
    fail(`argument after ** must be a mapping, not ${typeName(value)}`, 'TypeError');
  for (const [key, item] of dictEntries(value)) {
    if (typeof key !== 'string') fail('keywords must be strings', 'TypeError');
    kwargs.set(key, item);
  }
}

function call(options: CompileOptions, node: CallNode): Evaluate {
  const { isOwn } = options;
  const place = options.place(node);
  const named = options.place(node.callee.typename === 'Symbol' ? node.callee : node);
  const target = compileExpression(options, node.callee);
  const given = compileArguments(options, node.arguments_);
  return function (frame) {
    const callee = target(frame);
    try {
      const { args, kwargs } = given(frame);
      if (isOwn && callee instanceof Undefined) frame.run.tell(callee, named);
      return invoke(callee, args, kwargs, frame, place);
    } catch (error) {
      throw located(error, place);
    }
  };
}

function filter(options: CompileOptions, node: FilterNode): Evaluate {
  const { scope } = options;
  const { filter: filterName } = node;
  const place = options.place(node);
  const target = compileExpression(options, node.target);
  const given = compileArguments(options, node.arguments_);
  return function (frame) {
    const value = target(frame);
    try {
      const { args, kwargs } = given(frame);
      return findFilter(filterName)(value, args, kwargs, scope);
    } catch (error) {
      throw located(error, place);
    }
  };
}

function test(options: CompileOptions, node: TestNode): Evaluate {
  const { scope } = options;
  const { test: testName } = node;
  const place = options.place(node);
  const target = compileExpression(options, node.target);
  const given = compileArguments(options, node.arguments_);
  return function (frame) {
    const value = target(frame);
    try {
      const { args, kwargs } = given(frame);
      return findTest(testName)(value, args, kwargs, scope);
    } catch (error) {
      throw located(error, place);
    }
  };
}
