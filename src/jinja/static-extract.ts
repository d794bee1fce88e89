import { toEtlError } from './errors.ts';
import { expressionText } from './expression-text.ts';
import type {
  Arguments,
  Body,
  CallNode,
  Expression,
  IfNode,
  LookupNode,
  Parameter,
  Statement,
} from './nodes.ts';
import { parseTemplate } from './parser.ts';
import type { Origin } from './tokens.ts';

/** A value written out in a template. */
export type StaticValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly StaticValue[]
  | ReadonlyMap<StaticValue, StaticValue>;

/** A call by plain name with its literal arguments. */
interface StaticCall {
  readonly name: string;
  readonly args: readonly StaticValue[];
  readonly kwargs: ReadonlyMap<string, StaticValue>;
  /** the keyword arguments that are no literals, as texts */
  readonly computed: ReadonlyMap<string, string>;
  /** every argument is a literal; otherwise args and kwargs hold only those before the first and beside the others */
  readonly isLiteral: boolean;
  /** 1-based place of the name */
  readonly line: number;
  readonly column: number;
  /** it stands in a branch, a loop or a macro, so a render may not reach it */
  readonly conditional: boolean;
}

/** What a template mentions. */
export interface StaticMentions {
  /** literal refs and sources; those with other arguments are in `dynamic` */
  readonly refs: readonly StaticCall[];
  readonly sources: readonly StaticCall[];
  readonly configs: readonly StaticCall[];
  /** var and env_var */
  readonly vars: readonly StaticCall[];
  readonly dynamic: readonly StaticCall[];
  /** other called names: 'my_macro', 'dbt_utils.star' */
  readonly calls: ReadonlySet<string>;
  /** macros that the template defines */
  readonly macros: readonly string[];
}

