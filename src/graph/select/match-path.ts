import { globMatch } from './fnmatch.ts';
import type { Matcher } from './method.ts';

/** Matches a node by its file, by the YAML file that describes it, or by a folder above its file; globs allowed. */
export function matchPath(value: string): Matcher {
  const wanted = normalize(value);
  // the project folder itself holds everything
  if (wanted === '' || wanted === '.') return () => true;
  const matches = globMatch(wanted);
  return (node) => {
    const file = normalize(node.original_file_path);
    if (matches(file) || foldersOf(file).some(matches)) return true;
    const patch = 'patch_path' in node ? node.patch_path : null;
    return patch !== null && matches(normalize(patch.replace(/^[^:]*:\/\//, '')));
  };
}

/** The last part of a path. */
export const fileName = (path: string): string => normalize(path).split('/').at(-1) ?? path;

const normalize = (path: string): string =>
  path
    .replaceAll('\\', '/')
    .replace(/^(?:\.\/)+/, '')
    .replace(/\/+$/, '');

function foldersOf(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}
