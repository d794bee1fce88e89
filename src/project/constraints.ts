// Constraints of models and columns as property files write them.
import { didYouMean } from '../kernel/did-you-mean.ts';
import { CONSTRAINT_TYPES } from '../manifest/node.ts';
import type { Constraint, ConstraintType, ModelConstraint } from '../manifest/node.ts';
import { textsOf } from './texts.ts';
import { errorOf } from './problems.ts';
import { listAt } from './properties.ts';
import type { PropertyDocument } from './text-files.ts';
import type { World } from './world.ts';
import { isYamlMap } from './yaml.ts';
import type { YamlMap, YamlPath } from './yaml.ts';

const isType = (value: unknown): value is ConstraintType =>
  CONSTRAINT_TYPES.some((type) => type === value);
const textOrNull = (value: unknown): string | null =>
  value === undefined || value === null ? null : String(value as string);

function read(type: ConstraintType, value: YamlMap): Constraint {
  return {
    type,
    name: textOrNull(value['name']),
    expression: textOrNull(value['expression']),
    warn_unenforced: value['warn_unenforced'] !== false,
    warn_unsupported: value['warn_unsupported'] !== false,
    to: textOrNull(value['to']),
    to_columns: textsOf(value['to_columns']),
  };
}

/** The entries below a path that are constraints; one whose type is none is an ETL1031 and is left out. */
function entriesAt(
  world: World,
  value: unknown,
  file: PropertyDocument,
  path: YamlPath,
): readonly { readonly type: ConstraintType; readonly value: YamlMap }[] {
  return listAt(value, path, file, world.diagnostics).flatMap((item) => {
    const type = isYamlMap(item.value) ? item.value['type'] : undefined;
    if (isYamlMap(item.value) && isType(type)) return [{ type, value: item.value }];
    const word = typeof type === 'string' ? type : '';
    world.diagnostics.push(
      errorOf(
        'ETL1031',
        word === '' ? 'a constraint needs a "type"' : `"${word}" is no type of constraint`,
        {
          at: file.document.spanOf(word === '' ? item.path : [...item.path, 'type']),
          hint: didYouMean(word, CONSTRAINT_TYPES) ?? `Types: ${CONSTRAINT_TYPES.join(', ')}.`,
        },
      ),
    );
    return [];
  });
}

/** The constraints of a model. */
export const readConstraints = (
  world: World,
  list: unknown,
  file: PropertyDocument,
  path: YamlPath,
): readonly ModelConstraint[] =>
  entriesAt(world, list, file, path).map(({ type, value }) => ({
    ...read(type, value),
    columns: textsOf(value['columns']),
  }));

/** The constraints of a column. */
export const readColumnConstraints = (
  world: World,
  list: unknown,
  file: PropertyDocument,
  path: YamlPath,
): readonly Constraint[] =>
  entriesAt(world, list, file, path).map(({ type, value }) => read(type, value));
