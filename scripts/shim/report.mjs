// From the plugin's lines to figures: areas, the chosen cases, and what the list of expected failures says of each test.
import { readFileSync } from 'node:fs';

const read = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');
const glob = (text) =>
  new RegExp(
    `^${text.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('*', '.*')}(\\[.*)?$`,
    's',
  );

/** Lines `pattern | reason` or `pattern | deliberate: reason`; `#` begins a comment. */
export function expectedFailures() {
  return read('expected-failures.txt')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const cut = line.indexOf(' | ');
      const [pattern, reason] = [line.slice(0, cut).trim(), line.slice(cut + 3).trim()];
      return {
        pattern,
        reason,
        matches: glob(pattern),
        deliberate: reason.startsWith('deliberate'),
      };
    });
}

/** Tells for each test whether it was expected to fail; a listed test that passes is `unexpected` too. */
export function judged(tests, expected) {
  return tests.map((test) => {
    const entry = expected.find((e) => e.matches.test(test.id));
    const failed = test.outcome === 'failed';
    const unexpected = failed
      ? entry === undefined
      : entry !== undefined && test.outcome === 'passed';
    return {
      ...test,
      failed,
      unexpected,
      reason: entry?.reason,
      deliberate: entry?.deliberate === true,
    };
  });
}

function tally(tests) {
  const of = (outcome) => tests.filter((t) => t.outcome === outcome).length;
  const deliberate = tests.filter((t) => t.failed && t.deliberate).length;
  const [passed, failed] = [of('passed'), of('failed') - deliberate];
  return { passed, failed, deliberate, notApplicable: of('not applicable') };
}

/** Figures by area of dbt-core's tests, and of the adapter suite. */
export function byArea(tests) {
  const areas = Object.entries(JSON.parse(read('areas.json')));
  const rows = {};
  for (const [area, folders] of areas) {
    const inArea = tests.filter(
      (t) => t.suite === 'core' && folders.includes(t.id.split(/[/:]/)[2]),
    );
    if (inArea.length > 0) rows[area] = tally(inArea);
  }
  const core = tests.filter((t) => t.suite === 'core');
  if (core.length > 0) rows['dbt-core, all'] = tally(core);
  const isAdapter = (t) => t.id.startsWith('tests/functional/adapter/');
  const adapter = tests.filter((t) => t.suite === 'adapter' && isAdapter(t));
  if (adapter.length > 0) rows['adapter suite on Postgres'] = tally(adapter);
  return rows;
}

function belongs(test, pattern) {
  const [suite, path] = [pattern.slice(0, 1), pattern.slice(2)];
  if (suite === 'A')
    return (
      test.suite === 'adapter' && test.bases?.some((b) => glob(`dbt.tests.adapter.${path}`).test(b))
    );
  if (test.suite !== (suite === 'C' ? 'core' : 'adapter')) return false;
  return glob(
    `tests/functional/${path}${path.includes('::') || path.endsWith('*') ? '' : ''}*`,
  ).test(test.id);
}

/** For each of the chosen cases: how its tests went; it passes when none failed and at least one passed. */
export function byCase(tests) {
  return JSON.parse(read('cases.json')).map((patterns, i) => {
    const own = tests.filter((t) => patterns.some((p) => belongs(t, p)));
    const figures = tally(own);
    const failing = own.filter((t) => t.failed && !t.deliberate).map((t) => t.id);
    return {
      case: i + 1,
      patterns,
      ...figures,
      ok: failing.length === 0 && figures.passed > 0,
      failing,
    };
  });
}

/** The table that the script prints. */
export function printed(areas, cases) {
  const head = ['area', 'passed', 'failed', 'deliberate', 'not applicable', 'share'];
  const rows = Object.entries(areas).map(([name, t]) => [
    name,
    t.passed,
    t.failed,
    t.deliberate,
    t.notApplicable,
    t.passed + t.failed === 0 ? '' : `${((100 * t.passed) / (t.passed + t.failed)).toFixed(1)} %`,
  ]);
  const table = [head, ...rows].map((row) => `| ${row.join(' | ')} |`);
  const known = cases.filter((c) => c.passed + c.failed > 0);
  const short = known
    .filter((c) => !c.ok)
    .map((c) => `${c.case} (${c.passed}/${c.passed + c.failed})`);
  const line = `chosen cases: ${known.filter((c) => c.ok).length} of ${known.length} pass; not: ${short.join(', ') || 'none'}`;
  return [...table, '', line].join('\n');
}
