import lexer from 'nunjucks/src/lexer.js';
import { ExpressionParser, isConstantName } from './expression-parser.ts';
import { TemplateFault } from './faults.ts';
import type {
  Body,
  CallBlockNode,
  DataNode,
  DoNode,
  Expression,
  FilterBlockNode,
  ForNode,
  HoleNode,
  IfNode,
  JumpNode,
  MacroKind,
  MacroNode,
  NameNode,
  OutputNode,
  Parameter,
  SetNode,
  Statement,
  Target,
  TypeAnnotation,
  WithNode,
} from './nodes.ts';
import { JinjaTokenizer } from './tokens.ts';
import type { Origin, Token } from './tokens.ts';

const L = lexer;

const REFUSED = new Set(['include', 'import', 'from', 'block', 'extends']);

/** The Jinja2 grammar with dbt's blocks, on nunjucks' parser: its token buffer and its recursion into blocks. */
class JinjaParser extends ExpressionParser {
  /** the innermost open tag: a block that is not closed is reported there */
  #opener: Token | undefined;

  /** The whole template. */
  parseTemplate(): Body {
    return this.parseAsRoot() as Body;
  }

  override parseNodes(): Statement[] {
    const statements: Statement[] = [];
    let token: Token | null;
    while ((token = this.nextToken()) !== null) {
      if (token.type === L.TOKEN_DATA) {
        statements.push(this.node<DataNode>('TemplateData', token, { value: token.value }));
      } else if (token.type === L.TOKEN_VARIABLE_START) {
        const at = this.peekToken();
        const value = this.tuple();
        this.expectType(L.TOKEN_VARIABLE_END, 'end of print statement');
        statements.push(this.node<OutputNode>('Output', at, { value }));
      } else {
        const statement = this.#statement();
        if (statement === null) return statements;
        statements.push(statement);
      }
    }
    const wanted = this.breakOnBlocks;
    if (wanted !== null) {
      const message = `Unexpected end of template. Jinja was looking for: ${wanted.join(' or ')}`;
      throw this.#opener ? this.fault(message, this.#opener) : this.source.endFault(message);
    }
    return statements;
  }

