// The gate of a pull request: no time in seconds, only ratios to what was measured beside, and generous: a doubling is to be noticed.
// The shortest runs are compared: what else a machine does makes runs longer, never shorter.

/** By area the greatest ratio that passes, for what is measured often enough and long enough to tell; about twice what was measured last. */
const LIMITS = {
  startup: {
    'etl --version': 2.6,
    'etl ls, reference project': 9.5,
    'etl parse, reference project': 9,
  },
  parse: {
    '100 models: `etl parse --no-partial-parse`': 60,
    '100 models: `etl parse`, nothing changed': 10,
  },
  postgres: {
    'seed of 200000 rows, whole process': 5,
    'table built anew, tested, swapped; first to last statement': 2.5,
    '200 views, 1 thread, first to last statement': 5,
  },
};

/**
 * Compares measurements of areas, as `tableOf` takes them, with the limits. Returns a line for each limit of these areas, and
 * whether all are kept; one for which nothing was measured is not.
 */
export function judge(areas) {
  const judged = Object.entries(areas).flatMap(([area, { measurements }]) =>
    Object.entries(LIMITS[area] ?? {}).map(([wanted, limit]) => {
      const found = measurements.find(({ name }) => name === wanted);
      if (found?.ours === undefined || found.baseline === undefined)
        return { isWithin: false, line: `NOT MEASURED: ${wanted}` };
      const { ours, baseline, against } = found;
      const ratio = ours.min / baseline.min;
      // what is no number is not within either
      const isWithin = ratio <= limit;
      return {
        isWithin,
        line: `${isWithin ? 'ok' : 'TOO SLOW'}: ${wanted}: ${ratio.toFixed(2)} times ${against}, at most ${limit}`,
      };
    }),
  );
  return {
    lines: judged.map(({ line }) => line),
    isWithin: judged.every(({ isWithin }) => isWithin),
  };
}
