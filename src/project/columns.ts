import type { Span } from '../kernel/diagnostic.ts';
import type { ColumnInfo } from '../manifest/node.ts';
import { readColumnConstraints } from './constraints.ts';
import { readDescription } from './descriptions.ts';
import { errorOf } from './problems.ts';
import { listAt } from './properties.ts';
import type { Property } from './properties.ts';
import type { PropertyDocument } from './text-files.ts';
import { textsOf } from './texts.ts';
import type { World } from './world.ts';
import { isYamlMap } from './yaml.ts';
import type { YamlMap, YamlPath } from './yaml.ts';

/** One column of a property file with its tests left out. */
export interface ColumnEntry {
  readonly name: string;
  readonly value: YamlMap;
  readonly path: YamlPath;
  readonly info: ColumnInfo;
}

/** What only an engine understands of a column: its codec and its TTL. */
function storageOf({ codec, ttl }: YamlMap): Pick<ColumnInfo, 'codec' | 'ttl'> {
  const isText = (value: unknown): value is string =>
    typeof value === 'string' && value.trim() !== '';
  return { ...(isText(codec) ? { codec } : {}), ...(isText(ttl) ? { ttl } : {}) };
}

function infoOf(
  world: World,
  packageName: string,
  name: string,
  value: YamlMap,
  file: PropertyDocument,
  path: YamlPath,
): ColumnInfo {
  const config = isYamlMap(value['config']) ? value['config'] : {};
  const meta = {
    ...(isYamlMap(value['meta']) ? value['meta'] : {}),
    ...(isYamlMap(config['meta']) ? config['meta'] : {}),
  };
  const { data_type: type, quote } = value;
  const described = readDescription(world, packageName, value['description'], file, [
    ...path,
    'description',
  ]);
  return {
    name,
    description: described.text,
    data_type: type === null || type === undefined ? null : String(type as string),
    quote: typeof quote === 'boolean' ? quote : null,
    meta,
    tags: [...new Set([...textsOf(value['tags']), ...textsOf(config['tags'])])],
    constraints: readColumnConstraints(world, value['constraints'], file, [...path, 'constraints']),
    doc_blocks: described.docBlocks,
    ...storageOf(value),
  };
}

/** The columns below a path of a property file. */
export function readColumns(
  world: World,
  packageName: string,
  value: unknown,
  file: PropertyDocument,
  path: YamlPath,
): readonly ColumnEntry[] {
  return columnsAt(world, packageName, listAt(value, path, file, world.diagnostics), file);
}

function columnsAt(
  world: World,
  packageName: string,
  items: readonly Item[],
  file: PropertyDocument,
): readonly ColumnEntry[] {
  return items.flatMap((item) => {
    const name = isYamlMap(item.value) ? item.value['name'] : undefined;
    if (!isYamlMap(item.value) || name === undefined || name === null) {
      world.diagnostics.push(
        errorOf('ETL1004', 'a column needs a "name"', {
          at: file.document.spanOf(item.path),
          hint: 'Write: - name: the_column',
        }),
      );
      return [];
    }
    const text = String(name as string);
    return [
      {
        name: text,
        value: item.value,
        path: item.path,
        info: infoOf(world, packageName, text, item.value, file, item.path),
      },
    ];
  });
}

/** `- include: all` and `- exclude: [a]` among the columns of a version: which of the model's it has. */
function inherited(
  world: World,
  patch: Property,
  items: readonly Item[],
): (name: string) => boolean {
  const rules = items.filter(({ value }) => isRule(value));
  const [rule, second] = rules;
  const at = (path: YamlPath): Span => patch.file.document.spanOf(path);
  if (second !== undefined)
    world.diagnostics.push(
      errorOf('ETL1030', `a version of "${patch.name}" has two entries with include or exclude`, {
        at: at(second.path),
        hint: 'Join them into one.',
      }),
    );
  const value = rule !== undefined && isYamlMap(rule.value) ? rule.value : {};
  const { include = 'all' } = value;
  const excluded = new Set(textsOf(value['exclude']));
  const isAll = include === 'all' || include === '*';
  if (rule !== undefined && !isAll && (!Array.isArray(include) || excluded.size > 0))
    world.diagnostics.push(
      errorOf(
        'ETL1030',
        Array.isArray(include)
          ? 'exclude goes with include: all only'
          : '"include" must be all or a list of columns',
        { at: at(rule.path), hint: 'Write include: all with exclude: [a], or include: [a, b].' },
      ),
    );
  const included = new Set(textsOf(include));
  return (name) => (isAll || included.has(name)) && !excluded.has(name);
}

type Item = ReturnType<typeof listAt>[number];
const isRule = (value: unknown): boolean =>
  isYamlMap(value) && (value['include'] !== undefined || value['exclude'] !== undefined);

/** The columns that an entry gives its node: a version has those of its model that it includes, then its own. */
export function patchColumns(world: World, patch: Property): readonly ColumnEntry[] {
  const { packageName, file, version } = patch;
  const own = readColumns(world, packageName, patch.value['columns'], file, [
    ...patch.path,
    'columns',
  ]);
  if (version === undefined) return own;
  const path = [...version.path, 'columns'];
  const items = listAt(version.value['columns'], path, file, world.diagnostics);
  const includes = inherited(world, patch, items);
  const more = items
    .filter(({ value }) => !isRule(value))
    .flatMap((item) => columnsAt(world, packageName, [item], file));
  return [...own.filter(({ name }) => includes(name)), ...more];
}
