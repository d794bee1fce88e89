// materialized_view into a table that another model makes: several of them may fill one.
import type { Attempt } from '../../../adapter/contract.ts';
import type { OwnBuild, OwnRequest } from '../../../adapter/own-build.ts';
import type { Statement } from '../../../adapter/statement.ts';
import type { Checked } from '../../../kernel/diagnostic.ts';
import { aKind, type Column, type RelationName } from '../../../kernel/relation.ts';
import { refuse } from '../config-problem.ts';
import { factsOf } from '../facts.ts';
import { buildEmpty, grantOn, tidy } from '../publish.ts';
import type { Settings } from '../settings.ts';
import { PLAIN_TABLE } from '../table-config.ts';
import { sameClock } from './model.ts';
import { checked, refreshable } from './refresh.ts';
import {
  changeFeeder,
  changeRefresh,
  createFeeder,
  dropFeeder,
  insertByName,
} from './statements.ts';
import { catchesUp, targetOf } from './views.ts';

const isSame = (a: RelationName | undefined, b: RelationName): boolean =>
  a?.schema === b.schema && a.name === b.name;

/** A materialized_view model whose rows go into `into`. */
export function namedTargetModel(
  request: OwnRequest,
  into: RelationName,
  settings: Settings,
): Checked<OwnBuild> {
  const { target, live, config, select, fullRefresh } = request;
  if (live !== undefined && live.kind !== 'materialized_view')
    throw refuse(
      'materialized',
      `makes a materialized view ${target.schema}.${target.name}, and ${aKind(live.kind)} stands there`,
      'Give the model another alias, or drop what stands there.',
    );
  const refresh = refreshable(config, target.schema);
  const definition = live === undefined ? '' : (factsOf(live).definition ?? '');
  const isMoved = live !== undefined && !isSame(targetOf(definition), into);
  const clock = live === undefined ? undefined : sameClock(target, definition, refresh);
  const isFixed = isMoved || clock?.value === undefined;
  if (live !== undefined && !fullRefresh && isMoved) {
    const before = targetOf(definition);
    return {
      value: undefined,
      diagnostics: [
        {
          code: 'ETL4071',
          severity: 'error',
          message: `${target.schema}.${target.name} writes into ${before?.schema}.${before?.name}, and the model names ${into.schema}.${into.name}, which no ALTER can change`,
          hint: 'Run with --full-refresh: the view is then made anew.',
        },
      ],
    };
  }
  if (live !== undefined && !fullRefresh && clock !== undefined && clock.value === undefined)
    return { value: undefined, diagnostics: clock.diagnostics };
  const isMade = live === undefined || (fullRefresh && isFixed);
  const view: readonly Statement[] = isMade
    ? [
        ...(live === undefined ? [] : [dropFeeder(target)]),
        createFeeder(target, into, select, settings, refresh),
      ]
    : [
        ...(refresh === undefined ? [] : [changeRefresh(target, refresh)]),
        changeFeeder(target, select, settings),
      ];
  const isFilled = catchesUp(config) && (live === undefined || fullRefresh);
  const decide = (columns: readonly Column[]): Checked<readonly Attempt[]> => {
    const names = columns.map((c) => c.name);
    const fill = isFilled ? [insertByName(into, names, select, settings)] : [];
    const statements = [...grantOn(target, request.grants), ...view, ...fill];
    return { value: [{ statements, otherwiseOn: [] }], diagnostics: [] };
  };
  return {
    value: {
      action: live === undefined ? 'create materialized view' : 'change materialized view',
      becomes: 'materialized_view',
      build: [
        ...checked(refresh),
        ...buildEmpty({ ...request, config: {} }, PLAIN_TABLE, settings),
      ],
      publish: { kind: 'asks', decide },
      tidy: tidy(request.staged),
      hazards: [],
    },
    diagnostics: [],
  };
}