function literals(nodes: readonly Expression[]): StaticValue[] | undefined {
  const values: StaticValue[] = [];
  for (const node of nodes) {
    const value = literal(node);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

/** The value of a literal, or undefined for anything that has to be computed. */
function literal(node: Expression): StaticValue | undefined {
  switch (node.typename) {
    case 'Literal':
    case 'Float':
      return node.value;
    case 'Array':
    case 'Tuple':
      return literals(node.children);
    case 'Dict': {
      const keys = literals(node.pairs.map((pair) => pair.key));
      const values = literals(node.pairs.map((pair) => pair.value));
      if (keys === undefined || values === undefined) return undefined;
      return new Map(keys.map((key, i): [StaticValue, StaticValue] => [key, values[i] ?? null]));
    }
    default:
      return undefined;
  }
}

type Found = {
  -readonly [K in keyof StaticMentions]: StaticMentions[K] extends ReadonlySet<string>
    ? Set<string>
    : StaticMentions[K] extends readonly (infer T)[]
      ? T[]
      : never;
};

class Walk {
  readonly found: Found = {
    refs: [],
    sources: [],
    configs: [],
    vars: [],
    dynamic: [],
    calls: new Set(),
    macros: [],
  };

  body(body: Body | IfNode | null, conditional: boolean): void {
    if (body === null) return;
    if (body.typename === 'If') this.#statement(body, conditional);
    else for (const child of body.children) this.#statement(child, conditional);
  }

  #statement(node: Statement, conditional: boolean): void {
    switch (node.typename) {
      case 'Output':
      case 'Do':
        return this.#expression(node.value, conditional);
      case 'If':
        this.#expression(node.cond, conditional);
        this.body(node.body, true);
        return this.body(node.else_, true);
      case 'For':
        this.#expression(node.arr, conditional);
        this.#expression(node.test, true);
        this.body(node.body, true);
        return this.body(node.else_, true);
      case 'Set':
        this.#expression(node.value, conditional);
        this.body(node.body, conditional);
        return this.#expression(node.filter, conditional);
      case 'With':
        this.#all(node.values, conditional);
        return this.body(node.body, conditional);
      case 'Macro':
        this.found.macros.push(node.name);
        this.#fallbacks(node.parameters);
        return this.body(node.body, true);
      case 'CallBlock':
        this.#call(node.call, conditional);
        this.#fallbacks(node.parameters);
        return this.body(node.body, true);
      case 'FilterBlock':
        this.#expression(node.chain, conditional);
        return this.body(node.body, conditional);
      default:
        return undefined;
    }
  }

  #fallbacks(parameters: readonly Parameter[]): void {
    for (const { fallback } of parameters) this.#expression(fallback, true);
  }

  #all(nodes: readonly Expression[], conditional: boolean): void {
    for (const node of nodes) this.#expression(node, conditional);
  }

  #expression(node: Expression | null, conditional: boolean): void {
    switch (node?.typename) {
      case 'FunCall':
        return this.#call(node, conditional);
      case 'Filter':
      case 'Test':
        this.#expression(node.target, conditional);
        return this.#arguments(node.arguments_, conditional);
      case 'InlineIf':
        this.#expression(node.cond, conditional);
        this.#expression(node.body, true);
        return this.#expression(node.else_, true);
      case 'Or':
      case 'And':
        this.#expression(node.left, conditional);
        return this.#expression(node.right, true);
      case 'Add':
      case 'Sub':
      case 'Mul':
      case 'Div':
      case 'FloorDiv':
      case 'Mod':
      case 'Pow':
      case 'Concat':
        return this.#all([node.left, node.right], conditional);
      case 'Not':
      case 'Neg':
      case 'Pos':
        return this.#expression(node.target, conditional);
      case 'Compare':
        this.#expression(node.expr, conditional);
        return this.#all(
          node.ops.map((op) => op.expr),
          conditional,
        );
      case 'Array':
      case 'Tuple':
        return this.#all(node.children, conditional);
      case 'Dict':
        return this.#all(
          node.pairs.flatMap((pair) => [pair.key, pair.value]),
          conditional,
        );
      case 'LookupVal':
        return this.#lookup(node, conditional);
      default:
        return undefined;
    }
  }

  #lookup(node: LookupNode, conditional: boolean): void {
    this.#expression(node.target, conditional);
    if (typeof node.val === 'string') return;
    if (node.val.typename !== 'Slice') this.#expression(node.val, conditional);
    else
      for (const part of [node.val.start, node.val.stop, node.val.step])
        this.#expression(part, conditional);
  }

  #arguments(given: Arguments, conditional: boolean): void {
    this.#all(
      given.positional.map((argument) => argument.value),
      conditional,
    );
    this.#all(
      given.keyword.map((argument) => argument.value),
      conditional,
    );
  }

  #call(node: CallNode, conditional: boolean): void {
    const { callee } = node;
    if (callee.typename === 'Symbol')
      this.#named(callee.value, callee, node.arguments_, conditional);
    else if (
      callee.typename !== 'LookupVal' ||
      callee.target.typename !== 'Symbol' ||
      typeof callee.val !== 'string'
    ) {
      this.#expression(callee, conditional);
    } else this.found.calls.add(`${callee.target.value}.${callee.val}`);
    this.#arguments(node.arguments_, conditional);
  }

  #named(
    name: string,
    at: { readonly lineno: number; readonly colno: number },
    given: Arguments,
    conditional: boolean,
  ): void {
    const args = given.positional.map((one) => (one.isSpread ? undefined : literal(one.value)));
    const kwargs = new Map<string, StaticValue>();
    const computed = new Map<string, string>();
    let isLiteral = !args.includes(undefined);
    for (const one of given.keyword) {
      const value = one.name === null ? undefined : literal(one.value);
      if (one.name === null || value === undefined) isLiteral = false;
      else kwargs.set(one.name, value);
      if (one.name !== null && value === undefined && name === 'config')
        computed.set(one.name, expressionText(one.value));
    }
    const known: StaticValue[] = [];
    for (const value of args) {
      if (value === undefined) break;
      known.push(value);
    }
    const place = { line: at.lineno + 1, column: at.colno + 1 };
    this.#file({ name, args: known, kwargs, computed, isLiteral, ...place, conditional });
  }

  #file(call: StaticCall): void {
    const { found } = this;
    switch (call.name) {
      case 'ref':
        (call.isLiteral ? found.refs : found.dynamic).push(call);
        break;
      case 'source':
        (call.isLiteral ? found.sources : found.dynamic).push(call);
        break;
      case 'config':
        found.configs.push(call);
        if (!call.isLiteral) found.dynamic.push(call);
        break;
      case 'var':
      case 'env_var':
        found.vars.push(call);
        break;
      default:
        found.calls.add(call.name);
    }
  }
}

/**
 * What a template mentions, without running it. Not for finding dependencies (a render finds those in loops and macros), but
 * for what a render cannot see: refs behind a condition, places, lint. Throws an EtlError when the text does not parse.
 */
export function extractMentions(text: string, file: string, origin?: Origin): StaticMentions {
  const walk = new Walk();
  try {
    walk.body(parseTemplate(text, file, origin), false);
  } catch (error) {
    throw toEtlError(error);
  }
  return walk.found;
}
