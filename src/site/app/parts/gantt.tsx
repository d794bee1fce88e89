import type { JSX } from 'preact';
import type { ResultRow } from '../../data/format.ts';
import { go, nodeLink } from '../route.ts';
import { statusOf, type Site } from '../site.ts';
import { duration, say } from '../words.ts';
import { Section, Wide } from './basics.tsx';

const WIDTH = 1000;
const ROW = 26;
const LABEL = 90;

interface Timed extends ResultRow {
  readonly from: number;
  readonly to: number;
}

/** The last run as bars by thread: who waited for whom. */
export function Gantt({
  site,
  results,
}: {
  readonly site: Site;
  readonly results: readonly ResultRow[];
}): JSX.Element | null {
  const timed = results.filter(
    (result): result is Timed => result.from !== undefined && result.to !== undefined,
  );
  if (timed.length === 0) return null;
  const threads = [...new Set(timed.map(({ thread = '' }) => thread))].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  const start = timed.reduce((least, { from }) => Math.min(least, from), Infinity);
  const end = timed.reduce((most, { to }) => Math.max(most, to), 0);
  const scale = (WIDTH - LABEL) / Math.max(1, end - start);
  const x = (at: number): number => LABEL + (at - start) * scale;
  const height = threads.length * ROW;
  const ticks = ticksOf((end - start) / 1000);
  return (
    <Section title={say('timeline')}>
      <Wide label={say('timeline')}>
        <svg
          class="gantt"
          viewBox={`0 0 ${WIDTH} ${height + 22}`}
          role="img"
          aria-label={say('timeline')}
        >
          {ticks.map((seconds) => (
            <g>
              <line
                x1={x(start + seconds * 1000)}
                x2={x(start + seconds * 1000)}
                y1={0}
                y2={height}
              />
              <text x={x(start + seconds * 1000)} y={height + 16} text-anchor="middle">
                {duration(seconds)}
              </text>
            </g>
          ))}
          {threads.map((thread, row) => (
            <g>
              <text x={0} y={row * ROW + 17}>
                {thread.replace(/ \(.*\)$/, '')}
              </text>
              {timed
                .filter((result) => (result.thread ?? '') === thread)
                .map((result) => (
                  <Bar
                    site={site}
                    result={result}
                    x={x(result.from)}
                    y={row * ROW + 3}
                    width={Math.max(1.5, (result.to - result.from) * scale)}
                  />
                ))}
            </g>
          ))}
        </svg>
      </Wide>
    </Section>
  );
}

function Bar({
  site,
  result,
  x,
  y,
  width,
}: {
  readonly site: Site;
  readonly result: ResultRow;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}): JSX.Element {
  const name = result.node === undefined ? result.id : site.at(result.node).name;
  // tests run while their node is worked on: they stand below it, not over it
  const isTest = result.id.startsWith('test.') || result.id.startsWith('unit_test.');
  const letters = isTest ? 0 : Math.floor(width / 7);
  // the list of the slowest leads to the nodes; a thousand stops of the Tab key would help nobody
  return (
    <g class="bar-link" onClick={() => go(nodeLink(result.id))}>
      <rect
        class={`bar status-${statusOf(result.status)}`}
        x={x}
        y={isTest ? y + 15 : y}
        width={width}
        height={isTest ? 5 : 14}
        rx={2}
      >
        <title>{`${name} · ${duration(result.seconds)}`}</title>
      </rect>
      {letters > 4 && (
        <text class="bar-name" x={x + 4} y={y + 11}>
          {name.length > letters ? `${name.slice(0, letters - 1)}…` : name}
        </text>
      )}
    </g>
  );
}

/** About five round moments of a stretch of time. */
function ticksOf(seconds: number): readonly number[] {
  const rough = seconds / 5;
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1e-3)));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? power;
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, i) => i * step);
}
