// What a YAML text is made of: enough for its values and their places, and much less than the YAML library keeps.
import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Document } from 'yaml';
import { readScalar } from './yaml-scalar.ts';

interface Placed {
  /** offsets into the text; only a scalar and a mapping that stands where a key should have to say where they end */
  readonly start: number;
  readonly end: number;
}

export interface YamlScalar extends Placed {
  readonly kind: 'scalar';
  readonly text: string;
  /** `explicit`: plain, and said to be text by a tag */
  readonly style: 'plain' | 'explicit' | 'quoted' | 'block';
}

export interface YamlMapping extends Placed {
  readonly kind: 'map';
  readonly keys: readonly (YamlNode | null)[];
  readonly values: readonly (YamlNode | null)[];
  /** the keys as texts, once they were asked for */
  names?: readonly (string | undefined)[];
}

export interface YamlSequence extends Placed {
  readonly kind: 'seq';
  readonly items: readonly (YamlNode | null)[];
}

export interface YamlAlias extends Placed {
  readonly kind: 'alias';
  readonly name: string;
  /** undefined where there is no such anchor */
  readonly target: YamlNode | undefined;
}

export type YamlNode = YamlScalar | YamlMapping | YamlSequence | YamlAlias;

/** What a key is called; undefined where it is no text. */
function nameOf(key: YamlNode | null): string | undefined {
  if (key?.kind !== 'scalar') return undefined;
  if (key.style !== 'plain') return key.text;
  const { value } = readScalar(key.text);
  return value === null ? 'null' : String(value);
}

/** What the keys of a mapping are called. */
export const namesOf = (node: YamlMapping): readonly (string | undefined)[] =>
  (node.names ??= node.keys.map(nameOf));

const STYLES: Readonly<Record<string, YamlScalar['style']>> = {
  QUOTE_DOUBLE: 'quoted',
  QUOTE_SINGLE: 'quoted',
  BLOCK_LITERAL: 'block',
  BLOCK_FOLDED: 'block',
};

/** The tree of a document that the YAML library has read. */
export function treeOf(document: Document): YamlNode | null {
  const made = new Map<unknown, YamlNode>();
  const treeOfNode = (node: unknown): YamlNode | null => {
    const range = (node as { readonly range?: readonly number[] | null } | null)?.range;
    const [start = 0, end = 0] = range ?? [];
    if (isScalar(node)) {
      const text = typeof node.value === 'string' ? node.value : '';
      const isText = node.tag === 'tag:yaml.org,2002:str' || node.tag === '!';
      const style = STYLES[node.type ?? ''] ?? (isText ? 'explicit' : 'plain');
      return keep(node, { kind: 'scalar', start, end, text, style });
    }
    if (isAlias(node)) {
      const target = made.get(node.resolve(document));
      return { kind: 'alias', start, end, name: node.source, target };
    }
    if (isSeq(node)) {
      const items: (YamlNode | null)[] = [];
      const seq = keep(node, { kind: 'seq', start, end, items });
      for (const item of node.items) items.push(treeOfNode(item));
      return seq;
    }
    if (!isMap(node)) return null;
    const keys: (YamlNode | null)[] = [];
    const values: (YamlNode | null)[] = [];
    const map = keep(node, { kind: 'map', start, end, keys, values });
    for (const pair of node.items) {
      keys.push(treeOfNode(pair.key));
      values.push(treeOfNode(pair.value));
    }
    return map;
  };
  const keep = (from: unknown, node: YamlNode): YamlNode => {
    made.set(from, node);
    return node;
  };
  return treeOfNode(document.contents);
}
