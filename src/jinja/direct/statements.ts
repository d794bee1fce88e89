// Derived from ../asking/statements.ts by scripts/derive-sync.mjs; do not edit.
import { compileTarget } from '../assign.ts';
import type { CompileOptions } from '../compile-options.ts';
import { located } from '../faults.ts';
import { Output } from '../frame.ts';
import type { Frame } from '../frame.ts';
import { Loop } from '../loop.ts';
import { namesUsed } from '../names-used.ts';
import type {
  Body,
  CallBlockNode,
  FilterBlockNode,
  ForNode,
  IfNode,
  MacroNode,
  OutputNode,
  Parameter,
  SetNode,
  Statement,
  WithNode,
} from '../nodes.ts';
import { truthy } from '../py/compare.ts';
import { str } from '../py/print.ts';
import { iterate } from '../py/sequence.ts';
import { Undefined } from '../py/values.ts';
import type { Value } from '../py/values.ts';
import { RecursiveLoop, invoke } from './call.ts';
import { compileArguments, compileExpression } from './expressions.ts';
import { Macro } from './macro.ts';
import type { MacroDefinition } from './macro.ts';
import type { Execute, Flow, Running } from './running.ts';

/** Compiles a sequence of statements to a closure. The closure keeps nothing of the syntax tree. */
export function compileBody(options: CompileOptions, body: Body): Execute {
  const statements = body.children.map((child) => compileStatement(options, child));
  return function (frame) {
    frame.run.spend(statements.length + 1);
    for (const statement of statements) {
      const flow = statement(frame);
      if (flow !== 'next') return flow;
    }
    return 'next';
  };
}

function compileStatement(options: CompileOptions, node: Statement): Execute {
  switch (node.typename) {
    case 'TemplateData':
      return data(node.value, node.index);
    case 'Output':
      return output(options, node);
    case 'If':
      return ifBlock(options, node);
    case 'For':
      return forBlock(options, node);
    case 'Set':
      return node.value ? set(options, node, node.value) : setBlock(options, node);
    case 'With':
      return withBlock(options, node);
    case 'Macro':
      return macroBlock(options, node);
    case 'CallBlock':
      return callBlock(options, node);
    case 'FilterBlock':
      return filterBlock(options, node);
    case 'Do': {
      const value = compileExpression(options, node.value);
      return function (frame) {
        value(frame);
        return 'next';
      };
    }
    default:
      return jump(node.typename === 'Break' ? 'break' : 'continue');
  }
}

function data(text: string, index: number): Execute {
  return function (frame) {
    frame.out.data(text, index);
    return 'next';
  };
}

function jump(flow: Flow): Execute {
  return function () {
    return flow;
  };
}

function output(options: CompileOptions, node: OutputNode): Execute {
  const { isOwn } = options;
  const { index } = node;
  const place = options.place(node);
  const expression = compileExpression(options, node.value);
  return function (frame) {
    const value = expression(frame);
    if (isOwn && value instanceof Undefined) frame.run.tell(value, place);
    try {
      frame.out.value(value, index);
    } catch (error) {
      throw located(error, place);
    }
    return 'next';
  };
}

function ifBlock(options: CompileOptions, node: IfNode): Execute {
  const condition = compileExpression(options, node.cond);
  const body = compileBody(options, node.body);
  let otherwise: Execute | null = null;
  if (node.else_ !== null) {
    otherwise =
      node.else_.typename === 'If'
        ? ifBlock(options, node.else_)
        : compileBody(options, node.else_);
  }
  return function (frame) {
    if (truthy(condition(frame))) return body(frame);
    return otherwise ? otherwise(frame) : 'next';
  };
}

function set(
  options: CompileOptions,
  node: SetNode,
  value: Parameters<typeof compileExpression>[1],
): Execute {
  const place = options.place(node);
  const assign = compileTarget(node.target);
  const expression = compileExpression(options, value);
  return function (frame) {
    const result = expression(frame);
    try {
      assign(frame, result);
    } catch (error) {
      throw located(error, place);
    }
    return 'next';
  };
}

function setBlock(options: CompileOptions, node: SetNode): Execute {
  const place = options.place(node);
  const assign = compileTarget(node.target);
  const body = node.body && compileBody(options, node.body);
  const filter = node.filter && compileExpression(options, node.filter);
  return function (frame) {
    const inner = frame.inner(new Output());
    if (body) body(inner);
    let value: Value = inner.out.text;
    if (filter) {
      inner.hole = inner.out.text;
      value = filter(inner);
    }
    try {
      assign(frame, value);
    } catch (error) {
      throw located(error, place);
    }
    return 'next';
  };
}

