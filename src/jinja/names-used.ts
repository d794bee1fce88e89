/** The names read anywhere below a part of a syntax tree: tells whether a macro uses varargs, kwargs or caller. */
export function namesUsed(part: unknown, names: Set<string> = new Set()): ReadonlySet<string> {
  if (typeof part !== 'object' || part === null) return names;
  if (Array.isArray(part)) {
    for (const child of part) namesUsed(child, names);
    return names;
  }
  const node = part as { readonly typename?: string; readonly value?: unknown };
  if (node.typename === 'Symbol' && typeof node.value === 'string') names.add(node.value);
  else for (const child of Object.values(part)) namesUsed(child, names);
  return names;
}
