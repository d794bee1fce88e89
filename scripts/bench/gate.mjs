// The gate of a pull request: no time in seconds, only ratios to what was measured beside, and generous: a doubling is to be noticed.
// The shortest runs are compared: what else a machine does makes runs longer, never shorter.

/** The greatest ratio that passes, for what is measured often enough and long enough to tell; about twice what was measured last. */
const LIMITS = {
  'etl --version': 2.6,
  'etl ls, reference project': 9.5,
  'etl parse, reference project': 9,
  '100 models: `etl parse --no-partial-parse`': 45,
  '100 models: `etl parse`, nothing changed': 10,
  'seed of 200000 rows, whole process': 5,
  'table built anew, tested, swapped; first to last statement': 2.5,
  '200 views, 1 thread, first to last statement': 5,
};

/**
 * Compares measurements, as `tableOf` takes them, with the limits. Returns a line for each that has one, and whether all are within.
 */
export function judge(measurements) {
  const judged = measurements.flatMap(({ name, ours, baseline, against }) => {
    const limit = LIMITS[name];
    if (limit === undefined || baseline === undefined) return [];
    const ratio = ours.min / baseline.min;
    const verdict = ratio <= limit ? 'ok' : 'TOO SLOW';
    return [
      {
        isWithin: ratio <= limit,
        line: `${verdict}: ${name}: ${ratio.toFixed(2)} times ${against}, at most ${limit}`,
      },
    ];
  });
  return {
    lines: judged.map(({ line }) => line),
    isWithin: judged.every(({ isWithin }) => isWithin),
  };
}
