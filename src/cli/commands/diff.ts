import { diff, type DiffReport } from '../../api/diff.ts';
import { LEVELS, type Level } from '../../check/impact/finding.ts';
import { impactMarkdown, impactText } from '../../reporters/impact-text.ts';
import { count } from '../../reporters/phrases.ts';
import { EXIT } from '../exit-code.ts';
import type { Values } from '../commands.ts';
import type { Terminal } from '../terminal.ts';
import { apiOptions } from './api-options.ts';
import { besideOutput, guarded } from './guarded.ts';

/** `etl diff`: 1 when a model changes in a way that --fail-on names, or worse. */
export const diffCommand = (values: Values, terminal: Terminal): Promise<number> =>
  guarded(values, besideOutput(values, terminal), async ({ reporter, learn, mask, masked }) => {
    const found = await diff({
      ...apiOptions(values, terminal),
      onProject: (facts) => {
        learn(facts);
        // what is written out for the time of the call has to be taken away
        terminal.armSignals();
      },
      report: (d) => reporter.diagnostics(d),
    });
    const shown = masked(found);
    reporter.diagnostics(found.diagnostics);
    if (values['output'] === 'json') reporter.print(JSON.stringify(jsonOf(shown), null, 2));
    else if (values['output'] === 'markdown')
      reporter.print(mask(impactMarkdown(shown, summaryOf(shown))));
    else {
      if (shown.models.length > 0) reporter.print(mask(impactText(shown)));
      reporter.note(mask(summaryOf(shown)));
    }
    return fails(found, values['failOn']) ? EXIT.failed : EXIT.well;
  });

function fails({ models }: DiffReport, policy: unknown): boolean {
  const least = typeof policy === 'string' ? policy.toLowerCase() : 'breaking';
  const limit = LEVELS.indexOf(least as Level);
  return models.some((m) => LEVELS.indexOf(m.level) <= limit);
}

/** `Compared with git:origin/main by the embedded postgres 18.4 in 0.8 s: 1 breaking, 2 additive` */
function summaryOf({ state, engine, seconds, models, counts }: DiffReport): string {
  const found = LEVELS.flatMap((level) =>
    counts[level] === 0 ? [] : [`${counts[level]} ${level}`],
  );
  const reached = new Set(models.flatMap((m) => m.reaches)).size;
  const by = engine === undefined ? '' : ` by the embedded ${engine}`;
  const what = found.length === 0 ? 'nothing is different' : found.join(', ');
  const below = reached === 0 ? '' : `; ${count(reached, 'node')} reached`;
  return `Compared with ${state}${by} in ${seconds.toFixed(1)} s: ${what}${below}`;
}

const jsonOf = ({ models, diagnostics, state, target, engine, seconds, counts }: DiffReport) => ({
  state,
  target,
  ...(engine === undefined ? {} : { engine }),
  seconds,
  counts,
  models: models.map(
    ({ id, name, resourceType, path, change, level, findings, fullRefresh, reaches, below }) => ({
      unique_id: id,
      name,
      resource_type: resourceType,
      path,
      change,
      level,
      findings,
      full_refresh: fullRefresh ?? null,
      reaches,
      reached_columns: below.columns.map(({ node, column, kind }) => ({
        unique_id: node,
        column,
        kind,
      })),
      columns_unknown: below.unknown,
    }),
  ),
  diagnostics,
});
