import lexer from 'nunjucks/src/lexer.js';
import type {
  Arguments,
  BinaryOperator,
  CallNode,
  CompareNode,
  Comparison,
  Expression,
  LookupNode,
  SliceNode,
} from './nodes.ts';
import { TokenReader } from './token-reader.ts';
import type { Token } from './tokens.ts';

const L = lexer;

const COMPARISONS = new Set(['==', '!=', '<', '>', '<=', '>=']);
const MULTIPLICATIONS: ReadonlyMap<string, BinaryOperator> = new Map([
  ['*', 'Mul'],
  ['/', 'Div'],
  ['//', 'FloorDiv'],
  ['%', 'Mod'],
]);
const CONSTANTS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
]);

/** The names that cannot be assigned to. */
export const isConstantName = (name: string): boolean => CONSTANTS.has(name);

/**
 * Jinja2's expressions on nunjucks' token buffer, loosest first: inline if, or, and, not, comparison, + -, ~, * / // %,
 * **, unary, postfix, filter and test.
 */
export class ExpressionParser extends TokenReader {
  /** An expression; `canBeIf` allows an inline if at its top. */
  expression(canBeIf = true): Expression {
    return canBeIf ? this.#inlineIf() : this.#or();
  }

  /** An expression, or a tuple without parentheses. `extraEnd` is a word that ends it; `canBeEmpty` allows `()`. */
  tuple(canBeIf = true, extraEnd?: string, canBeEmpty = false): Expression {
    const start = this.peekToken();
    const children: Expression[] = [];
    let isTuple = false;
    for (;;) {
      if (children.length > 0) this.expectType(L.TOKEN_COMMA, ',');
      if (this.#isTupleEnd(extraEnd)) break;
      children.push(this.expression(canBeIf));
      if (!this.isType(L.TOKEN_COMMA)) break;
      isTuple = true;
    }
    const [only] = children;
    if (!isTuple && only !== undefined) return only;
    if (!isTuple && !canBeEmpty)
      throw this.fault(`Expected an expression, got '${start.value}'`, start);
    return this.node('Tuple', start, { children });
  }

  #isTupleEnd(extraEnd: string | undefined): boolean {
    const { type } = this.peekToken();
    return (
      type === L.TOKEN_VARIABLE_END ||
      type === L.TOKEN_BLOCK_END ||
      type === L.TOKEN_RIGHT_PAREN ||
      (extraEnd !== undefined && this.isWord(extraEnd))
    );
  }

