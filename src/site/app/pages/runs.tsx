import type { JSX } from 'preact';
import { Gantt } from '../parts/gantt.tsx';
import { Facts, NodeLink, Section, StatusBadge, Title, Wide } from '../parts/basics.tsx';
import { Earlier } from './earlier.tsx';
import type { ResultRow } from '../../data/format.ts';
import { statusOf, type Site } from '../site.ts';
import { count, duration, moment, say } from '../words.ts';

const SLOWEST = 20;

export function Runs({ site }: { readonly site: Site }): JSX.Element {
  const { run, freshness, past } = site.runs;
  return (
    <>
      <Title>{say('runs')}</Title>
      <LaterRun site={site} />
      {run === undefined ? (
        <p>{say('noRun')}</p>
      ) : (
        <>
          <Facts
            facts={[
              ['command', run.command],
              ['finished', moment(run.finishedAt)],
              ['seconds', duration(run.elapsed)],
            ]}
          />
          <Section title={say('problems')}>
            <Problems site={site} />
          </Section>
          <Gantt site={site} results={run.results} />
          <Slowest site={site} results={run.results} />
        </>
      )}
      {past !== undefined && <Earlier site={site} past={past} />}
      {freshness.length > 0 && (
        <Section title={say('freshness')}>
          <Freshness site={site} />
        </Section>
      )}
    </>
  );
}

/** The newest run, where it did not end: the results are those of one before. */
export function LaterRun({ site }: { readonly site: Site }): JSX.Element | null {
  const newest = site.runs.past?.runs.at(-1);
  return newest?.unfinished === true ? (
    <p class="problem">{say('laterRun', newest.command, moment(newest.at))}</p>
  ) : null;
}

/** What failed or warned in the last run, failures first. */
export function Problems({ site }: { readonly site: Site }): JSX.Element {
  const rank = ({ status }: ResultRow): number => (statusOf(status) === 'error' ? 0 : 1);
  const bad = (site.runs.run?.results ?? [])
    .filter(({ status }) => ['error', 'warn'].includes(statusOf(status)))
    .toSorted((a, b) => rank(a) - rank(b));
  if (bad.length === 0) return <p>{say('allWell')}</p>;
  return (
    <Wide label={say('problems')}>
      <table class="list">
        <thead>
          <tr>
            <th>{say('status')}</th>
            <th>{say('name')}</th>
            <th class="number">{say('failures')}</th>
            <th>{say('message')}</th>
          </tr>
        </thead>
        <tbody>
          {bad.map((result) => (
            <tr>
              <td>
                <StatusBadge status={statusOf(result.status)} />
              </td>
              <td class="name">
                <ResultName site={site} result={result} />
              </td>
              <td class="number" data-label={say('failures')}>
                {result.failures === undefined ? '' : count(result.failures)}
              </td>
              <td class="message">{result.message}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

const ResultName = ({
  site,
  result,
}: {
  readonly site: Site;
  readonly result: { readonly node?: number; readonly id: string };
}): JSX.Element =>
  result.node === undefined ? <span>{result.id}</span> : <NodeLink node={site.at(result.node)} />;

export const Freshness = ({ site }: { readonly site: Site }): JSX.Element => (
  <Wide label={say('freshness')}>
    <table class="list">
      <thead>
        <tr>
          <th>{say('status')}</th>
          <th>{say('source')}</th>
          <th class="number">{say('age')}</th>
          <th>{say('loadedAt')}</th>
          <th>{say('checked')}</th>
        </tr>
      </thead>
      <tbody>
        {site.runs.freshness.map((row) => (
          <tr>
            <td>
              <StatusBadge status={statusOf(row.status)} />
            </td>
            <td class="name">
              <ResultName site={site} result={row} />
            </td>
            <td class="number" data-label={say('age')}>
              {row.ageSeconds === undefined ? '' : duration(row.ageSeconds)}
            </td>
            <td data-label={say('loadedAt')}>
              {row.loadedAt === undefined ? '' : moment(row.loadedAt)}
            </td>
            <td data-label={say('checked')}>
              {row.checkedAt === undefined ? '' : moment(row.checkedAt)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </Wide>
);

function Slowest({
  site,
  results,
}: {
  readonly site: Site;
  readonly results: readonly ResultRow[];
}): JSX.Element {
  const slowest = results.toSorted((a, b) => b.seconds - a.seconds).slice(0, SLOWEST);
  const longest = slowest[0]?.seconds ?? 0;
  return (
    <Section title={say('slowest')}>
      <Wide label={say('slowest')}>
        <table class="list bars">
          <thead>
            <tr>
              <th>{say('name')}</th>
              <th>{say('seconds')}</th>
            </tr>
          </thead>
          <tbody>
            {slowest.map((result) => (
              <tr>
                <td class="name">
                  <ResultName site={site} result={result} />
                </td>
                <td>
                  <meter
                    min={0}
                    max={Math.max(longest, 1e-3)}
                    value={result.seconds}
                    aria-label={duration(result.seconds)}
                  />{' '}
                  {duration(result.seconds)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </Section>
  );
}