function filterBlock(options: CompileOptions, node: FilterBlockNode): Execute {
  const { index } = node;
  const body = compileBody(options, node.body);
  const chain = compileExpression(options, node.chain);
  return function (frame) {
    const inner = frame.inner(new Output());
    body(inner);
    inner.hole = inner.out.text;
    frame.out.value(str(chain(inner)), index);
    return 'next';
  };
}

function withBlock(options: CompileOptions, node: WithNode): Execute {
  const place = options.place(node);
  const targets = node.targets.map(compileTarget);
  const values = node.values.map((value) => compileExpression(options, value));
  const body = compileBody(options, node.body);
  return function (frame) {
    const inner = frame.inner();
    for (const [i, value] of values.entries()) {
      const result = value(frame);
      try {
        targets[i]?.(inner, result);
      } catch (error) {
        throw located(error, place);
      }
    }
    return body(inner);
  };
}

function forBlock(options: CompileOptions, node: ForNode): Execute {
  const place = options.place(node);
  const iterable = compileExpression(options, node.arr);
  const assign = compileTarget(node.target);
  const test = node.test && compileExpression(options, node.test);
  const body = compileBody(options, node.body);
  const otherwise = node.else_ && compileBody(options, node.else_);
  const { isRecursive } = node;

  // the test of a loop runs for all items before the first round
  function kept(frame: Frame, items: readonly Value[]): Running<readonly Value[]> {
    if (!test) return items;
    const result: Value[] = [];
    for (const item of items) {
      const inner = frame.inner();
      assign(inner, item);
      if (truthy(test(inner))) result.push(item);
    }
    return result;
  }

  function rounds(frame: Frame, all: readonly Value[], depth0: number): Running<Flow> {
    frame.run.spend(all.length);
    const items = kept(frame, all);
    if (items.length === 0) return otherwise ? otherwise(frame) : 'next';
    const loop = isRecursive
      ? new RecursiveLoop(items, depth0, (more, depth) => nested(frame, more, depth))
      : new Loop(items, depth0);
    for (let i = 0; i < items.length; i++) {
      const inner = frame.inner();
      assign(inner, items[i]);
      loop.at = i;
      inner.vars['loop'] = loop;
      if (body(inner) === 'break') break;
    }
    return 'next';
  }

  function nested(frame: Frame, items: readonly Value[], depth0: number): Running<string> {
    const inner = frame.inner(new Output());
    frame.run.enter();
    try {
      rounds(inner, items, depth0);
    } finally {
      frame.run.leave();
    }
    return inner.out.text;
  }

  return function (frame) {
    const value = iterable(frame);
    try {
      return rounds(frame, iterate(value), 0);
    } catch (error) {
      throw located(error, place);
    }
  };
}

/** Compiles a macro, or the body of a call block (which has no name). */
export function compileMacro(
  options: CompileOptions,
  node: { readonly name: string; readonly parameters: readonly Parameter[]; readonly body: Body },
): MacroDefinition {
  const used = namesUsed(node.body);
  return {
    name: node.name,
    parameters: node.parameters.map(({ name, fallback }) => ({
      name,
      fallback: fallback && compileExpression(options, fallback),
    })),
    body: compileBody(options, node.body),
    takesVarargs: used.has('varargs'),
    takesKwargs: used.has('kwargs'),
    takesCaller: used.has('caller') && !node.parameters.some(({ name }) => name === 'caller'),
  };
}

function macroBlock(options: CompileOptions, node: MacroNode): Execute {
  const definition = compileMacro(options, node);
  const name = options.macroPrefix + node.name;
  return function (frame) {
    frame.vars[name] = new Macro(definition, frame);
    return 'next';
  };
}

function callBlock(options: CompileOptions, node: CallBlockNode): Execute {
  const place = options.place(node.call);
  const { index } = node;
  const { parameters, body } = node;
  const definition = compileMacro(options, { name: 'caller', parameters, body });
  const target = compileExpression(options, node.call.callee);
  const given = compileArguments(options, node.call.arguments_);
  return function (frame) {
    const callee = target(frame);
    try {
      const { args, kwargs } = given(frame);
      const all = new Map(kwargs);
      all.set('caller', new Macro(definition, frame));
      frame.out.value(str(invoke(callee, args, all, frame, place)), index);
    } catch (error) {
      throw located(error, place);
    }
    return 'next';
  };
}
