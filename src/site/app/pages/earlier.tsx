import type { JSX } from 'preact';
import type { PastRun, RunPast } from '../../data/format.ts';
import { Bars } from '../parts/bars.tsx';
import { NodeLink, Section, StatusBadge, Wide } from '../parts/basics.tsx';
import type { Site, Status } from '../site.ts';
import { count, duration, moment, say } from '../words.ts';

const KINDS = ['success', 'warn', 'error', 'skipped'] as const;

const worstOf = ({ counts: [, warn, error], unfinished }: PastRun): Status =>
  error > 0 || unfinished === true ? 'error' : warn > 0 ? 'warn' : 'success';

/** What is to be said of its end, where it was none as usual. */
const endOf = ({ cancelled, unfinished }: PastRun): string =>
  unfinished === true ? say('unfinished') : cancelled === true ? say('cancelled') : '';

/** Earlier runs on the page of runs: how long they took, what failed in them, and which tests fail again and again. */
export function Earlier({
  site,
  past,
}: {
  readonly site: Site;
  readonly past: RunPast;
}): JSX.Element {
  const { runs, failing } = past;
  const barsOf = (value: (run: PastRun) => number, text: (value: number) => string) =>
    runs.map((run) => ({
      title: [moment(run.at), run.command, text(value(run)), endOf(run)]
        .filter(Boolean)
        .join(' · '),
      value: value(run),
      status: worstOf(run),
    }));
  return (
    <>
      <Section title={say('earlierRuns')} id="earlier">
        <div class="charts">
          <Bars
            label={say('seconds')}
            bars={barsOf(({ seconds }) => seconds, duration)}
            text={duration}
          />
          <Bars
            label={say('problems')}
            bars={barsOf(({ counts: [, warn, error] }) => warn + error, count)}
            text={count}
          />
        </div>
        <details>
          <summary>{say('asTable')}</summary>
          <RunTable runs={runs} />
        </details>
      </Section>
      {failing.length > 0 && (
        <Section title={say('failuresOverTime')} id="failing">
          <Wide label={say('failuresOverTime')}>
            <table class="list">
              <thead>
                <tr>
                  <th>{say('test')}</th>
                  <th>{say('failures')}</th>
                  <th>{say('when')}</th>
                </tr>
              </thead>
              <tbody>
                {failing.map((row) => {
                  const worst = row.past.findLast(([, failures]) => failures > 0);
                  return (
                    <tr>
                      <td class="name">
                        <NodeLink node={site.at(row.node)} />
                      </td>
                      <td>
                        <Bars
                          label=""
                          text={count}
                          bars={row.past.map(([run, failures]) => ({
                            title: `${moment(runs[run]?.at ?? '')} · ${count(failures)}`,
                            value: failures,
                            status: failures > 0 ? 'error' : 'success',
                          }))}
                        />
                      </td>
                      <td>
                        {worst === undefined
                          ? ''
                          : `${moment(runs[worst[0]]?.at ?? '')}: ${count(worst[1])}`}
                      </td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </Wide>
        </Section>
      )}
    </>
  );
}

const RunTable = ({ runs }: { readonly runs: readonly PastRun[] }): JSX.Element => (
  <Wide label={say('earlierRuns')}>
    <table class="list">
      <thead>
        <tr>
          <th>{say('when')}</th>
          <th>{say('command')}</th>
          <th class="number">{say('seconds')}</th>
          {KINDS.map((kind) => (
            <th class="number">{say(kind)}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {runs.toReversed().map((run) => (
          <tr>
            <td>
              <StatusBadge status={worstOf(run)} quiet /> {moment(run.at)}
            </td>
            <td>
              {run.command} <span class="quiet">{endOf(run)}</span>
            </td>
            <td class="number">{run.unfinished === true ? '' : duration(run.seconds)}</td>
            {run.counts.map((number, i) => (
              <td class="number" data-label={say(KINDS[i] ?? 'none')}>
                {count(number)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </Wide>
);
