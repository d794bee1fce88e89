// What an entry of selectors.yml means: texts, {method: value}, full mappings, unions and intersections, as in dbt.
import { didYouMean } from '../../kernel/did-you-mean.ts';
import type { Checked, Diagnostic, Span } from '../../kernel/diagnostic.ts';
import type { SelectorEntry } from '../../manifest/manifest.ts';
import { METHODS } from './methods.ts';
import { namedCriterion, parseSelector } from './parser.ts';
import type { Indirect, Selector } from './selector.ts';

type Entries = Readonly<Record<string, SelectorEntry>>;
type Definition = Readonly<Record<string, unknown>>;

const INDIRECT: readonly unknown[] = ['eager', 'cautious', 'buildable', 'empty'];
const KEYS = new Set([
  'method',
  'value',
  'children',
  'children_depth',
  'parents',
  'parents_depth',
  'childrens_parents',
  'indirect_selection',
  'exclude',
]);
const NAMES = new Set(METHODS.keys());

/** Every selector of the project, understood; those that name each other are followed when they are evaluated. */
export function readDefinitions(entries: Entries): Checked<ReadonlyMap<string, Selector>> {
  const reader = new Reader();
  for (const [name, entry] of Object.entries(entries)) reader.add(name, entry);
  return { value: reader.done, diagnostics: reader.diagnostics };
}

const isMap = (value: unknown): value is Definition =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const NOTHING: Selector = { kind: 'union', parts: [] };

class Reader {
  readonly done = new Map<string, Selector>();
  readonly diagnostics: Diagnostic[] = [];
  #name = '';

  add(name: string, { definition, place }: SelectorEntry): void {
    this.#name = name;
    this.done.set(name, this.#read(definition, place));
  }

  #refuse(message: string, at: Span, hint?: string): Selector {
    this.diagnostics.push({
      code: 'ETL3007',
      severity: 'error',
      message: `selector "${this.#name}": ${message}`,
      at,
      ...(hint === undefined ? {} : { hint }),
    });
    return NOTHING;
  }

  #ignored(key: string, at: Span): void {
    this.diagnostics.push({
      code: 'ETL1005',
      severity: 'warning',
      message: `selector "${this.#name}": unknown key "${key}"`,
      at,
      hint: didYouMean(key, KEYS) ?? 'It has no effect: remove it.',
    });
  }

  #read(definition: unknown, at: Span): Selector {
    if (typeof definition === 'string') return this.#text(definition, at);
    if (!isMap(definition))
      return this.#refuse('a definition is a text or a mapping', at, 'Write: definition: "tag:x"');
    for (const kind of ['union', 'intersection'] as const)
      if (Object.hasOwn(definition, kind)) return this.#combination(kind, definition, at);
    return this.#mapping(definition, at);
  }

  /** A text means what it means after --select. */
  #text(text: string, at: Span): Selector {
    const { value, diagnostics } = parseSelector([text], 'selectors.yml', NAMES);
    for (const diagnostic of diagnostics) this.diagnostics.push({ ...diagnostic, at });
    return value === undefined ? NOTHING : this.#placed(value, at);
  }

  /** Criteria of a text with the place of their entry. */
  #placed(selector: Selector, at: Span): Selector {
    if (selector.kind === 'criterion') return { ...selector, at };
    return { kind: selector.kind, parts: selector.parts.map((part) => this.#placed(part, at)) };
  }

  #combination(kind: 'union' | 'intersection', definition: Definition, at: Span): Selector {
    const list = definition[kind];
    if (Object.keys(definition).length > 1)
      return this.#refuse(
        `beside "${kind}" there is "${Object.keys(definition).find((k) => k !== kind) ?? ''}"`,
        at,
        `Put it into the list of ${kind}.`,
      );
    if (!Array.isArray(list)) return this.#refuse(`"${kind}" is not a list`, at);
    const excluded = list.filter((item) => isMap(item) && isExclusion(item));
    const parts = list.filter((item) => !excluded.includes(item));
    if (excluded.length > 1) return this.#refuse(`"${kind}" has more than one exclude`, at);
    const base: Selector = { kind, parts: parts.map((part) => this.#read(part, at)) };
    const [exclusion] = excluded;
    return isMap(exclusion) ? this.#without(base, exclusion['exclude'], at) : base;
  }

  #without(base: Selector, list: unknown, at: Span): Selector {
    if (!Array.isArray(list)) return this.#refuse('"exclude" is not a list', at);
    const excluded = list.map((part) => this.#read(part, at));
    return { kind: 'difference', parts: [base, { kind: 'union', parts: excluded }] };
  }

  #mapping(definition: Definition, at: Span): Selector {
    const keys = Object.keys(definition);
    const [only] = keys;
    if (keys.length === 1 && only !== undefined && only !== 'exclude' && only !== 'method')
      return this.#criterion({ method: only, value: definition[only] }, at);
    if (!Object.hasOwn(definition, 'method') || !Object.hasOwn(definition, 'value'))
      return this.#refuse(
        `a mapping needs "method" and "value", this one has ${keys.join(', ') || 'nothing'}`,
        at,
        'Write {method: tag, value: nightly}, or for short {tag: nightly}.',
      );
    for (const key of keys.filter((k) => !KEYS.has(k))) this.#ignored(key, at);
    const base = this.#criterion(definition, at);
    return Object.hasOwn(definition, 'exclude')
      ? this.#without(base, definition['exclude'], at)
      : base;
  }

  #criterion(definition: Definition, at: Span): Selector {
    const { method, value, indirect_selection: indirect } = definition;
    if (typeof method !== 'string') return this.#refuse('"method" is no text', at);
    if (!['string', 'number', 'boolean'].includes(typeof value))
      return this.#refuse(`the value of "${method}" is no text`, at);
    if (indirect !== undefined && !INDIRECT.includes(indirect))
      return this.#refuse(
        `${JSON.stringify(indirect)} is not a way of indirect selection`,
        at,
        `Use one of: ${INDIRECT.join(', ')}.`,
      );
    const named = namedCriterion(method, String(value as string), at, NAMES);
    this.diagnostics.push(...named.diagnostics);
    if (named.value === undefined) return NOTHING;
    if (definition['childrens_parents'] === true && definition['children'] === true)
      return this.#refuse('"childrens_parents" already takes the children', at);
    return {
      ...named.value,
      childrensParents: definition['childrens_parents'] === true,
      parentsDepth: depthOf(definition['parents'], definition['parents_depth']),
      childrenDepth: depthOf(definition['children'], definition['children_depth']),
      ...(indirect === undefined ? {} : { indirect: indirect as Indirect }),
    };
  }
}

const isExclusion = (item: Definition): boolean =>
  Object.hasOwn(item, 'exclude') && Object.keys(item).length === 1;

function depthOf(wanted: unknown, depth: unknown): number {
  if (wanted !== true) return 0;
  return typeof depth === 'number' ? depth : Infinity;
}
