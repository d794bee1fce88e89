import { useEffect, useMemo, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { Graph } from '../graph/graph.tsx';
import { NodeTable } from '../parts/node-table.tsx';
import { resultLink } from '../parts/search-box.tsx';
import { fetchTexts, searchOf } from '../parts/search-index.ts';
import { KindBadge, Nothing, Section, Title } from '../parts/basics.tsx';
import { link, route, setQuery } from '../route.ts';
import type { Site } from '../site.ts';
import { count, kindName, say } from '../words.ts';

/** Nodes of one kind. */
export const List = ({
  site,
  kind,
}: {
  readonly site: Site;
  readonly kind: string;
}): JSX.Element => (
  <>
    <Title>{kindName(kind, true)}</Title>
    <NodeTable key={kind} site={site} nodes={site.ofType(kind)} />
  </>
);

/** One layer with its own graph. */
export function Layer({
  site,
  layer,
}: {
  readonly site: Site;
  readonly layer: string;
}): JSX.Element {
  const nodes = site.nodes.filter((node) => node.layer === layer);
  const places = new Set(nodes.map(({ place }) => place));
  return (
    <>
      <Title>{layer}</Title>
      <NodeTable key={layer} site={site} nodes={nodes} />
      {nodes.length > 0 && (
        <Section title={say('lineage')}>
          <Graph site={site} places={places} fileName={layer} />
        </Section>
      )}
    </>
  );
}

const SHOWN = 300;

/** Every column name and where it stands. */
export function Glossary({ site }: { readonly site: Site }): JSX.Element {
  const names = useMemo(() => {
    const found = new Map<string, number[]>();
    for (const node of site.nodes)
      for (const column of node.columns ?? []) {
        const places = found.get(column);
        if (places === undefined) found.set(column, [node.place]);
        else places.push(node.place);
      }
    return [...found].sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1));
  }, [site]);
  const text = route.value.query.get('q') ?? '';
  const wanted = names.filter(([name]) => name.toLowerCase().includes(text.toLowerCase()));
  return (
    <>
      <Title>{say('glossary')}</Title>
      <p class="filter">
        <input
          type="search"
          value={text}
          placeholder={say('filter')}
          aria-label={say('filter')}
          onInput={(event) => setQuery({ q: event.currentTarget.value })}
        />
        <span class="quiet" aria-live="polite">
          {say('shown', count(Math.min(SHOWN, wanted.length)), count(names.length))}
        </span>
      </p>
      {wanted.length === 0 && <Nothing />}
      <dl class="glossary">
        {wanted.slice(0, SHOWN).map(([name, places]) => (
          <div key={name}>
            <dt>
              <code>{name}</code> <span class="quiet">{say('inSoMany', count(places.length))}</span>
            </dt>
            <dd>
              {places.map((place) => (
                <a href={link(['node', site.at(place).id, 'column', name])}>
                  {site.at(place).name}
                </a>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

/** All that the search finds. */
export function SearchPage({ site }: { readonly site: Site }): JSX.Element {
  const [, setLoaded] = useState(false);
  const query = route.value.query.get('q') ?? '';
  useEffect(() => void fetchTexts(site).then(() => setLoaded(true)), [site]);
  const results = searchOf(site).find(query);
  return (
    <>
      <Title>
        {say('search')}: {query}
      </Title>
      <p class="quiet" aria-live="polite">
        {say('searchResults', count(results.length))}
      </p>
      <ol class="results">
        {results.map((result) => {
          const node = site.at(result.node);
          return (
            <li key={result.node}>
              <KindBadge node={node} /> <a href={resultLink(site, result)}>{node.name}</a>
              {result.column !== undefined && <code> {result.column}</code>}
              <div class="quiet">{node.about}</div>
            </li>
          );
        })}
      </ol>
    </>
  );
}
