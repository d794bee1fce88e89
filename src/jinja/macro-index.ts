import type { MacroKind } from './nodes.ts';

/** A top-level block of a file: offsets into the text with LF line ends, 1-based places. */
export interface Block {
  readonly kind: MacroKind;
  readonly name: string;
  /** materializations only: 'default' unless the tag names an adapter */
  readonly adapter?: string;
  readonly start: number;
  readonly end: number;
  /** the text between the tags: what a snapshot or docs block renders */
  readonly bodyStart: number;
  readonly bodyEnd: number;
  readonly line: number;
  readonly column: number;
}

const OPENER = /\{[#%{]/g;
const TAG = /\{%[-+]?\s*(\w+)(?:\s+(\w+))?/y;
// to the end of a tag or print statement, jumping over strings
const TAG_REST =
  /(?:[^'"%}]|'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"|%(?!\})|\}(?!\}))*?[-+]?%\}/y;
const PRINT_REST = /(?:[^'"}]|'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"|\}(?!\}))*\}\}/y;
const ENDRAW = /\{%[-+]?\s*endraw\s*[-+]?%\}/g;
const ADAPTER = /\badapter\s*=\s*['"](\w+)['"]/;
const KINDS: ReadonlySet<string> = new Set<MacroKind>([
  'macro',
  'test',
  'data_test',
  'materialization',
  'snapshot',
  'docs',
]);

interface OpenBlock {
  readonly kind: MacroKind;
  readonly name: string;
  readonly adapter?: string;
  readonly start: number;
  readonly bodyStart: number;
  readonly line: number;
  readonly column: number;
}

/** Where the pattern ends when it matches at `at`, or `otherwise`. */
function endOf(pattern: RegExp, text: string, at: number, otherwise: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : otherwise;
}

/** Walks over the tags of a text and keeps the blocks at the top. */
class Indexer {
  readonly blocks: Block[] = [];
  readonly #text: string;
  #open: OpenBlock | undefined;
  #nested = 0;
  #line = 1;
  #lineStart = 0;

  #problem: BlockProblem | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  run(): void {
    const text = this.#text;
    let next = 0;
    for (;;) {
      OPENER.lastIndex = next;
      const opener = OPENER.exec(text);
      if (opener === null) return;
      const at = opener.index;
      if (opener[0] === '{#') {
        const end = text.indexOf('#}', at + 2);
        if (end < 0) return;
        next = end + 2;
      } else if (opener[0] === '{{') next = endOf(PRINT_REST, text, at + 2, at + 2);
      else next = this.#tag(at);
    }
  }

  /** Handles the tag at an offset and gives the offset after it. */
  #tag(at: number): number {
    const text = this.#text;
    TAG.lastIndex = at;
    const tag = TAG.exec(text);
    const head = tag === null ? at + 2 : TAG.lastIndex;
    const end = endOf(TAG_REST, text, head, at + 2);
    const keyword = tag?.[1] ?? '';
    if (keyword === 'raw') return endOf(ENDRAW, text, end, end);
    const open = this.#open;
    if (open === undefined) {
      if (KINDS.has(keyword)) this.#begin(keyword as MacroKind, tag?.[2] ?? '', at, head, end);
      else if (keyword.startsWith('end') && KINDS.has(keyword.slice(3)))
        this.#problem ??= { message: `"${keyword}" closes nothing`, ...this.#placeOf(at) };
    } else if (keyword === open.kind) this.#nested++;
    else if (keyword === `end${open.kind}` && this.#nested-- === 0) {
      this.blocks.push({ ...open, bodyEnd: at, end });
      this.#open = undefined;
    }
    return end;
  }

  #placeOf(at: number): { readonly line: number; readonly column: number } {
    const before = this.#text.slice(0, at).split('\n');
    return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
  }

  /** What keeps the text from being whole: a block that is never closed, or an end that closes nothing. */
  get problem(): BlockProblem | undefined {
    const open = this.#open;
    if (open === undefined) return this.#problem;
    const { kind, name, start } = open;
    return { message: `the ${kind} "${name}" is never closed`, ...this.#placeOf(start) };
  }

  #begin(kind: MacroKind, name: string, at: number, head: number, end: number): void {
    let newline: number;
    while ((newline = this.#text.indexOf('\n', this.#lineStart)) >= 0 && newline < at) {
      this.#line++;
      this.#lineStart = newline + 1;
    }
    const adapter =
      kind === 'materialization'
        ? { adapter: ADAPTER.exec(this.#text.slice(head, end))?.[1] ?? 'default' }
        : {};
    const place = { line: this.#line, column: at - this.#lineStart + 1 };
    this.#nested = 0;
    this.#open = { kind, name, ...adapter, start: at, bodyStart: end, ...place };
  }
}

/** Why a text is not a whole number of blocks, with the 1-based place. */
interface BlockProblem {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** The first thing that keeps a text from being whole blocks, or undefined. */
export function blockProblem(text: string): BlockProblem | undefined {
  const indexer = new Indexer(text);
  indexer.run();
  return indexer.problem;
}

/** The top-level dbt blocks of a text with LF line ends, found without parsing it. An unclosed block is left out. */
export function indexBlocks(text: string): readonly Block[] {
  const indexer = new Indexer(text);
  indexer.run();
  return indexer.blocks;
}

/** The name under which dbt registers a block. */
export function registryName({
  kind,
  name,
  adapter,
}: Pick<Block, 'kind' | 'name' | 'adapter'>): string {
  if (kind === 'macro') return name;
  if (kind === 'test' || kind === 'data_test') return `test_${name}`;
  if (kind === 'materialization') return `materialization_${name}_${adapter ?? 'default'}`;
  return `${kind}_${name}`;
}
