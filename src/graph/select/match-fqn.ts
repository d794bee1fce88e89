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

  const lastTwo = wanted.slice(-2).join('_');
  const matches = (fqn: readonly string[], isVersioned: boolean): boolean => {
    // of a version the name is the last part but one, and `m.v1` and `m_v1` both mean it
    if (isVersioned) {
      const own = fqn.slice(-2).join('_');
      if (fqn.at(-2) === value || own === lastTwo || own === value) return true;
    } else if (fqn.at(-1) === value) return true;
    // dots inside a name count as separators too
    const parts = fqn.flatMap((part) => part.split('.'));
    return (
      parts.length >= wanted.length &&
      literal.every((part, i) => part === parts[i]) &&
      (rest === undefined || rest(parts.slice(literal.length).join('.')))
    );
  };
  // sources have a method of their own
  return (node) => {
    if (node.resource_type === 'source') return false;
    const isVersioned = node.resource_type === 'model' && node.version !== null;
    return matches(node.fqn, isVersioned) || matches(node.fqn.slice(1), isVersioned);
  };
}
