import { useMemo } from 'preact/hooks';
import type { JSX } from 'preact';
import { isDrawn } from '../../data/drawn.ts';
import { pictureOf, type Picture } from '../../graph/picture.ts';
import { NodeLink } from '../parts/basics.tsx';
import { go, nodeLink } from '../route.ts';
import { healthOf, type Site } from '../site.ts';
import { count, say } from '../words.ts';
import type { Spot } from '../../graph/spot.ts';
import { GraphCanvas } from './canvas.tsx';

/** Entries of the list that a reader of screens would still walk through. */
const LISTED = 500;

/** Nodes as a graph, and beside it as a list that says the same. */
export function Graph({
  site,
  places,
  focus,
  fileName,
}: {
  readonly site: Site;
  readonly places: ReadonlySet<number>;
  readonly focus?: number | undefined;
  readonly fileName: string;
}): JSX.Element {
  const key = [...places].join(' ');
  const picture = useMemo(() => pictureOfNodes(site, places), [site, key]);
  const number = picture.nodes.findIndex(({ place }) => place === focus);
  const open = ({ node }: Spot): void => {
    const id = picture.nodes[node]?.id;
    if (id !== undefined) go(nodeLink(id));
  };
  return (
    <div class="graph-and-list">
      <GraphCanvas
        picture={picture}
        focus={number === -1 ? undefined : { node: number }}
        fileName={fileName}
        open={open}
      />
      <GraphList site={site} picture={picture} focus={focus} />
    </div>
  );
}

function pictureOfNodes(site: Site, places: ReadonlySet<number>): Picture {
  const drawn = site.nodes.filter(({ type }) => isDrawn(type));
  const nodes = drawn.filter(({ place }) => places.has(place));
  return pictureOf(
    nodes.map((node) => ({
      ...node,
      group: node.layer ?? node.type,
      status: healthOf(site, node),
    })),
    (place) => site.children[place] ?? [],
    { keepPlaces: nodes.length === drawn.length },
  );
}

/** Column by column, from what is read to what reads it. */
function GraphList({
  site,
  picture,
  focus,
}: {
  readonly site: Site;
  readonly picture: Picture;
  readonly focus: number | undefined;
}): JSX.Element {
  const ordered = picture.nodes.toSorted((a, b) => a.x - b.x || a.y - b.y);
  return (
    <nav class="graph-list" aria-label={say('lineage')} tabIndex={0}>
      <ol>
        {ordered.slice(0, LISTED).map(({ place, x }) => (
          <li key={place} class={`step-${Math.min(6, Math.round(x / 260))}`}>
            {place === focus ? (
              <b aria-current="true">{site.at(place).name}</b>
            ) : (
              <NodeLink node={site.at(place)} />
            )}
          </li>
        ))}
      </ol>
      {ordered.length > LISTED && (
        <p class="quiet">{say('shown', count(LISTED), count(ordered.length))}</p>
      )}
    </nav>
  );
}
