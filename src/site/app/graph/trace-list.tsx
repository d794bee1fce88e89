import type { JSX } from 'preact';
import type { Trace, TraceEdge } from '../../graph/column-trace.ts';
import type { Picture } from '../../graph/picture.ts';
import type { Spot } from '../../graph/spot.ts';
import { Name, NodeLink } from '../parts/basics.tsx';
import type { Site } from '../site.ts';
import { count, howWord, say } from '../words.ts';

/** Columns of the list that a reader of screens would still walk through. */
const LISTED = 500;

/** What the picture of columns draws, in words: for each column what it is made of, each a link to its own picture. */
export function TraceList({
  site,
  trace,
  picture,
  focus,
  linkOf,
}: {
  readonly site: Site;
  readonly trace: Trace;
  readonly picture: Picture;
  readonly focus: Spot;
  readonly linkOf: (id: string, column: string) => string;
}): JSX.Element {
  const into = new Map<string, TraceEdge[]>();
  for (const edge of trace.edges) {
    const key = `${edge.to} ${edge.toColumn?.toLowerCase() ?? ''}`;
    into.set(key, [...(into.get(key) ?? []), edge]);
  }
  const told = (box: number, column: string): string =>
    (into.get(`${box} ${column.toLowerCase()}`) ?? [])
      .map(
        ({ from, fromColumn, how }) =>
          `${picture.nodes[from]?.name ?? '?'}.${fromColumn} (${howWord(how)})`,
      )
      .join(', ');
  const order = trace.boxes
    .map((box, number) => ({ box, number, at: picture.nodes[number] }))
    .toSorted((a, b) => (a.at?.x ?? 0) - (b.at?.x ?? 0) || (a.at?.y ?? 0) - (b.at?.y ?? 0));
  let left = LISTED;
  const total = trace.boxes.reduce((sum, { columns }) => sum + columns.length, 0);
  return (
    <nav class="graph-list trace-list" aria-label={say('columnLineage')} tabIndex={0}>
      <ol>
        {order.map(({ box, number }) => {
          const columns = box.columns.slice(0, Math.max(0, left));
          left -= columns.length;
          const rows = told(number, '');
          return columns.length === 0 && box.columns.length > 0 ? null : (
            <li key={number}>
              {box.node === undefined ? (
                <code>{box.relation}</code>
              ) : (
                <NodeLink node={site.at(box.node)} />
              )}
              {rows !== '' && <span class="quiet">{say('onlyRows', rows)}</span>}
              <ul>
                {columns.map((column) => (
                  <li key={column}>
                    {box.node === undefined ? (
                      <code>{column}</code>
                    ) : number === focus.node && column === box.columns[focus.row ?? -1] ? (
                      <b aria-current="true">{column}</b>
                    ) : (
                      <a href={linkOf(site.at(box.node).id, column)}>{column}</a>
                    )}
                    {told(number, column) !== '' && (
                      <span class="quiet">
                        {' '}
                        ← <Name text={told(number, column)} />
                      </span>
                    )}
                  </li>
                ))}
              </ul>
            </li>
          );
        })}
      </ol>
      {total > LISTED && <p class="quiet">{say('shown', count(LISTED), count(total))}</p>}
    </nav>
  );
}
