/**
 * The parts of nunjucks this room builds on. `@types/nunjucks` does not type them, and importing the single files keeps
 * the compiler, the loaders and the file watcher of the whole package out of start-up.
 */
declare module 'nunjucks/src/lexer.js' {
  const lexer: {
    readonly TOKEN_STRING: string;
    readonly TOKEN_DATA: string;
    readonly TOKEN_BLOCK_START: string;
    readonly TOKEN_BLOCK_END: string;
    readonly TOKEN_VARIABLE_START: string;
    readonly TOKEN_VARIABLE_END: string;
    readonly TOKEN_LEFT_PAREN: string;
    readonly TOKEN_RIGHT_PAREN: string;
    readonly TOKEN_LEFT_BRACKET: string;
    readonly TOKEN_RIGHT_BRACKET: string;
    readonly TOKEN_LEFT_CURLY: string;
    readonly TOKEN_RIGHT_CURLY: string;
    readonly TOKEN_OPERATOR: string;
    readonly TOKEN_COMMA: string;
    readonly TOKEN_COLON: string;
    readonly TOKEN_TILDE: string;
    readonly TOKEN_PIPE: string;
    readonly TOKEN_INT: string;
    readonly TOKEN_FLOAT: string;
    readonly TOKEN_SYMBOL: string;
  };
  export default lexer;
}

declare module 'nunjucks/src/nodes.js' {
  export interface NunjucksNode {
    readonly typename: string;
    lineno: number;
    colno: number;
  }
  export interface NunjucksNodeClass {
    readonly prototype: NunjucksNode;
    extend(name: string, properties?: { readonly fields: readonly string[] }): NunjucksNodeClass;
  }
  const nodes: Readonly<
    Record<
      | 'Node'
      | 'NodeList'
      | 'Root'
      | 'Literal'
      | 'Symbol'
      | 'Array'
      | 'Pair'
      | 'Dict'
      | 'LookupVal'
      | 'If'
      | 'InlineIf'
      | 'For'
      | 'Macro'
      | 'FunCall'
      | 'Filter'
      | 'Set'
      | 'Output'
      | 'TemplateData'
      | 'In'
      | 'Or'
      | 'And'
      | 'Not'
      | 'Add'
      | 'Concat'
      | 'Sub'
      | 'Mul'
      | 'Div'
      | 'FloorDiv'
      | 'Mod'
      | 'Pow'
      | 'Neg'
      | 'Pos'
      | 'Compare'
      | 'CompareOperand',
      NunjucksNodeClass
    >
  >;
  export default nodes;
}

declare module 'nunjucks/src/parser.js' {
  export interface NunjucksToken {
    readonly type: string;
    readonly value: string;
    readonly lineno: number;
    readonly colno: number;
  }
  export interface NunjucksTokenizer {
    nextToken(): NunjucksToken | null;
  }
  /** The token buffer and the block recursion; everything about the grammar is replaced. */
  class Parser {
    constructor(tokens: NunjucksTokenizer);
    tokens: NunjucksTokenizer;
    peeked: NunjucksToken | null;
    breakOnBlocks: readonly string[] | null;
    nextToken(): NunjucksToken | null;
    peekToken(): NunjucksToken | null;
    parseNodes(): unknown[];
    parseAsRoot(): unknown;
    parse(): unknown;
    parseUntilBlocks(...names: string[]): unknown;
  }
  const parser: { readonly Parser: typeof Parser };
  export default parser;
}
