// Templates that hold no more than references: what they render to is known from their text and from what they read.
import type { Manifest } from '../manifest/manifest.ts';
import type { ExecutableNode } from '../manifest/node.ts';

const TEXT = String.raw`(?:'[^'\\{}\n]*'|"[^"\\{}\n]*")`;
const VERSION = String.raw`(?:v|version)\s*=\s*\d+\s*`;
const REF = String.raw`ref\(\s*${TEXT}\s*(?:,\s*${TEXT}\s*)?(?:,\s*${VERSION})?\)`;
const SOURCE = String.raw`source\(\s*${TEXT}\s*,\s*${TEXT}\s*\)`;
const REFERENCES = new RegExp(String.raw`\{\{-?\s*(?:${REF}|${SOURCE})\s*-?\}\}`, 'g');
/** Anything else that a template engine would look at. */
const MORE = /\{[{%#]|[}%#]\}/;

/** What is known of the text of a model without rendering it. */
export interface PlainTemplate {
  /** all that decides what it renders to */
  readonly facts: readonly unknown[];
  /** every word of its SQL, the names of what it reads at the end */
  readonly words: string;
}

/**
 * Looks whether the template of a model is of that kind. Undefined where it holds anything else, so that what it renders to may follow
 * from more than itself and the names of what it reads.
 */
export function plainTemplate(manifest: Manifest, node: ExecutableNode): PlainTemplate | undefined {
  if (node.resource_type !== 'model') return undefined;
  const { materialized } = node.config;
  // of the one there are two forms, and the other is put into the texts of its readers
  if (materialized === 'incremental' || materialized === 'ephemeral') return undefined;
  // a macro may have taken the place of ref()
  if (node.depends_on.macros.length > 0) return undefined;
  const text = node.raw_code.replace(REFERENCES, '"x"');
  if (MORE.test(text)) return undefined;
  const parents: (readonly [string, string])[] = [];
  for (const id of node.depends_on.nodes) {
    const parent = manifest.nodes[id] ?? manifest.sources[id];
    if (parent === undefined || parent.relation_name === null) return undefined;
    if (parent.config.materialized === 'ephemeral') return undefined;
    parents.push([id, parent.relation_name]);
  }
  return {
    facts: [node.raw_code, parents],
    words: [text, ...parents.map(([, relation]) => relation)].join('\n'),
  };
}
