// `--add-package`: one more entry in the file of packages, with everything else in it as it was.
import { parseDocument, YAMLSeq, type YAMLMap } from 'yaml';

/** The kinds of packages that --source names. */
export const PACKAGES = ['hub', 'git', 'local'] as const;

/** What --add-package and --source ask for. */
export interface NewPackage {
  readonly name: string;
  readonly version: string | undefined;
  readonly source: (typeof PACKAGES)[number];
}

/** Reads `name@version`; a URL with a user in it has an "@" of its own. */
export function readNewPackage(text: string, source: NewPackage['source']): NewPackage {
  const at = text.lastIndexOf('@');
  const isVersion = at > 0 && !/[/:]/.test(text.slice(at + 1));
  return isVersion
    ? { name: text.slice(0, at), version: text.slice(at + 1) || undefined, source }
    : { name: text, version: undefined, source };
}

/** The ways in which one package may be spelled: with its organisation or without, with dashes or underscores. */
function spellings(name: string): readonly string[] {
  const short = name.split('/').at(-1) ?? name;
  return [name, short].flatMap((n) => [n, n.replaceAll('_', '-'), n.replaceAll('-', '_')]);
}

/** True where an entry names the package, also from another source: dbt takes such an entry out. */
function isSamePackage(identifier: string, name: string): boolean {
  return spellings(name).some((spelling) => {
    const start = identifier.indexOf(spelling);
    if (start < 0) return false;
    const end = start + spelling.length;
    const before = start === 0 || '/.'.includes(identifier[start - 1] ?? '');
    return before && (end === identifier.length || '/.'.includes(identifier[end] ?? ''));
  });
}

/** The text of the file with the package in it, and the entries that it takes the place of. */
export function withPackage(
  text: string,
  added: NewPackage,
): { readonly text: string; readonly removed: readonly string[] } {
  const document = parseDocument(text);
  const found = document.get('packages');
  const list = found instanceof YAMLSeq ? found : new YAMLSeq();
  list.flow = false;
  const removed: string[] = [];
  list.items = list.items.filter((item) => {
    const entry = (item as YAMLMap).toJSON() as Readonly<Record<string, unknown>> | null;
    const identifier = ['package', 'git', 'local', 'tarball', 'private']
      .map((key) => entry?.[key])
      .find((value) => typeof value === 'string');
    const isSame = typeof identifier === 'string' && isSamePackage(identifier, added.name);
    if (isSame) removed.push(identifier);
    return !isSame;
  });
  const { name, version, source } = added;
  const versions = version?.includes(',') === true ? version.split(',') : version;
  list.add(
    document.createNode({
      [source === 'hub' ? 'package' : source]: name,
      ...(versions === undefined ? {} : { [source === 'git' ? 'revision' : 'version']: versions }),
    }),
  );
  document.set('packages', list);
  return { text: document.toString({ lineWidth: 0 }), removed };
}
