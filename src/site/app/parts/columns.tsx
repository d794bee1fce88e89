import { useEffect, useRef } from 'preact/hooks';
import type { JSX } from 'preact';
import type { ColumnDetail, NodeDetail } from '../../data/format.ts';
import { columnLineageLink, link, nodeLink } from '../route.ts';
import { statusOf, type Site, type SiteNode } from '../site.ts';
import { count, say } from '../words.ts';
import { Name, StatusBadge, Tags, Wide } from './basics.tsx';
import { ColumnLinks } from './column-links.tsx';
import { Markdown } from './markdown.tsx';
import { Profile } from './profile.tsx';

/** Columns with their types, texts and tests; the chosen one is marked and in sight. */
export function Columns({
  site,
  node,
  columns,
  chosen,
  profiled,
}: {
  readonly site: Site;
  readonly node: SiteNode;
  readonly columns: readonly ColumnDetail[];
  readonly chosen: string | undefined;
  readonly profiled: NodeDetail['profiled'];
}): JSX.Element {
  const row = useRef<HTMLTableRowElement>(null);
  useEffect(() => row.current?.scrollIntoView({ block: 'center' }), [chosen, node.place]);
  const tests = site.tests.get(node.place) ?? [];
  const hasLineage = columns.some((column) => column.from ?? column.into ?? column.unknown);
  return (
    <Wide label={say('columns')}>
      <table class="list columns">
        <thead>
          <tr>
            <th>{say('name')}</th>
            <th>{say('type')}</th>
            <th>{say('description')}</th>
            <th>{say('tests')}</th>
            {hasLineage && <th>{say('lineage')}</th>}
            {profiled !== undefined && <th>{say('profile')}</th>}
          </tr>
        </thead>
        <tbody>
          {columns.map((column) => (
            <tr
              key={column.name}
              ref={column.name === chosen ? row : null}
              class={column.name === chosen ? 'chosen' : ''}
            >
              <td class="name">
                <a href={link(['node', node.id, 'column', column.name])}>
                  <code>
                    <Name text={column.name} />
                  </code>
                </a>
              </td>
              <td>
                {column.type}
                {column.missing === true && <em class="quiet"> {say('missing')}</em>}
                {(column.constraints ?? []).map((constraint) => (
                  <span class="tag">{constraint.replace('_', ' ')}</span>
                ))}
              </td>
              <td class="about">
                {column.description !== undefined && <Markdown text={column.description} />}
                <Tags tags={column.tags} />
              </td>
              <td class="tests">
                {tests
                  .filter((test) => test.column === column.name)
                  .map((test) => (
                    <a href={nodeLink(test.id)}>
                      <StatusBadge status={statusOf(site.results.get(test.place)?.status)} quiet />{' '}
                      {test.kind ?? test.name}
                    </a>
                  ))}
              </td>
              {hasLineage && (
                <td class="lineage">
                  <ColumnLinks
                    site={site}
                    column={column}
                    all={columnLineageLink(node.id, column.name)}
                  />
                  {(column.from ?? column.into) !== undefined && (
                    <a
                      class="quiet"
                      href={columnLineageLink(node.id, column.name)}
                      aria-label={`${say('asGraph')}: ${column.name}`}
                    >
                      {say('asGraph')}
                    </a>
                  )}
                </td>
              )}
              {profiled !== undefined && (
                <td class="profile">
                  {column.profile !== undefined && (
                    <Profile profile={column.profile} rows={profiled.rows} />
                  )}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {profiled !== undefined && <p class="quiet">{say(OF[profiled.of], count(profiled.rows))}</p>}
    </Wide>
  );
}

const OF = { all: 'ofAllRows', sample: 'ofSample', first: 'ofFirstRows' } as const;
