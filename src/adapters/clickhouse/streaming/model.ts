// materialized_view with a target of its own: a table of the model's name, and views of that name and a suffix that fill it.
import type { Attempt, ObservedRelation } from '../../../adapter/contract.ts';
import type { OwnBuild, OwnRequest } from '../../../adapter/own-build.ts';
import type { Statement } from '../../../adapter/statement.ts';
import type { Checked, Diagnostic } from '../../../kernel/diagnostic.ts';
import { aKind, type Column, type RelationName } from '../../../kernel/relation.ts';
import { refuse } from '../config-problem.ts';
import { factsOf, type Feeder } from '../facts.ts';
import { swapped } from '../outcome.ts';
import {
  buildEmpty,
  commentOn,
  fillStaged,
  finish,
  grantOn,
  swapAttempts,
  tidy,
} from '../publish.ts';
import { relation, text } from '../quote.ts';
import type { Settings } from '../settings.ts';
import { NOT_FILLED, stagedView } from '../staged-names.ts';
import { once } from '../statements.ts';
import { tableClauses } from '../table-config.ts';
import { checked, refreshable, type Refresh } from './refresh.ts';
import {
  changeFeeder,
  changeRefresh,
  columnChange,
  createFeeder,
  dropFeeder,
  insertsEnded,
} from './statements.ts';
import { catchesUp, lasting, refreshOf, viewsOf, type View } from './views.ts';

interface Model {
  readonly request: OwnRequest;
  readonly settings: Settings;
  readonly views: readonly View[];
  readonly refresh: Refresh | undefined;
  /** the views that write into the live table */
  readonly feeders: readonly Feeder[];
}

const viewName = (target: RelationName, { suffix }: View): RelationName => ({
  ...target,
  name: `${target.name}_${suffix}`,
});

const isLive = ({ request, feeders }: Model, view: View): boolean =>
  feeders.some(
    (f) => f.schema === request.target.schema && f.name === viewName(request.target, view).name,
  );

const beside = ({ request, views, refresh }: Model): readonly RelationName[] =>
  // a refreshed view hears of no INSERT, so there is nothing to keep up with
  refresh === undefined ? views.map((_, i) => stagedView(request.staged, `mv${i + 1}`)) : [];

const attempt = (statements: readonly Statement[]): readonly Attempt[] => [
  { statements, otherwiseOn: [] },
];

/** Views that feed the table under its own prefix and that the model no longer has. */
function forgotten({ request, views, feeders }: Model): readonly Diagnostic[] {
  const known = new Set(views.map((view) => viewName(request.target, view).name));
  return feeders
    .filter(({ name }) => name.startsWith(`${request.target.name}_`) && !known.has(name))
    .map(({ schema, name }) => ({
      code: 'ETL4070',
      severity: 'warning',
      message: `${schema}.${name} writes into ${request.target.name} and is not in this model`,
      hint: `If no other model makes it: DROP VIEW ${schema}.${name}.`,
    }));
}

/**
 * The new table takes the place of the old one while both get every row: the views beside write into the one, the model's own
 * views into the other, and a change of names changes which is which. Where there is no old one, an empty twin stands in for it.
 */
function takePlace(model: Model): readonly Statement[] {
  const { request, settings, views, refresh } = model;
  const { target, staged, live } = request;
  const own = views.map((view): Statement => {
    const name = viewName(target, view);
    return isLive(model, view)
      ? changeFeeder(name, view.select, settings)
      : createFeeder(name, target, view.select, settings, refresh);
  });
  const exchange = `EXCHANGE TABLES ${relation(staged)} AND ${relation(target)}`;
  const swap: Statement = {
    ...once('swap', exchange, target),
    // the twin that is made here is not known by its UUID
    ...(live === undefined ? {} : { outcome: swapped(staged, target, factsOf(live).uuid) }),
  };
  const twin = once(
    'create',
    `CREATE TABLE ${relation(target)} AS ${relation(staged)} COMMENT ${text(NOT_FILLED)}`,
    target,
  );
  return [...(live === undefined ? [twin] : []), ...own, swap, ...beside(model).map(dropFeeder)];
}

/** Refreshed views wait until the new table is there; over a view the table comes first, because nothing can be written into a view. */
function inTurn(model: Model): readonly Statement[] {
  const { request, settings, views, refresh, feeders } = model;
  const { target, staged, live } = request;
  const stale = feeders.filter(({ name }) =>
    views.some((view) => viewName(target, view).name === name),
  );
  const [swap] = swapAttempts(staged, target, live, []);
  return [
    ...[...stale, ...beside(model)].map(dropFeeder),
    ...(swap?.statements ?? []),
    ...views.map((view) =>
      createFeeder(viewName(target, view), target, view.select, settings, refresh),
    ),
  ];
}

function lostRows({ target, config, live }: OwnRequest): readonly Diagnostic[] {
  if (live === undefined || catchesUp(config)) return [];
  return [
    {
      code: 'ETL4001',
      severity: 'warning',
      message: `${target.schema}.${target.name} is made anew without its rows, because catchup is false`,
      hint: 'Set catchup: true to fill it again from what the query reads.',
    },
  ];
}

