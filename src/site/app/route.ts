// Where the reader is: all of it in the hash, because a page from the disk has no other address of its own.
import { signal, type ReadonlySignal } from '@preact/signals';

export interface Route {
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

function parse(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const decoded = path
    .split('/')
    .filter((part) => part !== '')
    .map((part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        return part;
      }
    });
  return { path: decoded, query: new URLSearchParams(query) };
}

const current = signal<Route>(parse(location.hash));
export const route: ReadonlySignal<Route> = current;

/** Whether the reader has gone from the page that was opened. */
let moved = false;
export const hasMoved = (): boolean => moved;

export function followAddress(): void {
  addEventListener('hashchange', () => {
    const before = current.value.path.join('/');
    current.value = parse(location.hash);
    // a change of filters is no new page
    if (before === current.value.path.join('/')) return;
    moved = true;
    if (current.value.path[2] !== 'column') scrollTo(0, 0);
  });
}

/** The address of a page: parts of the path, and what follows the question mark. */
export function link(
  path: readonly string[],
  query: Readonly<Record<string, string>> = {},
): string {
  const given = Object.entries(query).filter(([, value]) => value !== '');
  const after = given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
  return `#/${path.map(encodeURIComponent).join('/')}${after}`;
}
export const nodeLink = (id: string): string => link(['node', id]);

/** The address of the picture of a column, or of all columns of a node. */
export const columnLineageLink = (
  id: string,
  column: string | undefined,
  query: Readonly<Record<string, string>> = {},
): string => link(['lineage', 'columns', id, ...(column === undefined ? [] : [column])], query);

export function go(address: string): void {
  location.hash = address;
}
/** Changes the filters of the page; there is nothing to go back to. */
export function setQuery(query: Readonly<Record<string, string>>): void {
  const address = link(current.value.path, query);
  history.replaceState(null, '', address);
  current.value = parse(address);
}
