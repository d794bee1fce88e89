// A `table` model that materialized views write into: its rows are not its query's, so a run leaves them.
import type { OwnBuild, OwnRequest } from '../../../adapter/own-build.ts';
import type { Checked } from '../../../kernel/diagnostic.ts';
import { factsOf, type Feeder } from '../facts.ts';
import {
  buildEmpty,
  commentOn,
  fillStaged,
  finish,
  grantOn,
  swapAttempts,
  tidy,
} from '../publish.ts';
import type { Settings } from '../settings.ts';
import { stagedView } from '../staged-names.ts';
import { tableClauses } from '../table-config.ts';
import { splitArguments } from '../types.ts';
import {
  columnChange,
  createFeeder,
  dropFeeder,
  insertByName,
  insertsEnded,
} from './statements.ts';
import { lasting, refreshOf } from './views.ts';

/** The columns that a view gives, from its CREATE statement. */
function columnsOf({ definition }: Feeder): readonly string[] {
  const open = definition.indexOf(' (', definition.indexOf(' TO '));
  let depth = 0;
  let end = open + 1;
  for (; end < definition.length; end++) {
    if (definition[end] === '(') depth++;
    if (definition[end] === ')' && --depth === 0) break;
  }
  return splitArguments(definition.slice(open + 2, end)).flatMap((column) => {
    const [, quoted, bare] = /^`((?:[^`\\]|\\.)*)`|^(\S+)/.exec(column) ?? [];
    const name = quoted ?? bare;
    return name === undefined ? [] : [name];
  });
}

const isTrue = (value: unknown): boolean => value === true || value === 'true' || value === 1;

/** Left as it is but for its columns; `mv_on_schema_change` says what becomes of those. */
function kept(request: OwnRequest, settings: Settings): OwnBuild {
  return {
    action: 'keep table that materialized views fill',
    becomes: 'table',
    build: buildEmpty(request, tableClauses(request.config), settings),
    publish: {
      kind: 'asks',
      decide: (columns) => {
        const change = columnChange(request, 'mv_on_schema_change', 'fail', columns);
        if (change.value === undefined)
          return { value: undefined, diagnostics: change.diagnostics };
        const { before, after } = change.value;
        const statements = [
          ...grantOn(request.target, request.grants),
          ...before,
          ...after,
          ...commentOn(request.target, request.comments),
        ];
        return { value: [{ statements, otherwiseOn: [] }], diagnostics: change.diagnostics };
      },
    },
    tidy: tidy(request.staged),
    hazards: [],
  };
}

/** Built anew by --full-refresh; with the rows of the views that fill it where the config says so. */
function rebuilt(request: OwnRequest, settings: Settings, feeders: readonly Feeder[]): OwnBuild {
  const { staged, target, live, config } = request;
  const isRepopulated = isTrue(config['repopulate_from_mvs_on_full_refresh']);
  const heard = isRepopulated ? feeders.filter((f) => refreshOf(f.definition) === undefined) : [];
  const names = heard.map((_, i) => stagedView(staged, `mv${i + 1}`));
  return {
    action: 'replace table',
    becomes: 'table',
    build: [
      ...names.map(dropFeeder),
      ...buildEmpty(request, tableClauses(config), settings),
      ...heard.flatMap((feeder, i) => {
        const name = names[i];
        return name === undefined ? [] : [createFeeder(name, staged, feeder.select, {}, undefined)];
      }),
      ...(names.length === 0 ? [] : [insertsEnded]),
      fillStaged(request, settings),
      ...(isRepopulated
        ? feeders.map((feeder) => insertByName(staged, columnsOf(feeder), feeder.select, {}))
        : []),
      ...finish(request),
    ],
    testable: staged,
    publish: {
      kind: 'ready',
      attempts: swapAttempts(staged, target, live, grantOn(target, request.grants)).map((a) => ({
        ...a,
        statements: [...a.statements, ...names.map(dropFeeder)],
      })),
    },
    tidy: [...names.map(dropFeeder), ...tidy(staged)],
    hazards: isRepopulated
      ? []
      : [
          {
            code: 'ETL4001',
            severity: 'warning',
            message: `${target.schema}.${target.name} is filled by materialized views, and is made anew with the rows of its own query only`,
            hint: 'Set repopulate_from_mvs_on_full_refresh: true to run their queries, too.',
          },
        ],
  };
}

/** A table model; the common way takes the ones that nothing writes into. */
export function fedTable(request: OwnRequest, settings: Settings): Checked<OwnBuild> {
  const { live } = request;
  const feeders = live?.kind === 'table' ? lasting(factsOf(live).fedBy) : [];
  if (feeders.length === 0) return { value: undefined, diagnostics: [] };
  const value = request.fullRefresh ? rebuilt(request, settings, feeders) : kept(request, settings);
  return { value, diagnostics: [] };
}