  #until(...names: string[]): Body {
    const outer = this.breakOnBlocks;
    const opener = this.#opener;
    this.breakOnBlocks = names;
    const at = this.#opener ?? { lineno: 0, colno: 0, index: 0 };
    const body = this.node<Body>('NodeList', at, { children: this.parseNodes() });
    this.breakOnBlocks = outer;
    this.#opener = opener;
    return body;
  }

  #statement(): Statement | null {
    const tag = this.peekToken();
    if (tag.type !== L.TOKEN_SYMBOL) throw this.fault('tag name expected', tag);
    if (this.breakOnBlocks?.includes(tag.value)) return null;
    const outer = this.#opener;
    this.#opener = tag;
    const statement = this.#tag(this.take());
    this.#opener = outer;
    return statement;
  }

  #tag(tag: Token): Statement {
    switch (tag.value) {
      case 'if':
        return this.#if(tag);
      case 'for':
        return this.#for(tag);
      case 'set':
        return this.#set(tag);
      case 'macro':
        return this.#macro(tag);
      case 'call':
        return this.#callBlock(tag);
      case 'filter':
        return this.#filterBlock(tag);
      case 'with':
        return this.#with(tag);
      case 'do': {
        const value = this.tuple();
        this.#endTag();
        return this.node<DoNode>('Do', tag, { value });
      }
      case 'break':
      case 'continue':
        this.#endTag();
        return this.node<JumpNode>(tag.value === 'break' ? 'Break' : 'Continue', tag, {});
      case 'test':
      case 'data_test':
      case 'materialization':
      case 'snapshot':
      case 'docs':
        return this.#dbtBlock(tag, tag.value);
      default:
        if (REFUSED.has(tag.value)) {
          throw this.fault(`'${tag.value}' is not supported in SQL templates`, tag);
        }
        throw this.fault(`Encountered unknown tag '${tag.value}'.`, tag);
    }
  }

  /** The end of a tag; Jinja2 accepts a colon before it: `{% if x: %}`. */
  #endTag(): void {
    this.skipType(L.TOKEN_COLON);
    this.expectType(L.TOKEN_BLOCK_END, 'end of statement block');
  }

  /** The name of an end tag, and its end. */
  #closeTag(): void {
    this.take();
    this.#endTag();
  }

  #if(tag: Token): IfNode {
    const cond = this.tuple(false);
    this.#endTag();
    const body = this.#until('elif', 'else', 'endif');
    let else_: Body | IfNode | null = null;
    const next = this.take();
    if (next.value === 'elif') else_ = this.#if(next);
    else {
      this.#endTag();
      if (next.value === 'else') {
        else_ = this.#until('endif');
        this.#closeTag();
      }
    }
    return this.node<IfNode>('If', tag, { cond, body, else_ });
  }

  #for(tag: Token): ForNode {
    const target = this.#target(false, 'in');
    const token = this.peekToken();
    if (!this.skipWord('in')) throw this.fault(`expected token 'in', got '${token.value}'`, token);
    const arr = this.tuple(false, 'recursive');
    const test = this.skipWord('if') ? this.expression() : null;
    const isRecursive = this.skipWord('recursive');
    this.#endTag();
    const body = this.#until('endfor', 'else');
    let else_: Body | null = null;
    if (this.isWord('else')) {
      this.#closeTag();
      else_ = this.#until('endfor');
    }
    this.#closeTag();
    return this.node<ForNode>('For', tag, { target, arr, test, isRecursive, body, else_ });
  }

  /** What is assigned to; `canBeAttribute` allows `namespace.name`, `extraEnd` is a word that ends it. */
  #target(canBeAttribute: boolean, extraEnd?: string): Target {
    const at = this.peekToken();
    const targets: Target[] = [];
    let isTuple = false;
    do {
      if (targets.length > 0 && this.#isTargetEnd(extraEnd)) break;
      targets.push(this.#oneTarget(canBeAttribute));
      if (!this.skipType(L.TOKEN_COMMA)) break;
      isTuple = true;
    } while (isTuple);
    const [only] = targets;
    return !isTuple && only !== undefined
      ? only
      : this.node<Target>('TargetTuple', at, { targets });
  }

  #isTargetEnd(extraEnd: string | undefined): boolean {
    return (
      this.isType(L.TOKEN_BLOCK_END) ||
      this.isType(L.TOKEN_RIGHT_PAREN) ||
      this.isOperator('=') ||
      (extraEnd !== undefined && this.isWord(extraEnd))
    );
  }

  #oneTarget(canBeAttribute: boolean): Target {
    if (this.skipType(L.TOKEN_LEFT_PAREN)) {
      const inner = this.#target(canBeAttribute);
      this.expectType(L.TOKEN_RIGHT_PAREN, ')');
      return inner;
    }
    const at = this.expectType(L.TOKEN_SYMBOL, 'name');
    if (isConstantName(at.value)) throw this.fault(`can't assign to '${at.value}'`, at);
    if (!canBeAttribute || !this.skipOperator('.')) {
      return this.node<NameNode>('Symbol', at, { value: at.value });
    }
    const attribute = this.expectType(L.TOKEN_SYMBOL, 'name').value;
    return this.node<Target>('NamespaceTarget', at, { name: at.value, attribute });
  }

  #set(tag: Token): SetNode {
    const target = this.#target(true);
    if (this.skipOperator('=')) {
      const value = this.tuple();
      this.#endTag();
      return this.node<SetNode>('Set', tag, { target, value, body: null, filter: null });
    }
    const filter = this.isType(L.TOKEN_PIPE) ? this.filterChain(this.#hole(tag), false) : null;
    this.#endTag();
    const body = this.#until('endset');
    this.#closeTag();
    return this.node<SetNode>('Set', tag, { target, value: null, body, filter });
  }

  #hole(at: Token): HoleNode {
    return this.node<HoleNode>('FilterHole', at, {});
  }

  #with(tag: Token): WithNode {
    const targets: Target[] = [];
    const values: Expression[] = [];
    while (!this.isType(L.TOKEN_BLOCK_END)) {
      if (targets.length > 0) this.expectType(L.TOKEN_COMMA, ',');
      targets.push(this.#oneTarget(false));
      this.expectOperator('=');
      values.push(this.expression());
    }
    this.#endTag();
    const body = this.#until('endwith');
    this.#closeTag();
    return this.node<WithNode>('With', tag, { targets, values, body });
  }

  /** The signature of a macro, with dbt's type annotations. */
  #parameters(): Parameter[] {
    const parameters: Parameter[] = [];
    this.expectType(L.TOKEN_LEFT_PAREN, '(');
    while (!this.isType(L.TOKEN_RIGHT_PAREN)) {
      if (parameters.length > 0) this.expectType(L.TOKEN_COMMA, ',');
      const name = this.expectType(L.TOKEN_SYMBOL, 'name');
      const type = this.skipType(L.TOKEN_COLON) ? this.#annotation() : undefined;
      const fallback = this.skipOperator('=') ? this.expression() : null;
      if (fallback === null && parameters.at(-1)?.fallback) {
        throw this.fault('non-default argument follows default argument', name);
      }
      parameters.push({ name: name.value, fallback, ...(type && { type }) });
    }
    this.take();
    return parameters;
  }

  #annotation(): TypeAnnotation {
    const { value: name } = this.expectType(L.TOKEN_SYMBOL, 'name');
    const parameters: TypeAnnotation[] = [];
    if (this.skipType(L.TOKEN_LEFT_BRACKET)) {
      while (!this.isType(L.TOKEN_RIGHT_BRACKET)) {
        if (parameters.length > 0) this.expectType(L.TOKEN_COMMA, ',');
        parameters.push(this.#annotation());
      }
      this.take();
    }
    return { name, parameters };
  }

  #macro(tag: Token): MacroNode {
    const name = this.expectType(L.TOKEN_SYMBOL, 'name').value;
    const parameters = this.#parameters();
    return this.#macroBody(tag, { kind: 'macro', name, parameters, options: new Map() });
  }

  #dbtBlock(tag: Token, kind: MacroKind): MacroNode {
    const name = this.expectType(L.TOKEN_SYMBOL, 'name').value;
    const parameters = kind === 'test' || kind === 'data_test' ? this.#parameters() : [];
    const options = kind === 'materialization' ? this.#options() : new Map<string, Expression>();
    return this.#macroBody(tag, { kind, name, parameters, options });
  }

  /** `{% materialization name, adapter='x', supported_languages=[...] %}` or `, default` */
  #options(): MacroNode['options'] {
    const options = new Map<string, Expression | 'default'>();
    while (this.skipType(L.TOKEN_COMMA)) {
      const name = this.expectType(L.TOKEN_SYMBOL, 'name').value;
      if (name === 'default') options.set('adapter', 'default');
      else {
        this.expectOperator('=');
        options.set(name, this.expression());
      }
    }
    return options;
  }

  #macroBody(
    tag: Token,
    head: Pick<MacroNode, 'kind' | 'name' | 'parameters' | 'options'>,
  ): MacroNode {
    this.#endTag();
    const body = this.#until(`end${head.kind}`);
    this.#closeTag();
    return this.node<MacroNode>('Macro', tag, { ...head, body });
  }

  #callBlock(tag: Token): CallBlockNode {
    const parameters = this.isType(L.TOKEN_LEFT_PAREN) ? this.#parameters() : [];
    const call = this.expression();
    if (call.typename !== 'FunCall') throw this.fault('expected call', tag);
    this.#endTag();
    const body = this.#until('endcall');
    this.#closeTag();
    return this.node<CallBlockNode>('CallBlock', tag, { call, parameters, body });
  }

  #filterBlock(tag: Token): FilterBlockNode {
    const chain = this.filterChain(this.#hole(tag), true);
    this.#endTag();
    const body = this.#until('endfilter');
    this.#closeTag();
    return this.node<FilterBlockNode>('FilterBlock', tag, { chain, body });
  }
}

/** Parses a template, or a block cut out of one at `origin`. Fails with a syntax error. */
export function parseTemplate(text: string, file: string, origin?: Origin): Body {
  const parser = new JinjaParser(new JinjaTokenizer(text, file, origin));
  try {
    return parser.parseTemplate();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const fault = new TemplateFault('the template is nested too deeply', 'TemplateSyntaxError');
    fault.place = { file, line: (origin?.line ?? 0) + 1, column: (origin?.column ?? 0) + 1 };
    throw fault;
  }
}
