import { fnmatch, isPattern } from './fnmatch.ts';
import type { Matcher } from './method.ts';

/**
 * Matches a node by its qualified name: the name itself, or a dotted prefix of package, folders and name, with or without the
 * package. From the first part with a wildcard on, the rest is one pattern.
 */
export function matchFqn(value: string): Matcher {
  const wanted = value.split('.');
  const firstPattern = wanted.findIndex(isPattern);
  const literal = firstPattern < 0 ? wanted : wanted.slice(0, firstPattern);
  const rest = firstPattern < 0 ? undefined : fnmatch(wanted.slice(firstPattern).join('.'));

  const matches = (fqn: readonly string[]): boolean => {
    if (fqn.at(-1) === value) return true;
    // dots inside a name count as separators too
    const parts = fqn.flatMap((part) => part.split('.'));
    return (
      parts.length >= wanted.length &&
      literal.every((part, i) => part === parts[i]) &&
      (rest === undefined || rest(parts.slice(literal.length).join('.')))
    );
  };
  // sources have a method of their own
  return (node) =>
    node.resource_type !== 'source' && (matches(node.fqn) || matches(node.fqn.slice(1)));
}
