import type { ColumnInfo } from '../manifest/node.ts';
import { renderDescription } from './descriptions.ts';
import { errorOf } from './problems.ts';
import { listAt } from './properties.ts';
import type { PropertyDocument } from './text-files.ts';
import type { World } from './world.ts';
import { isYamlMap } from './yaml.ts';
import type { YamlMap, YamlPath } from './yaml.ts';

/** The texts of a config value that is a text or a list of texts. */
export function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** One column of a property file with its tests left out. */
export interface ColumnEntry {
  readonly name: string;
  readonly value: YamlMap;
  readonly path: YamlPath;
  readonly info: ColumnInfo;
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
  const { data_type: type, quote, constraints } = value;
  return {
    name,
    description: renderDescription(world, packageName, value['description'], file, [
      ...path,
      'description',
    ]),
    data_type: type === null || type === undefined ? null : String(type as string),
    quote: typeof quote === 'boolean' ? quote : null,
    meta,
    tags: [...new Set([...textsOf(value['tags']), ...textsOf(config['tags'])])],
    constraints: Array.isArray(constraints) ? constraints.filter(isYamlMap) : [],
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
  return listAt(value, path, file, world.diagnostics).flatMap((item) => {
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
