import type { Diagnostic, Span } from '../kernel/diagnostic.ts';
import { didYouMean, nearestName } from '../kernel/did-you-mean.ts';
import { CONFIG_KEYS } from './config-keys.ts';
import type { DraftVersion } from './draft.ts';
import { errorOf, warningOf } from './problems.ts';
import type { ConfigSection } from './project-keys.ts';
import { PROPERTY_KEYS, PROPERTY_SECTIONS } from './property-keys.ts';
import type { PropertySection } from './property-keys.ts';
import type { PropertyDocument } from './text-files.ts';
import { renderTree } from './yaml-render.ts';
import type { RenderValue } from './yaml-render.ts';
import { isYamlMap } from './yaml.ts';
import type { YamlMap, YamlPath } from './yaml.ts';

/** The version of a model that an entry describes. */
export interface PropertyVersion extends DraftVersion {
  /** the version's own entry */
  readonly value: YamlMap;
  readonly path: YamlPath;
}

/** One entry of a property file. */
export interface Property {
  readonly section: PropertySection;
  readonly packageName: string;
  readonly name: string;
  readonly file: PropertyDocument;
  /** where the entry stands in its document */
  readonly path: YamlPath;
  /** rendered, except descriptions, tests and hooks */
  readonly value: YamlMap;
  readonly at: Span;
  readonly version?: PropertyVersion;
}

const LATE = new Set([
  'description',
  'tests',
  'data_tests',
  'pre-hook',
  'post-hook',
  'pre_hook',
  'post_hook',
  'loaded_at_query',
]);

/** Texts of metrics in a template language of their own: `{{ Dimension('customer__region') }}`. */
const NOT_OURS = new Set(['filter', 'where', 'group_by', 'order_by']);

const isConfigSection = (section: string): section is ConfigSection =>
  Object.hasOwn(CONFIG_KEYS, section);

/** The list behind a key, with each item's path; what is no list is reported, and a section of a file without one too. */
export function listAt(
  value: unknown,
  path: YamlPath,
  file: PropertyDocument,
  diagnostics: Diagnostic[],
): readonly { readonly value: unknown; readonly path: YamlPath }[] {
  const isSection = path.length === 1;
  if (value === undefined || (value === null && !isSection)) return [];
  if (Array.isArray(value))
    return (value as unknown[]).map((item, i) => ({ value: item, path: [...path, i] }));
  const why = isSection ? 'the file is invalid because ' : '';
  diagnostics.push(
    errorOf('ETL1004', `${why}the value of '${String(path.at(-1))}' is not a list`, {
      at: value === null ? file.document.keySpanOf(path) : file.document.spanOf(path),
      hint: value === null ? 'Remove the key, or write entries.' : 'Begin each entry with "- ".',
    }),
  );
  return [];
}

/** Sections of nodes with a file. */
const ONE_PLACE: ReadonlySet<PropertySection> = new Set([
  'models',
  'seeds',
  'snapshots',
  'analyses',
]);

class KeyCheck {
  readonly #file: PropertyDocument;
  readonly #diagnostics: Diagnostic[];

  constructor(file: PropertyDocument, diagnostics: Diagnostic[]) {
    this.#file = file;
    this.#diagnostics = diagnostics;
  }

