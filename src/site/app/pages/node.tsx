import { useEffect, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { NodeDetail } from '../../data/format.ts';
import { isDrawn } from '../../data/drawn.ts';
import { safeAddress } from '../../text/address.ts';
import { Columns } from '../parts/columns.tsx';
import { Markdown } from '../parts/markdown.tsx';
import { Past } from '../parts/past.tsx';
import { Copy, Sql } from '../parts/sql.tsx';
import {
  Facts,
  KindBadge,
  Name,
  NodeLink,
  Section,
  StatusBadge,
  Tags,
  Title,
  Wide,
} from '../parts/basics.tsx';
import { link, route } from '../route.ts';
import { healthOf, statusOf, type Site, type SiteNode } from '../site.ts';
import { bytes, count, duration, kindName, moment, say } from '../words.ts';
import { Around } from './around.tsx';

/** Kinds that are run: of the others there is no word that they were not. */
const RUN: ReadonlySet<string> = new Set(['model', 'seed', 'snapshot', 'test', 'unit_test']);

/** The page of one node of any kind. */
export function NodePage({
  site,
  node,
}: {
  readonly site: Site;
  readonly node: SiteNode;
}): JSX.Element {
  const [loaded, setLoaded] = useState<{ readonly place: number; readonly detail?: NodeDetail }>();
  useEffect(() => {
    site.detail(node.place).then(
      (detail) => setLoaded({ place: node.place, detail }),
      () => setLoaded({ place: node.place }),
    );
  }, [site, node]);
  const detail = loaded?.place === node.place ? loaded.detail : undefined;
  const status = healthOf(site, node);
  return (
    <>
      <p class="above">
        <KindBadge node={node} />
        {node.layer !== undefined && <a href={link(['layer', node.layer])}>{node.layer}</a>}
        {(status !== 'none' || RUN.has(node.type)) && <StatusBadge status={status} />}
        <Tags tags={node.tags} />
      </p>
      <Title>{node.name}</Title>
      {detail === undefined ? (
        <p class="quiet" role="status">
          {loaded?.place === node.place ? say('cannotLoad') : say('loading')}
        </p>
      ) : (
        <Detail site={site} node={node} detail={detail} />
      )}
    </>
  );
}

function Detail({
  site,
  node,
  detail,
}: {
  readonly site: Site;
  readonly node: SiteNode;
  readonly detail: NodeDetail;
}): JSX.Element {
  const column = route.value.path[2] === 'column' ? route.value.path[3] : undefined;
  const { columns = [], meta = {} } = detail;
  return (
    <>
      {detail.description !== undefined && <Markdown text={detail.description} />}
      <NodeFacts site={site} node={node} detail={detail} />
      {columns.length > 0 && (
        <Section title={`${say('columns')} (${count(columns.length)})`} id="columns">
          <Columns
            site={site}
            node={node}
            columns={columns}
            chosen={column}
            profiled={detail.profiled}
          />
        </Section>
      )}
      <NodeTests site={site} node={node} />
      <Past key={node.id} site={site} node={node} />
      {isDrawn(node.type) && (
        <Section title={say('lineage')} id="lineage">
          <Around
            key={node.place}
            site={site}
            node={node}
            hasColumns={columns.some((one) => (one.from ?? one.into) !== undefined)}
          />
        </Section>
      )}
      <Neighbours site={site} node={node} detail={detail} />
      <Code detail={detail} />
      {Object.keys(meta).length > 0 && (
        <Section title={say('meta')}>
          <Sql text={JSON.stringify(meta, null, 2)} />
        </Section>
      )}
    </>
  );
}

function NodeFacts({
  site,
  node,
  detail,
}: {
  readonly site: Site;
  readonly node: SiteNode;
  readonly detail: NodeDetail;
}): JSX.Element {
  const result = site.results.get(node.place);
  const fresh = site.freshness.get(node.place);
  const address = safeAddress(detail.url ?? '');
  const on = node.on === undefined ? undefined : site.at(node.on);
  return (
    <>
      <Facts
        facts={[
          ['on', on === undefined ? undefined : <NodeLink node={on} />],
          ['column', node.column],
          [
            'relation',
            detail.relation === undefined ? undefined : (
              <>
                <code>
                  <Name text={detail.relation} />
                </code>{' '}
                <Copy text={detail.relation} />
              </>
            ),
          ],
          ['relationKind', [detail.relationKind, detail.owner].filter(Boolean).join(' · ')],
          ['rows', node.rows === undefined ? undefined : count(node.rows)],
          ['size', node.bytes === undefined ? undefined : bytes(node.bytes)],
          ...(detail.facts ?? []),
          ['group', node.group],
          ['access', node.access],
          ['package', node.pkg],
          [
            'file',
            node.path === undefined ? undefined : (
              <code>
                <Name text={node.path} />
              </code>
            ),
          ],
          [
            'address',
            address === undefined ? (
              detail.url
            ) : (
              <a href={address} target="_blank" rel="noopener noreferrer">
                {address}
              </a>
            ),
          ],
          [
            'lastRun',
            result === undefined ? undefined : (
              <>
                <StatusBadge status={statusOf(result.status)} /> {duration(result.seconds)}
                {result.rows === undefined
                  ? ''
                  : ` · ${count(result.rows)} ${say('rows').toLowerCase()}`}
                {(result.failures ?? 0) > 0 &&
                  ` · ${say('failures')}: ${count(result.failures ?? 0)}`}
              </>
            ),
          ],
          [
            'lastFreshness',
            fresh === undefined ? undefined : (
              <>
                <StatusBadge status={statusOf(fresh.status)} />{' '}
                {fresh.ageSeconds === undefined ? '' : duration(fresh.ageSeconds)}
                {fresh.loadedAt === undefined ? '' : ` · ${moment(fresh.loadedAt)}`}
              </>
            ),
          ],
        ]}
      />
      {result?.message !== undefined && statusOf(result.status) === 'error' && (
        <pre class="message" tabIndex={0}>
          {result.message}
        </pre>
      )}
    </>
  );
}

/** Tests with their last results; those of a column stand in the table of columns too. */
function NodeTests({
  site,
  node,
}: {
  readonly site: Site;
  readonly node: SiteNode;
}): JSX.Element | null {
  const tests = site.tests.get(node.place) ?? [];
  if (tests.length === 0) return null;
  return (
    <Section title={`${say('tests')} (${count(tests.length)})`} id="tests">
      <Wide label={say('tests')}>
        <table class="list">
          <tbody>
            {tests.map((test) => {
              const result = site.results.get(test.place);
              return (
                <tr>
                  <td>
                    <StatusBadge status={statusOf(result?.status)} />
                  </td>
                  <td class="name">
                    <NodeLink node={test} />
                  </td>
                  <td>{test.column}</td>
                  <td class="number">
                    {(result?.failures ?? 0) > 0 &&
                      `${say('failures')}: ${count(result?.failures ?? 0)}`}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Wide>
    </Section>
  );
}

function Neighbours({
  site,
  node,
  detail,
}: {
  readonly site: Site;
  readonly node: SiteNode;
  readonly detail: NodeDetail;
}): JSX.Element {
  const all = (places: readonly number[] = []): readonly SiteNode[] =>
    places.map((place) => site.at(place));
  const nodes = (places: readonly number[] | undefined): readonly SiteNode[] =>
    all(places).filter(({ type }) => type !== 'test' && type !== 'unit_test');
  const lists = [
    ['reads', nodes(site.parents[node.place])],
    ['readBy', nodes(site.children[node.place])],
    ['uses', nodes(detail.macros)],
    ['usedBy', all(detail.usedBy)],
  ] as const;
  return (
    <>
      {lists
        .filter(([, list]) => list.length > 0)
        .map(([title, list]) => (
          <Section
            title={`${say(title)} (${count(title === 'usedBy' ? (detail.users ?? 0) : list.length)})`}
          >
            <ul class="links">
              {list.map((other) => (
                <li>
                  <NodeLink node={other} /> <span class="quiet">{kindName(other.type)}</span>
                </li>
              ))}
            </ul>
          </Section>
        ))}
    </>
  );
}

function Code({ detail }: { readonly detail: NodeDetail }): JSX.Element | null {
  const [wanted, setWanted] = useState<'raw' | 'compiled'>('raw');
  const kinds = (['raw', 'compiled'] as const).filter((kind) => detail[kind] !== undefined);
  const kind = kinds.includes(wanted) ? wanted : kinds[0];
  if (kind === undefined) return null;
  return (
    <Section title={say('sql')} id="sql">
      {kinds.length > 1 && (
        <div class="tabs" role="group" aria-label={say('sql')}>
          {kinds.map((one) => (
            <button type="button" aria-pressed={one === kind} onClick={() => setWanted(one)}>
              {say(one)}
            </button>
          ))}
        </div>
      )}
      <Sql text={detail[kind] ?? ''} />
    </Section>
  );
}
