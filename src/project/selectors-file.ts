import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { SelectorEntry } from '../manifest/manifest.ts';
import { joinPath } from './file-system.ts';
import type { FileSystem } from './file-system.ts';
import { errorOf } from './problems.ts';
import { renderTree } from './yaml-render.ts';
import type { RenderValue } from './yaml-render.ts';
import { isYamlMap, parseYaml } from './yaml.ts';
import type { YamlDocument } from './yaml.ts';

const FILE = 'selectors.yml';

/** The selectors that selectors.yml names; nothing when there is no such file. */
export async function readSelectors(
  fs: FileSystem,
  projectDir: string,
  render: RenderValue,
  diagnostics: Diagnostic[],
): Promise<Readonly<Record<string, SelectorEntry>>> {
  const path = joinPath(projectDir, FILE);
  if (!(await fs.exists(path))) return {};
  const parsed = parseYaml(await fs.readText(path), FILE);
  diagnostics.push(...parsed.diagnostics);
  const document = parsed.value;
  if (document === undefined) return {};
  const value = renderTree(document.value, [], {
    document,
    render,
    wants: () => true,
    diagnostics,
  });
  const list = isYamlMap(value) ? value['selectors'] : undefined;
  if (!Array.isArray(list)) {
    diagnostics.push(
      errorOf('ETL1004', `${FILE} needs a list "selectors"`, {
        at: document.spanOf(['selectors']),
        hint: 'Write: selectors: [{name: nightly, definition: "tag:nightly"}]',
      }),
    );
    return {};
  }
  const entries: Record<string, SelectorEntry> = {};
  for (const [i, item] of list.entries()) {
    const entry = entryOf(item, i, document, diagnostics);
    if (entry === undefined) continue;
    const twin = entries[entry.name];
    if (twin !== undefined)
      diagnostics.push(
        errorOf('ETL3005', `two selectors are called "${entry.name}"`, {
          at: entry.place,
          hint: 'Rename one of them.',
          related: [{ message: 'the other one', at: twin.place }],
        }),
      );
    else entries[entry.name] = entry;
  }
  checkDefaults(Object.values(entries), diagnostics);
  return entries;
}

function entryOf(
  item: unknown,
  index: number,
  document: YamlDocument,
  diagnostics: Diagnostic[],
): SelectorEntry | undefined {
  const path = ['selectors', index];
  const name = isYamlMap(item) ? item['name'] : undefined;
  if (!isYamlMap(item) || typeof name !== 'string' || item['definition'] === undefined) {
    diagnostics.push(
      errorOf('ETL1004', 'a selector needs a "name" and a "definition"', {
        at: document.spanOf(path),
        hint: 'Write: - {name: nightly, definition: "tag:nightly"}',
      }),
    );
    return undefined;
  }
  const { description, default: isDefault } = item;
  if (isDefault !== undefined && typeof isDefault !== 'boolean')
    diagnostics.push(
      errorOf('ETL1004', `"default" of the selector "${name}" is neither true nor false`, {
        at: document.spanOf([...path, 'default']),
      }),
    );
  return {
    name,
    description: typeof description === 'string' ? description : '',
    default: isDefault === true,
    definition: item['definition'],
    place: document.spanOf([...path, 'name']),
  };
}

function checkDefaults(entries: readonly SelectorEntry[], diagnostics: Diagnostic[]): void {
  const [first, second] = entries.filter((entry) => entry.default);
  if (first === undefined || second === undefined) return;
  diagnostics.push(
    errorOf('ETL1004', `two selectors are the default: "${first.name}" and "${second.name}"`, {
      at: second.place,
      hint: 'Let one of them be the default.',
      related: [{ message: 'the other one', at: first.place }],
    }),
  );
}