  keys(value: unknown, kind: string, path: YamlPath): void {
    const known = PROPERTY_KEYS[kind];
    if (!isYamlMap(value) || known === undefined) return;
    const older = value['tests'];
    if (Array.isArray(older) && older.length > 0 && 'data_tests' in value)
      this.#diagnostics.push(
        errorOf('ETL1004', `"tests" and "data_tests" cannot both be given`, {
          at: this.#file.document.keySpanOf([...path, 'tests']),
          hint: 'Move the tests below data_tests; tests is its older name.',
        }),
      );
    for (const key of Object.keys(value)) {
      if (known.includes(key)) continue;
      this.#diagnostics.push(
        warningOf('ETL1005', `unknown key "${key}"`, {
          at: this.#file.document.keySpanOf([...path, key]),
          hint: didYouMean(key, known) ?? 'It has no effect; values of your own belong below meta.',
        }),
      );
    }
  }

  config(value: unknown, section: ConfigSection, path: YamlPath): void {
    if (!isYamlMap(value)) return;
    const known = CONFIG_KEYS[section];
    for (const key of Object.keys(value)) {
      const nearest = known.includes(key) ? undefined : nearestName(key, known);
      if (nearest === undefined) continue;
      this.#diagnostics.push(
        warningOf('ETL1005', `unknown config "${key}"`, {
          at: this.#file.document.keySpanOf([...path, key]),
          hint: `Did you mean "${nearest}"? A value of your own belongs below meta.`,
        }),
      );
    }
  }

  /** What may stand beside `config:` or in it stands in one of the two. */
  onePlace(value: YamlMap, path: YamlPath): void {
    const { config } = value;
    if (!isYamlMap(config)) return;
    for (const key of ['meta', 'docs', 'group', 'contract', 'access'])
      if (key in value && key in config)
        this.#diagnostics.push(
          errorOf(
            'ETL1004',
            `found ${key} dictionary in 'config' dictionary and as top-level key`,
            {
              at: this.#file.document.keySpanOf([...path, key]),
              hint: `Remove this ${key} and keep the one below config.`,
            },
          ),
        );
  }

  columns(value: unknown, path: YamlPath): void {
    for (const item of listAt(value, path, this.#file, []))
      this.keys(item.value, 'columns', item.path);
  }

  unitTest(value: YamlMap, path: YamlPath): void {
    for (const key of ['expect', 'overrides']) this.keys(value[key], key, [...path, key]);
    for (const item of listAt(value['given'], [...path, 'given'], this.#file, []))
      this.keys(item.value, 'given', item.path);
  }

  entry(section: PropertySection, value: YamlMap, path: YamlPath): void {
    this.keys(value, section === 'data_tests' ? 'tests' : section, path);
    if (isConfigSection(section)) this.config(value['config'], section, [...path, 'config']);
    if (ONE_PLACE.has(section)) this.onePlace(value, path);
    this.columns(value['columns'], [...path, 'columns']);
    if (section === 'macros')
      for (const item of listAt(value['arguments'], [...path, 'arguments'], this.#file, []))
        this.keys(item.value, 'arguments', item.path);
    for (const version of listAt(value['versions'], [...path, 'versions'], this.#file, [])) {
      if (section !== 'models' || !isYamlMap(version.value)) continue;
      this.keys(version.value, 'versions', version.path);
      this.config(version.value['config'], section, [...version.path, 'config']);
    }
    if (section === 'unit_tests') this.unitTest(value, path);
    if (section !== 'sources') return;
    for (const table of listAt(
      value['tables'],
      [...path, 'tables'],
      this.#file,
      this.#diagnostics,
    )) {
      if (!isYamlMap(table.value)) continue;
      this.keys(table.value, 'tables', table.path);
      this.config(table.value['config'], 'sources', [...table.path, 'config']);
      this.columns(table.value['columns'], [...table.path, 'columns']);
    }
  }
}

/** The entries of a section; `tests` is the older name of `data_tests`. */
function entriesOf(
  value: YamlMap,
  section: PropertySection,
): readonly [key: string, list: unknown][] {
  const keys = section === 'data_tests' ? ['data_tests', 'tests'] : [section];
  return keys.map((key) => [key, value[key]]);
}

function readEntry(
  section: PropertySection,
  item: { readonly value: unknown; readonly path: YamlPath },
  file: PropertyDocument,
  packageName: string,
  render: RenderValue,
  diagnostics: Diagnostic[],
): readonly Property[] {
  const { document } = file;
  const name = isYamlMap(item.value) ? item.value['name'] : undefined;
  if (
    !isYamlMap(item.value) ||
    name === undefined ||
    name === null ||
    isYamlMap(name) ||
    Array.isArray(name)
  ) {
    diagnostics.push(
      errorOf('ETL1004', `an entry of "${section}" needs a "name"`, {
        at: document.spanOf(item.path),
        hint: 'Write: - name: the_name',
      }),
    );
    return [];
  }
  if (typeof name !== 'string') {
    diagnostics.push(
      errorOf('ETL1004', `the name must be a text, not ${String(name as number | boolean)}`, {
        at: document.spanOf([...item.path, 'name']),
        hint: 'Put the name into quotes.',
      }),
    );
    return [];
  }
  const isSemantic = ['metrics', 'semantic_models', 'saved_queries'].includes(section);
  new KeyCheck(file, diagnostics).entry(section, item.value, item.path);
  const value = renderTree(item.value, item.path, {
    document,
    render,
    wants: (path) => {
      const inner = path.slice(item.path.length);
      // below a unit test the same words are names of columns
      return section === 'unit_tests'
        ? inner[0] !== 'description'
        : !inner.some(
            (step) => LATE.has(String(step)) || (isSemantic && NOT_OURS.has(String(step))),
          );
    },
    diagnostics,
  }) as YamlMap;
  return [
    {
      section,
      packageName,
      name,
      file,
      path: item.path,
      value,
      at: document.spanOf([...item.path, 'name']),
    },
  ];
}

/** Reads one property file. Values are rendered natively, but for what is rendered later. */
export function readProperties(
  file: PropertyDocument,
  packageName: string,
  render: RenderValue,
  diagnostics: Diagnostic[],
): readonly Property[] {
  const { document } = file;
  const { value } = document;
  if (value === null || value === undefined) return [];
  if (!isYamlMap(value)) {
    diagnostics.push(
      errorOf(
        'ETL1004',
        `Contents of file '${file.shownPath}' are not valid. Dictionary expected`,
        {
          at: document.spanOf([]),
          hint: 'Begin with the name of a section, such as "models:", and put the entries below it.',
        },
      ),
    );
    return [];
  }
  new KeyCheck(file, diagnostics).keys(value, 'file', []);
  return PROPERTY_SECTIONS.flatMap((section) =>
    entriesOf(value, section).flatMap(([key, list]) =>
      listAt(list, [key], file, diagnostics).flatMap((item) =>
        readEntry(section, item, file, packageName, render, diagnostics),
      ),
    ),
  );
}
