import lexer from 'nunjucks/src/lexer.js';
import nunjucksParser from 'nunjucks/src/parser.js';
import { TemplateFault } from './faults.ts';
import { NODE_PROTOTYPES } from './nodes.ts';
import type { AnyNode } from './nodes.ts';
import { JinjaTokenizer } from './tokens.ts';
import type { Token } from './tokens.ts';

const L = lexer;
const Parser: typeof nunjucksParser.Parser = nunjucksParser.Parser;

type Fields<T> = Omit<T, 'typename' | 'lineno' | 'colno' | 'index'>;

/** nunjucks' parser with our tokens: what both halves of the grammar read with. */
export class TokenReader extends Parser {
  readonly source: JinjaTokenizer;

  constructor(source: JinjaTokenizer) {
    super(source);
    this.source = source;
  }

  override nextToken(): Token | null {
    const token = this.peeked as Token | null;
    if (token === null) return this.source.nextToken();
    this.peeked = null;
    return token;
  }

  override peekToken(): Token {
    if (this.peeked === null) {
      this.peeked = this.source.nextToken();
      if (this.peeked === null) throw this.source.endFault('unexpected end of template');
    }
    return this.peeked as Token;
  }

  protected take(): Token {
    const token = this.peekToken();
    this.peeked = null;
    return token;
  }

  protected fault(
    message: string,
    at: { readonly lineno: number; readonly colno: number },
  ): TemplateFault {
    const fault = new TemplateFault(message, 'TemplateSyntaxError');
    fault.place = { file: this.source.file, line: at.lineno + 1, column: at.colno + 1 };
    return fault;
  }

  /** A node of nunjucks' class for the type, at the place of a token. */
  protected node<T extends AnyNode>(
    type: T['typename'],
    at: { readonly lineno: number; readonly colno: number; readonly index: number },
    fields: Fields<T>,
  ): T {
    // not through nunjucks' constructor, which takes several times as long to set the same properties
    const node = Object.create(NODE_PROTOTYPES[type]) as { -readonly [K in keyof T]: T[K] };
    node.lineno = at.lineno;
    node.colno = at.colno;
    node.index = at.index;
    return Object.assign(node, fields) as unknown as T;
  }

  protected isType(type: string): boolean {
    return this.peekToken().type === type;
  }

  protected isWord(word: string): boolean {
    const token = this.peekToken();
    return token.type === L.TOKEN_SYMBOL && token.value === word;
  }

  protected isOperator(operator: string): boolean {
    const token = this.peekToken();
    return token.type === L.TOKEN_OPERATOR && token.value === operator;
  }

  protected skipType(type: string): boolean {
    if (!this.isType(type)) return false;
    this.peeked = null;
    return true;
  }

  protected skipWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.peeked = null;
    return true;
  }

  protected skipOperator(operator: string): boolean {
    if (!this.isOperator(operator)) return false;
    this.peeked = null;
    return true;
  }

  protected expectType(type: string, what: string = type): Token {
    const token = this.peekToken();
    if (token.type !== type)
      throw this.fault(`expected token '${what}', got '${token.value}'`, token);
    return this.take();
  }

  protected expectOperator(operator: string): void {
    const token = this.peekToken();
    if (!this.skipOperator(operator)) {
      throw this.fault(`expected token '${operator}', got '${token.value}'`, token);
    }
  }
}
