// The names that a model meets when its inputs are given: refs and sources mean CTEs, variables may be others.
import { templateError } from '../jinja/errors.ts';
import { str } from '../jinja/py/print.ts';
import type { Value } from '../jinja/py/values.ts';
import { Relation } from '../jinja/scope/relation.ts';
import type { NodeSettings } from '../jinja/scope/settings.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { LoadedProject } from '../project/load.ts';
import { baseSettings, varLayers } from '../project/session.ts';
import type { StandInRequest } from './compiler.ts';

/** Settings of a model over those of its package; `needs` is told each input that the text reads. */
export function standInSettings(
  project: LoadedProject,
  base: NodeSettings,
  { model, inputs, overrides }: StandInRequest,
  needs: (id: NodeId) => void,
): NodeSettings {
  const { session, project: root, packages, engine, resolver } = project;
  const own = packages.get(model.package_name)?.project ?? root;
  const names = new Map(inputs.map((input) => [input.id, input.name]));
  const bare = { ...engine.style, policy: { database: false, schema: false, identifier: false } };
  const named = (name: string): Relation =>
    Relation.of({ database: null, schema: null, name }, bare, { type: 'cte' });
  const given = (id: NodeId, call: string): Value => {
    const name = names.get(id);
    if (name === undefined)
      throw templateError(
        'ETL2020',
        `the model reads ${call}, and the unit test does not give it`,
        `Add to given: - {input: "${call}", rows: []}`,
      );
    needs(id);
    return named(name);
  };
  const vars = { ...session.cliVars, ...overrides?.vars };
  const settings = baseSettings(session, varLayers(vars, root, own));
  const itself = names.get(model.unique_id);
  return {
    ...base,
    vars: settings.vars,
    env: {
      secrets: false,
      get: (name) =>
        overrides?.env.has(name) === true ? str(overrides.env.get(name)) : session.env[name],
    },
    // dbt has no address for a model whose own rows are not given
    thisRelation: itself === undefined ? null : named(itself),
    ref: (call) => {
      const { name, packageName, version } = call;
      const id = resolver.ref(
        { name, package: packageName ?? null, version: version ?? null },
        model.package_name,
      );
      const names = packageName === undefined ? `'${name}'` : `'${packageName}', '${name}'`;
      const shown = `ref(${names}${version === undefined ? '' : `, v=${version}`})`;
      // what is not there was told when the project was read
      return given(id ?? ('' as NodeId), shown);
    },
    source: (source, table) => {
      const found = resolver.source(source, table, model.package_name);
      return given(found?.unique_id ?? ('' as NodeId), `source('${source}', '${table}')`);
    },
  };
}
