// Which macros a text calls, found without running it: what `depends_on.macros` holds and what decides the lane of a node.
import type { HostOptions } from './attempt.ts';
import type { MacroEntry } from './library.ts';

/** A call as it stands in a template. */
export type MacroMention =
  | { readonly kind: 'name'; readonly name: string; readonly packageName: string | undefined }
  | { readonly kind: 'dispatch'; readonly name: string; readonly namespace: string | undefined };

const REGION =
  /\{#[\s\S]*?#\}|\{%[-+]?\s*raw\s*[-+]?%\}[\s\S]*?\{%[-+]?\s*endraw\s*[-+]?%\}|\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;
const HEADER = /^\{%[-+]?\s*(?:macro|test|data_test|materialization)\s+\w+/;
// a dispatch with literal arguments, or a text to jump over, or a call of a name or of an attribute of a name
const PART =
  /(?<![\w.])adapter\s*\.\s*dispatch\s*\(\s*(?:macro_name\s*=\s*)?(['"])(\w+)\1(?:\s*,\s*(?:macro_namespace\s*=\s*)?(['"])(\w+)\3)?|'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"|(?<![\w.\])])([A-Za-z_]\w*)(?:\s*\.\s*([A-Za-z_]\w*))?\s*\(/g;

/** The calls of macros in a text, each once, in their order; calls of functions are among them. */
export function macroMentions(text: string): readonly MacroMention[] {
  const found = new Map<string, MacroMention>();
  for (const [region] of text.matchAll(REGION)) {
    if (region.startsWith('{#') || /^\{%[-+]?\s*raw\b/.test(region)) continue;
    for (const match of region.replace(HEADER, '').matchAll(PART)) {
      const [, , dispatched, , namespace, first, second] = match;
      if (dispatched !== undefined)
        found.set(`${dispatched} ${namespace ?? ''} dispatch`, {
          kind: 'dispatch',
          name: dispatched,
          namespace,
        });
      else if (first !== undefined && second === undefined)
        found.set(first, { kind: 'name', name: first, packageName: undefined });
      else if (first !== undefined && second !== undefined && first !== 'adapter')
        found.set(`${first}.${second}`, { kind: 'name', name: second, packageName: first });
    }
  }
  return [...found.values()];
}

/** Finds the macros that calls in a text of a package mean, by dbt's rules for names. */
export class MacroResolver {
  readonly #host: HostOptions;
  readonly #mentions = new Map<MacroEntry, readonly MacroMention[]>();

  constructor(host: HostOptions) {
    this.#host = host;
  }

  /** A macro by its name: in the package itself, in the root project, in the engine's packages. */
  named(packageName: string, name: string): MacroEntry | undefined {
    const { library, rootPackage, internalPackages } = this.#host;
    for (const place of [packageName, rootPackage, ...internalPackages]) {
      const entry = library.find(place, name);
      if (entry !== undefined) return entry;
    }
    return undefined;
  }

  /** The macros that a text of `packageName` calls; what is no macro is left out. */
  inText(text: string, packageName: string): readonly MacroEntry[] {
    return this.#resolve(macroMentions(text), packageName);
  }

  /** The macros that a macro calls when it runs for a node of `packageName`. */
  calledBy(entry: MacroEntry, packageName: string = entry.packageName): readonly MacroEntry[] {
    let mentions = this.#mentions.get(entry);
    if (mentions === undefined) {
      mentions = macroMentions(entry.text);
      this.#mentions.set(entry, mentions);
    }
    return this.#resolve(mentions, packageName);
  }

  /** Every macro that can be reached from the given ones, themselves included. */
  reachable(from: readonly MacroEntry[], packageName: string): ReadonlySet<MacroEntry> {
    const seen = new Set(from);
    for (const entry of seen) for (const next of this.calledBy(entry, packageName)) seen.add(next);
    return seen;
  }

  #resolve(mentions: readonly MacroMention[], packageName: string): readonly MacroEntry[] {
    const found = new Set<MacroEntry>();
    for (const mention of mentions) {
      const entry =
        mention.kind === 'dispatch'
          ? this.#dispatched(mention.name, mention.namespace, packageName)
          : this.#called(mention.name, mention.packageName, packageName);
      if (entry !== undefined) found.add(entry);
    }
    return [...found];
  }

  #called(name: string, inPackage: string | undefined, from: string): MacroEntry | undefined {
    if (inPackage === undefined) return this.named(from, name);
    const { library, internalPackages } = this.#host;
    for (const place of inPackage === 'dbt' ? internalPackages : [inPackage]) {
      const entry = library.find(place, name);
      if (entry !== undefined) return entry;
    }
    return undefined;
  }

  #dispatched(name: string, namespace: string | undefined, from: string): MacroEntry | undefined {
    const { library, rootPackage, internalPackages, dispatchPrefixes, searchOrder } = this.#host;
    const places =
      namespace === undefined
        ? [from, rootPackage, ...internalPackages]
        : (searchOrder[namespace] ?? [rootPackage, namespace]);
    for (const place of places)
      for (const prefix of dispatchPrefixes) {
        const full = `${prefix}__${name}`;
        const entry =
          place === 'dbt'
            ? internalPackages.map((p) => library.find(p, full)).find((e) => e !== undefined)
            : library.find(place, full);
        if (entry !== undefined) return entry;
      }
    return undefined;
  }
}