  #inlineIf(): Expression {
    let result = this.#or();
    while (this.isWord('if')) {
      const at = this.take();
      const cond = this.#or();
      const else_ = this.skipWord('else') ? this.#inlineIf() : null;
      result = this.node('InlineIf', at, { cond, body: result, else_ });
    }
    return result;
  }

  #or(): Expression {
    let left = this.#and();
    while (this.isWord('or')) {
      const at = this.take();
      left = this.node('Or', at, { left, right: this.#and() });
    }
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.isWord('and')) {
      const at = this.take();
      left = this.node('And', at, { left, right: this.#not() });
    }
    return left;
  }

  #not(): Expression {
    if (!this.isWord('not')) return this.#compare();
    const at = this.take();
    return this.node('Not', at, { target: this.#not() });
  }

  #compare(): Expression {
    const expr = this.#sum();
    const ops: CompareNode['ops'] = [];
    let at: Token | undefined;
    for (;;) {
      const token = this.peekToken();
      let operator: Comparison;
      if (token.type === L.TOKEN_OPERATOR && COMPARISONS.has(token.value)) {
        operator = token.value as Comparison;
        this.take();
      } else if (this.skipWord('in')) operator = 'in';
      else if (this.skipWord('not')) {
        if (!this.skipWord('in')) throw this.fault("expected 'in' after 'not'", token);
        operator = 'not in';
      } else break;
      at ??= token;
      ops.push({ operator, expr: this.#sum() });
    }
    return at === undefined ? expr : this.node('Compare', at, { expr, ops });
  }

  #sum(): Expression {
    let left = this.#concatenation();
    for (;;) {
      const type = this.isOperator('+') ? 'Add' : 'Sub';
      if (type === 'Sub' && !this.isOperator('-')) return left;
      const at = this.take();
      left = this.node(type, at, { left, right: this.#concatenation() });
    }
  }

  #concatenation(): Expression {
    let left = this.#product();
    while (this.isType(L.TOKEN_TILDE)) {
      const at = this.take();
      left = this.node('Concat', at, { left, right: this.#product() });
    }
    return left;
  }

  #product(): Expression {
    let left = this.#power();
    for (;;) {
      const token = this.peekToken();
      const type = token.type === L.TOKEN_OPERATOR ? MULTIPLICATIONS.get(token.value) : undefined;
      if (type === undefined) return left;
      this.take();
      left = this.node(type, token, { left, right: this.#power() });
    }
  }

  #power(): Expression {
    let left = this.#unary(true);
    while (this.isOperator('**')) {
      const at = this.take();
      left = this.node('Pow', at, { left, right: this.#unary(true) });
    }
    return left;
  }

  #unary(withFilters: boolean): Expression {
    const token = this.peekToken();
    let result: Expression;
    if (this.skipOperator('-')) result = this.node('Neg', token, { target: this.#unary(false) });
    else if (this.skipOperator('+'))
      result = this.node('Pos', token, { target: this.#unary(false) });
    else result = this.#primary();
    result = this.#postfix(result);
    return withFilters ? this.#filtersAndTests(result) : result;
  }

  #primary(): Expression {
    const at = this.take();
    switch (at.type) {
      case L.TOKEN_SYMBOL: {
        const constant = CONSTANTS.get(at.value);
        if (constant === undefined) return this.node('Symbol', at, { value: at.value });
        return this.node('Literal', at, { value: constant });
      }
      case L.TOKEN_STRING: {
        let { value } = at;
        while (this.isType(L.TOKEN_STRING)) value += this.take().value;
        return this.node('Literal', at, { value });
      }
      case L.TOKEN_INT: {
        const value = Number(at.value);
        return this.node('Literal', at, {
          value: Number.isSafeInteger(value) ? value : BigInt(at.value),
        });
      }
      case L.TOKEN_FLOAT:
        return this.node('Float', at, { value: Number.parseFloat(at.value) });
      case L.TOKEN_LEFT_PAREN: {
        const inner = this.tuple(true, undefined, true);
        this.expectType(L.TOKEN_RIGHT_PAREN, ')');
        return inner;
      }
      case L.TOKEN_LEFT_BRACKET:
        return this.node('Array', at, {
          children: this.#commaList(L.TOKEN_RIGHT_BRACKET, () => this.expression()),
        });
      case L.TOKEN_LEFT_CURLY:
        return this.node('Dict', at, {
          pairs: this.#commaList(L.TOKEN_RIGHT_CURLY, () => this.#pair()),
        });
      default:
        throw this.fault(`unexpected '${at.value}'`, at);
    }
  }

  #pair(): { key: Expression; value: Expression } {
    const key = this.expression();
    this.expectType(L.TOKEN_COLON, ':');
    return { key, value: this.expression() };
  }

  /** Items up to a closing token; a comma may follow the last one. */
  #commaList<T>(end: string, item: () => T): T[] {
    const items: T[] = [];
    while (!this.isType(end)) {
      if (items.length > 0) {
        this.expectType(L.TOKEN_COMMA, ',');
        if (this.isType(end)) break;
      }
      items.push(item());
    }
    this.take();
    return items;
  }

  #postfix(start: Expression): Expression {
    let result = start;
    for (;;) {
      if (this.isOperator('.')) result = this.#attribute(result);
      else if (this.isType(L.TOKEN_LEFT_BRACKET)) result = this.#subscript(result);
      else if (this.isType(L.TOKEN_LEFT_PAREN)) result = this.#call(result);
      else return result;
    }
  }

  #attribute(target: Expression): Expression {
    const at = this.take();
    const name = this.nextToken();
    if (name?.type === L.TOKEN_SYMBOL) {
      return this.node<LookupNode>('LookupVal', at, { target, val: name.value });
    }
    if (name?.type !== L.TOKEN_INT) throw this.fault('expected name or number', at);
    const val = this.node<Expression>('Literal', name, { value: Number(name.value) });
    return this.node<LookupNode>('LookupVal', at, { target, val });
  }

  #subscript(target: Expression): Expression {
    const at = this.take();
    const keys: (Expression | SliceNode)[] = [];
    while (!this.isType(L.TOKEN_RIGHT_BRACKET)) {
      if (keys.length > 0) this.expectType(L.TOKEN_COMMA, ',');
      keys.push(this.#subscriptKey());
    }
    this.take();
    const [only] = keys;
    if (keys.length === 1 && only !== undefined) {
      return this.node<LookupNode>('LookupVal', at, { target, val: only });
    }
    const children = keys.filter((key) => key.typename !== 'Slice');
    if (children.length < keys.length) throw this.fault('a slice cannot be part of a key', at);
    const val = this.node<Expression>('Tuple', at, { children });
    return this.node<LookupNode>('LookupVal', at, { target, val });
  }

  #subscriptKey(): Expression | SliceNode {
    const at = this.peekToken();
    const parts: (Expression | null)[] = [null, null, null];
    if (!this.isType(L.TOKEN_COLON)) {
      const key = this.expression();
      if (!this.isType(L.TOKEN_COLON)) return key;
      parts[0] = key;
    }
    let part = 0;
    while (this.skipType(L.TOKEN_COLON)) {
      if (++part > 2) throw this.fault('too many slice parts', this.peekToken());
      const { type } = this.peekToken();
      const isLeftOut =
        type === L.TOKEN_COLON || type === L.TOKEN_RIGHT_BRACKET || type === L.TOKEN_COMMA;
      if (!isLeftOut) parts[part] = this.expression();
    }
    const [start = null, stop = null, step = null] = parts;
    return this.node<SliceNode>('Slice', at, { start, stop, step });
  }

  #call(callee: Expression): CallNode {
    const at = this.peekToken();
    return this.node<CallNode>('FunCall', at, { callee, arguments_: this.#arguments() });
  }

  #arguments(): Arguments {
    const result: Arguments = { positional: [], keyword: [] };
    this.expectType(L.TOKEN_LEFT_PAREN, '(');
    this.#commaList(L.TOKEN_RIGHT_PAREN, () => this.#argument(result));
    return result;
  }

  #argument({ positional, keyword }: Arguments): void {
    const at = this.peekToken();
    if (this.skipOperator('**')) keyword.push({ name: null, value: this.expression() });
    else if (this.skipOperator('*')) positional.push({ isSpread: true, value: this.expression() });
    else {
      const value = this.expression();
      if (value.typename === 'Symbol' && this.skipOperator('=')) {
        keyword.push({ name: value.value, value: this.expression() });
        return;
      }
      const last = keyword.at(-1);
      if (last !== undefined && last.name !== null) {
        throw this.fault('invalid syntax for function call expression', at);
      }
      positional.push({ isSpread: false, value });
    }
  }

  #filtersAndTests(start: Expression): Expression {
    let result = start;
    for (;;) {
      if (this.skipType(L.TOKEN_PIPE)) result = this.#filter(result);
      else if (this.isWord('is')) result = this.#test(result);
      else if (this.isType(L.TOKEN_LEFT_PAREN)) result = this.#call(result);
      else return result;
    }
  }

  #dottedName(): string {
    let name = this.expectType(L.TOKEN_SYMBOL, 'name').value;
    while (this.skipOperator('.')) name += `.${this.expectType(L.TOKEN_SYMBOL, 'name').value}`;
    return name;
  }

  #filter(target: Expression): Expression {
    const at = this.peekToken();
    const filter = this.#dottedName();
    const arguments_ = this.isType(L.TOKEN_LEFT_PAREN)
      ? this.#arguments()
      : { positional: [], keyword: [] };
    return this.node<Expression>('Filter', at, { filter, target, arguments_ });
  }

  /** The filters after `start`; with `isOpen` the first comes without its bar, as in a filter block. */
  protected filterChain(start: Expression, isOpen: boolean): Expression {
    let result = isOpen ? this.#filter(start) : start;
    while (this.skipType(L.TOKEN_PIPE)) result = this.#filter(result);
    return result;
  }

  #test(target: Expression): Expression {
    const at = this.take();
    const isNegated = this.skipWord('not');
    const test = this.#dottedName();
    let arguments_: Arguments = { positional: [], keyword: [] };
    if (this.isType(L.TOKEN_LEFT_PAREN)) arguments_ = this.#arguments();
    else if (this.#startsTestArgument()) {
      if (this.isWord('is'))
        throw this.fault('You cannot chain multiple tests with is', this.peekToken());
      arguments_.positional.push({ isSpread: false, value: this.#postfix(this.#primary()) });
    }
    const result = this.node<Expression>('Test', at, { test, target, arguments_ });
    return isNegated ? this.node<Expression>('Not', at, { target: result }) : result;
  }

  #startsTestArgument(): boolean {
    const { type, value } = this.peekToken();
    if (type === L.TOKEN_SYMBOL) return value !== 'else' && value !== 'or' && value !== 'and';
    return (
      type === L.TOKEN_STRING ||
      type === L.TOKEN_INT ||
      type === L.TOKEN_FLOAT ||
      type === L.TOKEN_LEFT_BRACKET ||
      type === L.TOKEN_LEFT_CURLY
    );
  }
}
