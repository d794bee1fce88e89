import type {
  MaterializedViewChange,
  MaterializedViews,
  MaterializedViewUpdate,
  SwapRequest,
} from '../adapter/contract.ts';
import type { Checked, Diagnostic } from '../kernel/diagnostic.ts';
import { configText } from '../kernel/config-text.ts';
import { didYouMean } from '../kernel/did-you-mean.ts';
import {
  afterSegments,
  buildSegments,
  publishWithHooks,
  tidySegments,
  type Recipe,
  type SelectIngredients,
} from './recipe.ts';

export interface MaterializedViewIngredients extends SelectIngredients {
  readonly fullRefresh: boolean;
  readonly nodeName: string;
}

const ON_CHANGE = ['apply', 'continue', 'fail'] as const;
type OnChange = (typeof ON_CHANGE)[number];

function onChange(from: MaterializedViewIngredients): Checked<OnChange> {
  const asked = configText(from.config['on_configuration_change'] ?? 'apply');
  const found = ON_CHANGE.find((word) => word === asked);
  if (found !== undefined) return { value: found, diagnostics: [] };
  return {
    value: undefined,
    diagnostics: [
      {
        code: 'ETL4004',
        severity: 'error',
        message: `on_configuration_change "${asked}" of ${from.nodeName} is not known`,
        hint: didYouMean(asked, ON_CHANGE) ?? `Use one of: ${ON_CHANGE.join(', ')}.`,
      },
    ],
  };
}

const changedWords = (change: MaterializedViewChange): string =>
  [...(change.definition ? ['the query'] : []), ...(change.indexes ? ['the indexes'] : [])].join(
    ' and ',
  );

const LEFT_ALONE: MaterializedViewUpdate = {
  fill: [],
  isBeside: false,
  attempts: [{ statements: [], otherwiseOn: [] }],
};

/** What a changed config means for a materialized view that is there: changed along, left as it is, or an error. */
function decide(
  from: MaterializedViewIngredients,
  way: OnChange,
  change: MaterializedViewChange,
  update: () => MaterializedViewUpdate,
): Checked<MaterializedViewUpdate> {
  const isChanged = change.definition || change.indexes;
  if (!isChanged || way === 'apply') {
    const updated = update();
    const attempts = publishWithHooks(from, updated.attempts);
    return { value: { ...updated, attempts }, diagnostics: [] };
  }
  const { schema, name } = from.target;
  const told: Diagnostic = {
    code: way === 'fail' ? 'ETL4004' : 'ETL4001',
    severity: way === 'fail' ? 'error' : 'warning',
    message: `${schema}.${name} differs from the model in ${changedWords(change)}, and on_configuration_change is "${way}"`,
    hint: 'It was neither changed nor refreshed. Use on_configuration_change: apply, or --full-refresh.',
  };
  return way === 'fail'
    ? { value: undefined, diagnostics: [told] }
    : { value: LEFT_ALONE, diagnostics: [told] };
}

/** Built beside with its rows, tested there, swapped in: the first time, over another kind of relation, and on a full refresh. */
function replaced(from: MaterializedViewIngredients, views: MaterializedViews): Recipe {
  const { dialect, live } = from;
  return {
    action:
      live === undefined
        ? 'create materialized view'
        : live.kind === 'materialized_view'
          ? 'replace materialized view'
          : `replace ${live.kind} by materialized view`,
    becomes: 'materialized_view',
    build: buildSegments(from, views.build(from, 'filled')),
    finish: [],
    testable: from.staged,
    publish: { kind: 'ready', attempts: publishWithHooks(from, views.publish(from)) },
    after: afterSegments(from),
    tidy: tidySegments(from),
    hazards: dialect.hazards({ target: from.target, becomes: 'materialized_view', live }),
  };
}

/**
 * A materialized view. One that is there is compared with the model by an empty twin beside it: unchanged it is refreshed, while
 * it is read where the engine can; changed, the twin is filled and takes its place.
 */
export function materializedView(
  from: MaterializedViewIngredients,
  views: MaterializedViews,
): Checked<Recipe> {
  const { live } = from;
  const way = onChange(from);
  if (way.value === undefined) return { value: undefined, diagnostics: way.diagnostics };
  if (live?.kind !== 'materialized_view' || from.fullRefresh)
    return { value: replaced(from, views), diagnostics: [] };
  const request: SwapRequest = { ...from, live };
  const chosen = way.value;
  return {
    value: {
      action: 'refresh materialized view',
      becomes: 'materialized_view',
      build: buildSegments(from, views.build(from, 'empty')),
      finish: [],
      publish: {
        kind: 'compares',
        staged: from.staged,
        question: views.compare(request),
        decide: (change) => decide(from, chosen, change, () => views.update(request, change)),
      },
      after: afterSegments(from),
      tidy: tidySegments(from),
      hazards: [],
    },
    diagnostics: [],
  };
}
