import { Suspended, TemplateHost } from '../../../src/jinja/host.ts';
import type { Question, Rendered } from '../../../src/jinja/host.ts';
import { MacroLibrary } from '../../../src/jinja/library.ts';
import { toPython } from '../../../src/jinja/py/convert.ts';
import { ColumnApi } from '../../../src/jinja/scope/column.ts';
import { nodeNames } from '../../../src/jinja/scope/node-names.ts';
import { Relation } from '../../../src/jinja/scope/relation.ts';
import type { NodeSettings } from '../../../src/jinja/scope/settings.ts';

const quote = (text: string): string => `"${text}"`;
const style = { quote, policy: { database: true, schema: true, identifier: true } };
const NOW = new Date(Date.UTC(2024, 1, 29, 13, 5, 9, 120));

/** The settings of a scope for tests: every part may be replaced. */
function settings(more: Partial<NodeSettings> = {}): NodeSettings {
  const vars: Readonly<Record<string, unknown>> = {
    day: '2024-01-01',
    nested: "{{ var('day') }}!",
    none: null,
  };
  return {
    vars: {
      get: (name) => (Object.hasOwn(vars, name) ? toPython(vars[name]) : undefined),
      names: () => Object.keys(vars),
      forgiving: false,
    },
    env: { get: (name) => (name === 'HOME' ? '/home/ana' : undefined), secrets: false },
    target: { name: 'dev', schema: 'analytics', type: 'postgres' },
    invocation: {
      invocationId: 'abc',
      startedAt: NOW,
      now: () => NOW,
      projectName: 'shop',
      threadId: 'Thread-1',
      flags: { FULL_REFRESH: true, WHICH: 'run' },
      args: { which: 'run' },
      selectedResources: ['model.shop.a'],
      metadataEnvs: {},
    },
    yaml: { parse: (text) => JSON.parse(text) as unknown, print: (value) => JSON.stringify(value) },
    log: () => undefined,
    execute: true,
    engine: {
      type: 'postgres',
      style,
      strategies: new Set(['append', 'delete+insert', 'merge']),
      columns: new ColumnApi(quote, (type) => type),
    },
    ref: ({ packageName, name, version }) =>
      Relation.of(
        {
          database: 'db',
          schema: packageName ?? 's',
          name: `${name}${version === undefined ? '' : `_v${version}`}`,
        },
        style,
      ),
    source: (source, table) => Relation.of({ database: 'db', schema: source, name: table }, style),
    config: { isParsing: false, get: () => undefined, call: () => undefined },
    thisRelation: Relation.of({ database: 'db', schema: 's', name: 'me' }, style, {
      type: 'table',
    }),
    model: () => toPython({ name: 'me', config: { materialized: 'table' } }),
    graph: () => toPython({ nodes: { 'model.shop.a': { name: 'a' } } }),
    isIncremental: () => false,
    extra: {},
    warn: () => undefined,
    ...more,
  };
}

/** A host with some macro files of package `dbt`. */
export function hostOf(...macros: readonly string[]): TemplateHost {
  const library = new MacroLibrary();
  macros.forEach((text, i) =>
    library.addFile({ packageName: 'dbt', path: `macros/${i}.sql`, text }),
  );
  return new TemplateHost({
    library,
    rootPackage: 'shop',
    internalPackages: ['dbt'],
    dispatchPrefixes: ['postgres', 'default'],
    searchOrder: {},
  });
}

const template = (text: string): { packageName: string; path: string; text: string } => ({
  packageName: 'shop',
  path: 'models/a.sql',
  text,
});

/** Renders a text that asks nothing. */
export function rendered(
  text: string,
  more: Partial<NodeSettings> = {},
  host: TemplateHost = hostOf(),
): string {
  const result = host.render(template(text), (attempt) => nodeNames(settings(more), attempt));
  if (result instanceof Suspended) throw new Error('the template asks');
  return result.text;
}

/** Renders a text that asks, with the answers in order; gives the text and the questions. */
export function answered(
  text: string,
  answers: readonly unknown[],
  host: TemplateHost = hostOf(),
): { readonly text: string; readonly questions: readonly Question[] } {
  const questions: Question[] = [];
  const work = host.renderAsking(template(text), (attempt) => nodeNames(settings(), attempt));
  let step: IteratorResult<Question, Rendered> = work.next();
  while (step.done !== true) {
    questions.push(step.value);
    step = work.next(answers[questions.length - 1]);
  }
  return { text: step.value.text, questions };
}