/** The first time, and with --full-refresh: a new table beside, filled while it already gets every new row. */
function made(model: Model): OwnBuild {
  const { request, settings, views, refresh } = model;
  const { staged, target, live, config } = request;
  const names = beside(model);
  const isInTurn = refresh !== undefined || live?.kind === 'view';
  const place = isInTurn ? inTurn(model) : takePlace(model);
  return {
    action: live === undefined ? 'create materialized view' : 'replace materialized view',
    becomes: 'materialized_view',
    build: [
      ...names.map(dropFeeder),
      ...checked(refresh),
      ...buildEmpty(request, tableClauses(config), settings),
      ...views.flatMap((view, i) => {
        const name = names[i];
        return name === undefined
          ? []
          : [createFeeder(name, staged, view.select, settings, undefined)];
      }),
      ...(catchesUp(config)
        ? [...(names.length === 0 ? [] : [insertsEnded]), fillStaged(request, settings)]
        : []),
      ...finish(request),
    ],
    testable: staged,
    publish: {
      kind: 'ready',
      attempts: attempt([...grantOn(target, request.grants), ...place]),
    },
    tidy: [...names.map(dropFeeder), ...tidy(staged)],
    hazards: [...forgotten(model), ...lostRows(request)],
  };
}

const otherClock = (name: RelationName, why: string): Checked<never> => ({
  value: undefined,
  diagnostics: [
    {
      code: 'ETL4071',
      severity: 'error',
      message: `${name.schema}.${name.name} ${why}, which no ALTER can change`,
      hint: 'Run with --full-refresh, or take the config back.',
    },
  ],
});

/** Whether a live view can be told its new clock; an ETL4071 where it cannot. */
export function sameClock(
  name: RelationName,
  definition: string,
  refresh: Refresh | undefined,
): Checked<true> {
  const live = refreshOf(definition);
  if ((live === undefined) !== (refresh === undefined))
    return otherClock(
      name,
      live === undefined
        ? 'is not refreshable, and the model says refreshable'
        : 'is refreshable, and the model does not say so',
    );
  if (live !== undefined && live.append !== refresh?.append)
    return otherClock(
      name,
      live.append
        ? 'is refreshed with APPEND, and the model says without'
        : 'is refreshed without APPEND, and the model says append',
    );
  return { value: true, diagnostics: [] };
}

/** A run over what is there: the rows stay, the views get the query as it is now. */
function changed(model: Model, columns: readonly Column[]): Checked<readonly Attempt[]> {
  const { request, settings, views, refresh } = model;
  const { target } = request;
  const change = columnChange(request, 'on_schema_change', 'ignore', columns);
  if (change.value === undefined) return { value: undefined, diagnostics: change.diagnostics };
  const statements = views.flatMap((view): readonly Statement[] => {
    const name = viewName(target, view);
    if (!isLive(model, view)) return [createFeeder(name, target, view.select, settings, refresh)];
    return [
      ...(refresh === undefined ? [] : [changeRefresh(name, refresh)]),
      changeFeeder(name, view.select, settings),
    ];
  });
  return {
    value: attempt([
      ...grantOn(target, request.grants),
      ...change.value.before,
      ...statements,
      ...change.value.after,
      ...commentOn(target, request.comments),
    ]),
    diagnostics: [],
  };
}

function updated(model: Model): Checked<OwnBuild> {
  const { request, settings, views, refresh, feeders } = model;
  for (const { name, schema, definition } of feeders) {
    if (!views.some((view) => viewName(request.target, view).name === name)) continue;
    const clock = sameClock({ schema, name }, definition, refresh);
    if (clock.value === undefined) return { value: undefined, diagnostics: clock.diagnostics };
  }
  return {
    value: {
      action: 'change materialized view',
      becomes: 'materialized_view',
      build: [...checked(refresh), ...buildEmpty(request, tableClauses(request.config), settings)],
      publish: { kind: 'asks', decide: (columns) => changed(model, columns) },
      tidy: tidy(request.staged),
      hazards: forgotten(model),
    },
    diagnostics: [],
  };
}

const REPLACED: readonly ObservedRelation['kind'][] = ['table', 'view'];

/** A materialized_view model with a target of its own. */
export function ownTarget(request: OwnRequest, settings: Settings): Checked<OwnBuild> {
  const { live, target } = request;
  if (live !== undefined && !REPLACED.includes(live.kind))
    throw refuse(
      'materialized',
      `makes a table ${target.schema}.${target.name}, and ${aKind(live.kind)} stands there`,
      `Drop or rename it: DROP TABLE ${target.schema}.${target.name}.`,
    );
  const facts = live === undefined ? undefined : factsOf(live);
  const isUnfinished = facts?.isUnfinished === true;
  const model: Model = {
    request,
    settings,
    views: viewsOf(request.select),
    refresh: refreshable(request.config, target.schema),
    feeders: lasting(facts?.fedBy),
  };
  const isKept = live?.kind === 'table' && !request.fullRefresh && !isUnfinished;
  return isKept ? updated(model) : { value: made(model), diagnostics: [] };
}
