// From runs to figures: median, extremes, and ratios between what was run in turns.

/** The value in the middle of a list of numbers; of an even number of them the mean of both. */
function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}

/** Median, least and greatest time of runs in ms, and the most memory that any of them held in MB. */
export function figuresOf(runs) {
  const times = runs.map(({ ms }) => ms);
  const peaks = runs.flatMap(({ peak }) => peak ?? []);
  return {
    median: median(times),
    min: Math.min(...times),
    max: Math.max(...times),
    peak: peaks.length === 0 ? undefined : Math.max(...peaks),
    runs: runs.length,
  };
}

const fixed = (value, digits) => value.toFixed(digits);
const row = (cells) => `| ${cells.join(' | ')} |`;

/** Measurements as a Markdown table. Each: `{name, ours, baseline?, against?, goal?}` with figures, or `{name, value, unit, goal?}`. */
export function tableOf(measurements) {
  const head = [
    row(['what', 'median', 'min–max', 'baseline', 'its median', 'ratio', 'goal', 'peak memory']),
    '|---|---|---|---|---|---|---|---|',
  ];
  const rows = measurements.map((m) =>
    m.ours === undefined
      ? row([m.name, `${fixed(m.value, 2)} ${m.unit}`, '', '', '', '', m.goal ?? '', ''])
      : row([
          m.name,
          `${fixed(m.ours.median, 0)} ms`,
          `${fixed(m.ours.min, 0)}–${fixed(m.ours.max, 0)}`,
          m.against ?? '',
          m.baseline === undefined ? '' : `${fixed(m.baseline.median, 0)} ms`,
          m.baseline === undefined ? '' : fixed(m.ours.median / m.baseline.median, 2),
          m.goal ?? '',
          m.ours.peak === undefined ? '' : `${fixed(m.ours.peak, 0)} MB`,
        ]),
  );
  return [...head, ...rows].join('\n');
}
