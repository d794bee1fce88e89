import { fail } from './faults.ts';
import type { Frame } from './frame.ts';
import { Namespace } from './globals.ts';
import type { Target } from './nodes.ts';
import { iterate } from './py/sequence.ts';
import type { Value } from './py/values.ts';

/** Assigns a value in a scope. */
export type Assign = (frame: Frame, value: Value) => void;

function assignTuple(targets: readonly Assign[]): Assign {
  return (frame, value) => {
    const items = iterate(value);
    if (items.length < targets.length) {
      fail(
        `not enough values to unpack (expected ${targets.length}, got ${items.length})`,
        'ValueError',
      );
    }
    if (items.length > targets.length) {
      fail(`too many values to unpack (expected ${targets.length})`, 'ValueError');
    }
    targets.forEach((assign, i) => assign(frame, items[i]));
  };
}

/** What assigns to a name, an attribute of a namespace, or a tuple of targets. */
export function compileTarget(node: Target): Assign {
  switch (node.typename) {
    case 'TargetTuple':
      return assignTuple(node.targets.map(compileTarget));
    case 'NamespaceTarget': {
      const { name, attribute } = node;
      return (frame, value) => {
        const namespace = frame.get(name);
        if (!(namespace instanceof Namespace)) {
          return fail('cannot assign attribute on non-namespace object');
        }
        namespace.pySet(attribute, value);
      };
    }
    default: {
      const name = node.value;
      return (frame, value) => {
        frame.vars[name] = value;
      };
    }
  }
}
