import { useEffect, useMemo, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import {
  traceColumns,
  tracePicture,
  type BoxLook,
  type Trace,
  type TraceBox,
} from '../../graph/column-trace.ts';
import type { Spot } from '../../graph/spot.ts';
import { GraphCanvas } from '../graph/canvas.tsx';
import { TraceList } from '../graph/trace-list.tsx';
import { KindBadge, NodeLink, Title } from '../parts/basics.tsx';
import { columnLineageLink, go, nodeLink, route, setQuery } from '../route.ts';
import { healthOf, type Site, type SiteNode } from '../site.ts';
import { count, say } from '../words.ts';
import { Steps, stepsOf } from './lineage.tsx';

/** The columns of a model and where their values come from and go to, as a graph and as a list; all of it stands in the address. */
export function ColumnLineage({ site }: { readonly site: Site }): JSX.Element {
  const { path } = route.value;
  const node = site.byId(path[2] ?? '');
  if (node === undefined) return <Title>{say('noSuchPage')}</Title>;
  return <OfNode site={site} node={node} column={path[3]} />;
}

const many = (text: string | undefined, otherwise: number): number =>
  (text ?? '') === '' ? otherwise : stepsOf(text ?? '');

function OfNode({
  site,
  node,
  column,
}: {
  readonly site: Site;
  readonly node: SiteNode;
  readonly column: string | undefined;
}): JSX.Element {
  const { query } = route.value;
  // one column is followed to both ends of the project, as far as most go; of all columns only the next are shown
  const usual = column === undefined ? 1 : 9;
  const up = many(query.get('up') ?? undefined, usual);
  const down = many(query.get('down') ?? undefined, usual);
  const rows = query.get('rows') === '1';
  const wanted = {
    up: query.get('up') ?? '',
    down: query.get('down') ?? '',
    rows: rows ? '1' : '',
  };
  const set = (key: keyof typeof wanted) => (value: string) =>
    setQuery({ ...wanted, [key]: value });
  const key = JSON.stringify([node.place, column, up, down, rows]);
  const [found, setFound] = useState<{ readonly key: string; readonly trace?: Trace }>();
  useEffect(() => {
    let isWanted = true;
    const arrived = (trace?: Trace): void => {
      if (isWanted) setFound(trace === undefined ? { key } : { key, trace });
    };
    traceColumns({ node: node.place, column, up, down, rows }, (place) => site.detail(place)).then(
      arrived,
      () => arrived(),
    );
    return () => {
      isWanted = false;
    };
  }, [site, key]);
  const keep = rows ? { rows: '1' } : undefined;
  return (
    <>
      <p class="above">
        <KindBadge node={node} />
        <NodeLink node={node} />
        {column !== undefined && (
          <a href={columnLineageLink(node.id, undefined, keep)}>{say('allColumns')}</a>
        )}
      </p>
      <Title>{`${say('columnLineage')}: ${node.name}${column === undefined ? '' : `.${column}`}`}</Title>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <Steps name="up" label={say('up')} value={String(up)} set={set('up')} />
        <Steps name="down" label={say('down')} value={String(down)} set={set('down')} />
        <fieldset class="check">
          <label>
            <input
              type="checkbox"
              name="rows"
              checked={rows}
              onChange={(event) => set('rows')(event.currentTarget.checked ? '1' : '')}
            />
            {say('withRows')} (- - -)
          </label>
        </fieldset>
      </form>
      {found?.key !== key ? (
        <p class="quiet" role="status">
          {say('loading')}
        </p>
      ) : found.trace === undefined ? (
        <p class="quiet">{say('cannotLoad')}</p>
      ) : (
        <Picture site={site} node={node} column={column} trace={found.trace} keep={keep} />
      )}
    </>
  );
}

function Picture({
  site,
  node,
  column,
  trace,
  keep,
}: {
  readonly site: Site;
  readonly node: SiteNode;
  readonly column: string | undefined;
  readonly trace: Trace;
  readonly keep: Readonly<Record<string, string>> | undefined;
}): JSX.Element {
  const picture = useMemo(() => tracePicture(trace, (box) => lookOf(site, box)), [site, trace]);
  const start = trace.boxes.findIndex((box) => box.node === node.place);
  const row = trace.boxes[start]?.columns.findIndex(
    (name) => name.toLowerCase() === column?.toLowerCase(),
  );
  const focus = {
    node: start,
    row: column === undefined || row === -1 ? undefined : row,
  };
  const open = (spot: Spot): void => {
    const box = trace.boxes[spot.node];
    if (box?.node === undefined) return;
    const { id } = site.at(box.node);
    if (spot.row === undefined) go(nodeLink(id));
    else go(columnLineageLink(id, box.columns[spot.row], keep));
  };
  const columns = trace.boxes.reduce((sum, box) => sum + box.columns.length, 0);
  return (
    <>
      {trace.edges.length === 0 && <p class="quiet">{say('noColumnLineage')}</p>}
      {trace.isCut && <p class="problem">{say('traceCut', count(columns))}</p>}
      <div class="graph-and-list">
        <GraphCanvas
          picture={picture}
          focus={focus}
          fileName={[node.name, column, 'columns'].filter(Boolean).join('-')}
          open={open}
          told={say('columnsInGraph', count(columns), count(trace.boxes.length))}
        />
        <TraceList
          site={site}
          trace={trace}
          picture={picture}
          focus={focus}
          linkOf={(id, name) => columnLineageLink(id, name, keep)}
        />
      </div>
    </>
  );
}

function lookOf(site: Site, box: TraceBox): BoxLook {
  if (box.node === undefined)
    return { id: '', name: box.relation, group: 'source', status: 'none' };
  const node = site.at(box.node);
  return {
    id: node.id,
    name: node.name,
    group: node.layer ?? node.type,
    status: healthOf(site, node),
  };
}
