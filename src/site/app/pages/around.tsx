import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { reachable } from '../../graph/picture.ts';
import { isDrawn } from '../../data/drawn.ts';
import { Graph } from '../graph/graph.tsx';
import { columnLineageLink, link } from '../route.ts';
import type { Site, SiteNode } from '../site.ts';
import { say } from '../words.ts';
import { Steps, stepsOf } from './lineage.tsx';

/** The nearest of a node: one step up and one down, more when asked for. */
export function Around({
  site,
  node,
  hasColumns,
}: {
  readonly site: Site;
  readonly node: SiteNode;
  /** whether anything is known of where its columns come from or go to */
  readonly hasColumns: boolean;
}): JSX.Element {
  const [up, setUp] = useState('1');
  const [down, setDown] = useState('1');
  const places = new Set(
    [
      ...reachable([node.place], (place) => site.parents[place] ?? [], stepsOf(up)),
      ...reachable([node.place], (place) => site.children[place] ?? [], stepsOf(down)),
    ].filter((place) => isDrawn(site.at(place).type)),
  );
  return (
    <>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <Steps name="up" label={say('up')} value={up} set={setUp} />
        <Steps name="down" label={say('down')} value={down} set={setDown} />
        <a href={link(['lineage'], { focus: node.id, up, down })}>{say('openLineage')}</a>
        {hasColumns && <a href={columnLineageLink(node.id, undefined)}>{say('columnLineage')}</a>}
      </form>
      <Graph site={site} places={places} focus={node.place} fileName={node.name} />
    </>
  );
}
