import { toEtlError } from './errors.ts';
import { fail } from './faults.ts';
import { indexBlocks, registryName } from './macro-index.ts';
import type { Block } from './macro-index.ts';
import type { MacroKind, MacroNode, TypeAnnotation } from './nodes.ts';
import { parseTemplate } from './parser.ts';
import { withLineFeeds } from './tokens.ts';

/** A file of macros. */
export interface MacroFile {
  readonly packageName: string;
  readonly path: string;
  readonly text: string;
}

/** An argument in a macro's signature. */
export interface MacroArgument {
  readonly name: string;
  /** the annotation as written, such as `list[string]` */
  readonly type?: string;
}

const annotationText = ({ name, parameters }: TypeAnnotation): string =>
  parameters.length === 0 ? name : `${name}[${parameters.map(annotationText).join(', ')}]`;

/** Where a block begins and ends with the white space that its outermost tags take away; what lies before `least` is taken. */
function trimmedPlace(
  text: string,
  { start, end }: Block,
  least: number,
): readonly [number, number] {
  const from = text.startsWith('{%-', start) ? text.slice(0, start).trimEnd().length : start;
  const after = text.slice(end);
  const to = text.endsWith('-%}', end) ? end + after.length - after.trimStart().length : end;
  return [Math.max(from, least), to];
}

/** One macro, test or materialization block, as dbt registers it. It is parsed only when it is needed. */
export class MacroEntry {
  /** macro.<package>.<registry name> */
  readonly uniqueId: string;
  readonly packageName: string;
  /** the registry name: x, test_x, materialization_x_adapter */
  readonly name: string;
  readonly kind: MacroKind;
  readonly path: string;
  /** the text of the block, with its tags and LF line ends */
  readonly text: string;
  /** the block as the manifest shows it: with the white space that its outermost tags take away */
  readonly block: string;
  /** 1-based place of the block */
  readonly line: number;
  readonly column: number;
  readonly #start: number;
  #arguments: readonly MacroArgument[] | undefined;

  constructor(file: MacroFile, text: string, block: Block, [from, to]: readonly [number, number]) {
    this.name = registryName(block);
    this.uniqueId = `macro.${file.packageName}.${this.name}`;
    this.packageName = file.packageName;
    this.kind = block.kind;
    this.path = file.path;
    this.text = text.slice(block.start, block.end);
    this.block = text.slice(from, to);
    this.line = block.line;
    this.column = block.column;
    this.#start = block.start;
  }

  /** The arguments of the signature. Throws an EtlError when the block does not parse. */
  get arguments(): readonly MacroArgument[] {
    if (this.#arguments === undefined) {
      try {
        this.#arguments = this.parse().parameters.map(({ name, type }) => ({
          name,
          ...(type && { type: annotationText(type) }),
        }));
      } catch (error) {
        throw toEtlError(error);
      }
    }
    return this.#arguments;
  }

  /** The syntax tree of the block, with the places of its file. */
  parse(): MacroNode {
    const origin = { line: this.line - 1, column: this.column - 1, index: this.#start };
    const [block] = parseTemplate(this.text, this.path, origin).children;
    if (block?.typename !== 'Macro') return fail('the block has no end', 'TemplateSyntaxError');
    return block;
  }
}

/** The macros of all packages: indexed when a file is added, parsed and compiled when they are first used. */
export class MacroLibrary {
  readonly #packages = new Map<string, Map<string, MacroEntry>>();
  readonly #duplicates: (readonly [MacroEntry, MacroEntry])[] = [];

  /** Adds the macro, test and materialization blocks of a file. Of two with the same name in a package the later counts. */
  addFile(file: MacroFile): void {
    const text = withLineFeeds(file.text);
    let macros = this.#packages.get(file.packageName);
    if (macros === undefined) this.#packages.set(file.packageName, (macros = new Map()));
    let taken = 0;
    for (const block of indexBlocks(text)) {
      const place = trimmedPlace(text, block, taken);
      [, taken] = place;
      // the texts of these two are rendered like a model's
      if (block.kind === 'docs' || block.kind === 'snapshot') continue;
      const entry = new MacroEntry(file, text, block, place);
      const earlier = macros.get(entry.name);
      if (earlier !== undefined) this.#duplicates.push([earlier, entry]);
      macros.set(entry.name, entry);
    }
  }

  /** The macro with that registry name, or undefined. */
  find(packageName: string, name: string): MacroEntry | undefined {
    return this.#packages.get(packageName)?.get(name);
  }

  /** True when a file of that package was added. */
  hasPackage(packageName: string): boolean {
    return this.#packages.has(packageName);
  }

  /** All macros, or those of one package. */
  *entries(packageName?: string): Iterable<MacroEntry> {
    if (packageName !== undefined) yield* this.#packages.get(packageName)?.values() ?? [];
    else for (const macros of this.#packages.values()) yield* macros.values();
  }

  /** The names of the packages. */
  packages(): Iterable<string> {
    return this.#packages.keys();
  }

  /** Pairs of blocks with the same name in the same package, the earlier first. */
  duplicates(): readonly (readonly [MacroEntry, MacroEntry])[] {
    return this.#duplicates;
  }
}
