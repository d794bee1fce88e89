// The text form of Postgres's own trees (pg_node_tree), as the server stores the analysed query of a view.

export interface TreeNode {
  readonly tag: string;
  readonly fields: Readonly<Record<string, TreeValue>>;
}
export type TreeValue = null | string | TreeNode | readonly TreeValue[];

export const isNode = (value: TreeValue | undefined): value is TreeNode =>
  value !== null && typeof value === 'object' && 'tag' in value;
export const isList = (value: TreeValue | undefined): value is readonly TreeValue[] =>
  Array.isArray(value);

/** The nodes of a list; none where there is no list. */
export const nodesOf = (value: TreeValue | undefined): readonly TreeNode[] =>
  isList(value) ? value.filter(isNode) : [];
/** A field as text; undefined where it is empty or none. */
export const textOf = (node: TreeNode, field: string): string | undefined => {
  const value = node.fields[field];
  return typeof value === 'string' ? value : undefined;
};
/** A field as a number; NaN where it is none. */
export const numberOf = (node: TreeNode, field: string): number => Number(textOf(node, field));

/** Thrown for a text that is not such a tree. */
export class NotATree extends Error {}

const ENDS = new Set([' ', '\n', '(', ')', '{', '}']);

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): TreeValue {
    this.#space();
    const c = this.#text[this.#at];
    if (c === '{') return this.#node();
    if (c === '(') return this.#list();
    return this.#token();
  }

  #space(): void {
    while (this.#text[this.#at] === ' ' || this.#text[this.#at] === '\n') this.#at++;
  }

  #list(): readonly TreeValue[] {
    this.#at++;
    const list: TreeValue[] = [];
    for (;;) {
      this.#space();
      if (this.#text[this.#at] === ')') break;
      list.push(this.value());
    }
    this.#at++;
    return list;
  }

  #node(): TreeNode {
    this.#at++;
    const tag = this.#token() ?? '';
    const fields: Record<string, TreeValue> = {};
    for (;;) {
      this.#space();
      const c = this.#text[this.#at];
      if (c === '}') break;
      if (c !== ':') throw new NotATree(`no field at ${this.#at}`);
      this.#at++;
      const name = this.#token() ?? '';
      fields[name] = this.value();
      this.#bytes();
    }
    this.#at++;
    return { tag, fields };
  }

  /** A stored constant is printed as `<length> [ byte byte … ]`; its value plays no part here. */
  #bytes(): void {
    this.#space();
    if (this.#text[this.#at] !== '[') return;
    const end = this.#text.indexOf(']', this.#at);
    if (end < 0) throw new NotATree('a constant has no end');
    this.#at = end + 1;
  }

  #token(): string | null {
    const start = this.#at;
    if (this.#text[start] === '"') return this.#quoted();
    let token = '';
    while (this.#at < this.#text.length && !ENDS.has(this.#text[this.#at] ?? ' ')) {
      if (this.#text[this.#at] === '\\') this.#at++;
      token += this.#text[this.#at++] ?? '';
    }
    if (this.#at === start) throw new NotATree(`nothing at ${start}`);
    return this.#text.slice(start, this.#at) === '<>' ? null : token;
  }

  #quoted(): string {
    let token = '';
    for (this.#at++; this.#text[this.#at] !== '"'; this.#at++) {
      if (this.#at >= this.#text.length) throw new NotATree('a text has no end');
      if (this.#text[this.#at] === '\\') this.#at++;
      token += this.#text[this.#at] ?? '';
    }
    this.#at++;
    return token;
  }
}

/** Reads such a text. Throws NotATree. */
export const parseTree = (text: string): TreeValue => new Reader(text).value();
