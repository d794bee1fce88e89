import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { Site, SiteNode } from '../site.ts';
import { bytes, count, say } from '../words.ts';
import { Health, NodeLink, Nothing, Tags, Wide } from './basics.tsx';

/** Rows that a browser shows at once without a pause. */
const FIRST = 200;

/** Nodes as a table with a filter. */
export function NodeTable({
  site,
  nodes,
}: {
  readonly site: Site;
  readonly nodes: readonly SiteNode[];
}): JSX.Element {
  const [text, setText] = useState('');
  const [all, setAll] = useState(false);
  if (nodes.length === 0) return <Nothing />;
  const words = text.toLowerCase().split(/\s+/);
  const wanted = nodes.filter((node) => {
    const hay = `${node.name} ${node.path ?? ''} ${node.about ?? ''} ${(node.tags ?? []).join(' ')}`;
    return words.every((word) => hay.toLowerCase().includes(word));
  });
  const shown = all ? wanted : wanted.slice(0, FIRST);
  const some = (test: (node: SiteNode) => boolean): boolean => nodes.some(test);
  const hasRows = some((n) => n.rows !== undefined);
  const hasBytes = some((n) => n.bytes !== undefined);
  const hasTags = some((n) => (n.tags ?? []).length > 0);
  return (
    <>
      {nodes.length > 10 && (
        <p class="filter">
          <input
            type="search"
            value={text}
            placeholder={say('filter')}
            aria-label={say('filter')}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <span class="quiet" aria-live="polite">
            {say('shown', count(wanted.length), count(nodes.length))}
          </span>
        </p>
      )}
      <Wide label={say('name')}>
        <table class="list">
          <thead>
            <tr>
              <th>{say('status')}</th>
              <th>{say('name')}</th>
              <th>{say('description')}</th>
              {hasRows && <th class="number">{say('rows')}</th>}
              {hasBytes && <th class="number">{say('size')}</th>}
              {hasTags && <th>{say('tags')}</th>}
            </tr>
          </thead>
          <tbody>
            {shown.map((node) => (
              <tr key={node.place}>
                <td>
                  <Health site={site} node={node} />
                </td>
                <td class="name">
                  <NodeLink node={node} />
                </td>
                <td class="about">
                  {node.about}
                  {node.on !== undefined && <NodeLink node={site.at(node.on)} />}
                  {node.column !== undefined && <code> {node.column}</code>}
                </td>
                {hasRows && (
                  <td class="number" data-label={say('rows')}>
                    {node.rows === undefined ? '' : count(node.rows)}
                  </td>
                )}
                {hasBytes && (
                  <td class="number" data-label={say('size')}>
                    {node.bytes === undefined ? '' : bytes(node.bytes)}
                  </td>
                )}
                {hasTags && (
                  <td>
                    <Tags tags={node.tags} />
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
      {shown.length < wanted.length && (
        <button type="button" onClick={() => setAll(true)}>
          {say('more', count(wanted.length))}
        </button>
      )}
    </>
  );
}
