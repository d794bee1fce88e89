import { useEffect, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { NodePast } from '../../data/format.ts';
import { statusOf, type Site, type SiteNode } from '../site.ts';
import { count, duration, moment, say } from '../words.ts';
import { Bars } from './bars.tsx';
import { Section, StatusBadge, Wide } from './basics.tsx';

const known = (value: number | undefined): number | undefined =>
  value === undefined || value < 0 ? undefined : value;

/** The last runs of one node: how long, how many rows, how many failures; as pictures and as a table. */
export function Past({
  site,
  node,
}: {
  readonly site: Site;
  readonly node: SiteNode;
}): JSX.Element | null {
  const [loaded, setLoaded] = useState<{ readonly place: number; readonly past: NodePast }>();
  useEffect(() => {
    site.past(node.place).then(
      (past) => setLoaded({ place: node.place, past }),
      () => undefined,
    );
  }, [site, node]);
  const past = loaded?.place === node.place ? loaded.past : [];
  if (past.length === 0) return null;
  const isTest = node.type === 'test' || node.type === 'unit_test';
  const at = (run: number): string => moment(site.runs.past?.runs[run]?.at ?? '');
  const barsOf = (
    value: (entry: NodePast[number]) => number | undefined,
    text: (value: number) => string,
  ): Parameters<typeof Bars>[0]['bars'] =>
    past.map((entry) => {
      const height = value(entry);
      const status = statusOf(entry[1]);
      const told = height === undefined ? '' : ` · ${text(height)}`;
      return { title: `${at(entry[0])} · ${say(status)}${told}`, value: height, status };
    });
  return (
    <Section title={say('history')} id="history">
      <div class="charts">
        {isTest && (
          <Bars
            label={say('failuresOverTime')}
            bars={barsOf((entry) => known(entry[4]), count)}
            text={count}
          />
        )}
        <Bars label={say('seconds')} bars={barsOf((entry) => entry[2], duration)} text={duration} />
        {!isTest && (
          <Bars label={say('rows')} bars={barsOf((entry) => known(entry[3]), count)} text={count} />
        )}
      </div>
      <details>
        <summary>{say('asTable')}</summary>
        <Wide label={say('history')}>
          <table class="list">
            <thead>
              <tr>
                <th>{say('when')}</th>
                <th>{say('status')}</th>
                <th class="number">{say('seconds')}</th>
                <th class="number">{say(isTest ? 'failures' : 'rows')}</th>
              </tr>
            </thead>
            <tbody>
              {past.toReversed().map((entry) => {
                const figure = known(isTest ? entry[4] : entry[3]);
                return (
                  <tr>
                    <td>{at(entry[0])}</td>
                    <td>
                      <StatusBadge status={statusOf(entry[1])} />
                    </td>
                    <td class="number">{duration(entry[2])}</td>
                    <td class="number">{figure === undefined ? '' : count(figure)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </Wide>
      </details>
    </Section>
  );
}
