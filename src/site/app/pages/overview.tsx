import type { JSX } from 'preact';
import { Markdown } from '../parts/markdown.tsx';
import { layersOf, NodeLink, Section, StatusBadge, Title, Wide } from '../parts/basics.tsx';
import { link } from '../route.ts';
import { statusOf, type Site, type SiteNode } from '../site.ts';
import { bytes, count, counted, duration, engineName, kindName, moment, say } from '../words.ts';
import { Freshness, LaterRun, Problems } from './runs.tsx';

export function Overview({ site }: { readonly site: Site }): JSX.Element {
  const { index, runs } = site;
  return (
    <>
      <Title>{index.project}</Title>
      <div class="cards">
        {layersOf(site).map((layer) => (
          <LayerCard key={layer} site={site} layer={layer} />
        ))}
        <RunCard site={site} />
        <CountsCard site={site} />
        {runs.changed !== undefined && (
          <a class="card" href={link(['changes'])}>
            <h2>{say('changes')}</h2>
            <p class="big">{count(runs.changed.count)}</p>
            <p class="quiet">
              {say('changedSince', moment(runs.changed.at), moment(runs.changed.since))}
            </p>
          </a>
        )}
      </div>
      <LaterRun site={site} />
      {index.overview !== undefined && <Markdown text={index.overview} />}
      {runs.run !== undefined && (
        <Section title={say('problems')}>
          <Problems site={site} />
        </Section>
      )}
      {runs.freshness.length > 0 && (
        <Section title={say('freshness')}>
          <Freshness site={site} />
        </Section>
      )}
      <Largest site={site} />
    </>
  );
}

function LayerCard({ site, layer }: { readonly site: Site; readonly layer: string }): JSX.Element {
  const nodes = site.nodes.filter((node) => node.layer === layer);
  const sum = (of: (node: SiteNode) => number | undefined): number =>
    nodes.reduce((total, node) => total + (of(node) ?? 0), 0);
  const [rows, size] = [sum((n) => n.rows), sum((n) => n.bytes)];
  const share = (test: (node: SiteNode) => boolean): string =>
    `${Math.round((100 * nodes.filter(test).length) / Math.max(1, nodes.length))}\u00a0%`;
  return (
    <a class={`card layer-card kind-${layer}`} href={link(['layer', layer])}>
      <h2>{layer}</h2>
      <p class="big">
        {count(nodes.length)} <small>{kindName('model', nodes.length !== 1)}</small>
      </p>
      <p class="quiet">
        {rows > 0 && `${count(rows)} ${say('rows').toLowerCase()} · `}
        {size > 0 && `${bytes(size)} · `}
        {say('described')} {share((n) => n.about !== undefined)} · {say('tested')}{' '}
        {share((n) => site.tests.has(n.place))}
      </p>
    </a>
  );
}

function RunCard({ site }: { readonly site: Site }): JSX.Element {
  const { run } = site.runs;
  if (run === undefined)
    return (
      <div class="card">
        <h2>{say('lastRun')}</h2>
        <p class="quiet">{say('noRun')}</p>
      </div>
    );
  const statuses = run.results.map((result) => statusOf(result.status));
  return (
    <a class="card" href={link(['runs'])}>
      <h2>{say('lastRun')}</h2>
      <p class="big">
        {(['error', 'warn', 'success', 'skipped'] as const).map((status) => {
          const number = statuses.filter((s) => s === status).length;
          return number === 0 ? null : (
            <span class="counted">
              <StatusBadge status={status} quiet /> {count(number)}
            </span>
          );
        })}
      </p>
      <p class="quiet">
        {run.command} · {duration(run.elapsed)} · {moment(run.finishedAt)}
      </p>
    </a>
  );
}

const CountsCard = ({ site }: { readonly site: Site }): JSX.Element => (
  <div class="card">
    <h2>{engineName(site.index.engine)}</h2>
    <ul class="counts">
      {['model', 'source', 'seed', 'snapshot', 'test', 'exposure']
        .map((kind) => ({ kind, number: site.ofType(kind).length }))
        .filter(({ number }) => number > 0)
        .map(({ kind, number }) => (
          <li>
            <a href={link(['list', kind])}>{counted(number, kind)}</a>
          </li>
        ))}
    </ul>
  </div>
);

function Largest({ site }: { readonly site: Site }): JSX.Element | null {
  const nodes = site.nodes
    .filter((node) => (node.bytes ?? node.rows ?? 0) > 0)
    .toSorted((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0) || (b.rows ?? 0) - (a.rows ?? 0))
    .slice(0, 10);
  if (nodes.length === 0) return null;
  return (
    <Section title={say('largest')}>
      <Wide label={say('largest')}>
        <table class="list">
          <thead>
            <tr>
              <th>{say('name')}</th>
              <th class="number">{say('rows')}</th>
              <th class="number">{say('size')}</th>
            </tr>
          </thead>
          <tbody>
            {nodes.map((node) => (
              <tr>
                <td class="name">
                  <NodeLink node={node} />
                </td>
                <td class="number" data-label={say('rows')}>
                  {node.rows === undefined ? '' : count(node.rows)}
                </td>
                <td class="number" data-label={say('size')}>
                  {node.bytes === undefined ? '' : bytes(node.bytes)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </Section>
  );
}
