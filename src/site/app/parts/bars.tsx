import type { JSX } from 'preact';
import type { Status } from '../site.ts';
import { say } from '../words.ts';

const WIDTH = 300;
const HEIGHT = 48;
const MOST = 60;

/** One bar: what it stands for in words, how high it is, how it ended. */
export interface BarOf {
  readonly title: string;
  /** undefined where it is not known */
  readonly value: number | undefined;
  readonly status: Status;
}

/** A small chart of the last runs, the oldest on the left. What it shows stands in a table beside it too. */
export function Bars({
  label,
  bars,
  text,
}: {
  readonly label: string;
  readonly bars: readonly BarOf[];
  /** a value as people read it */
  readonly text: (value: number) => string;
}): JSX.Element | null {
  const shown = bars.slice(-MOST);
  const values = shown.flatMap(({ value }) => (value === undefined ? [] : [value]));
  const last = values.at(-1);
  if (last === undefined) return null;
  const highest = values.reduce((most, value) => Math.max(most, value), 0);
  const step = WIDTH / Math.max(12, shown.length);
  const told = say('barsTold', label, shown.length, text(last), text(highest));
  return (
    <figure class="chart">
      <figcaption>
        {label} <b>{text(last)}</b>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={told}>
        <line x1={0} x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
        {shown.map(({ title, value, status }, i) => {
          if (value === undefined) return null;
          const height = Math.max(2, ((HEIGHT - 3) * value) / Math.max(highest, 1e-9));
          return (
            <rect
              class={`bar status-${status}`}
              x={i * step + step * 0.1}
              y={HEIGHT - 1 - height}
              width={step * 0.8}
              height={height}
            >
              <title>{title}</title>
            </rect>
          );
        })}
      </svg>
    </figure>
  );
}
