import type { Scope } from '../jinja/host.ts';
import { Suspended } from '../jinja/host.ts';
import { toPython } from '../jinja/py/convert.ts';
import { str } from '../jinja/py/print.ts';
import { nodeNames } from '../jinja/scope/node-names.ts';
import type { BaseSettings, NodeSettings } from '../jinja/scope/settings.ts';
import type { EtlError } from '../kernel/error.ts';
import { isEtlError } from '../kernel/error.ts';
import { templateError } from '../jinja/errors.ts';
import { baseSettings, varLayers } from './session.ts';
import type { World } from './world.ts';

type Component = 'schema' | 'alias' | 'database';

/** What the naming macros may look at. */
export interface NamingSubject {
  readonly id: string;
  readonly name: string;
  readonly packageName: string;
  readonly custom: Readonly<Record<Component, string | null>>;
  /** of a version of a model: as its default alias writes it */
  readonly versionText?: string | undefined;
  /** the node as the macros see it: made when one of them is called */
  readonly node: () => Readonly<Record<string, unknown>>;
}

export interface GeneratedNames {
  readonly schema: string;
  readonly alias: string;
  readonly database: string | null;
}

const versionSuffix = ({ versionText: version }: NamingSubject): string =>
  version === undefined ? '' : `_v${version.replaceAll('.', '_')}`;

/** Finds the schema, alias and database of nodes by the macros generate_*_name, wherever they are overridden. */
export class Naming {
  readonly #world: World;
  readonly #packageOf = new Map<string, string | null>();

  constructor(world: World) {
    this.#world = world;
  }

  /** The package whose macro counts for a node of a package; null when no project or engine overrides the default. */
  #owner(component: Component, nodePackage: string): string | null {
    const key = `${component}.${nodePackage}`;
    const known = this.#packageOf.get(key);
    if (known !== undefined) return known;
    const { library, rootPackage, internalPackages, dispatchPrefixes } = this.#world.host.options;
    const macro = `generate_${component}_name`;
    let owner: string | null = null;
    // a package names its own nodes; the root project names all others
    const projects = nodePackage === rootPackage ? [rootPackage] : [nodePackage, rootPackage];
    const own = projects.find((name) => library.find(name, macro) !== undefined);
    if (own !== undefined) owner = own;
    else {
      const isOverridden = dispatchPrefixes.some(
        (prefix) =>
          library.find(rootPackage, `${prefix}__${macro}`) !== undefined ||
          internalPackages.some(
            (name) =>
              (name !== 'dbt' || prefix !== 'default') &&
              library.find(name, `${prefix}__${macro}`) !== undefined,
          ),
      );
      if (isOverridden) owner = 'dbt';
    }
    this.#packageOf.set(key, owner);
    return owner;
  }

  #default(component: Component, subject: NamingSubject): string | null {
    const { target } = this.#world;
    const custom = subject.custom[component];
    if (component === 'schema')
      return custom === null ? target.schema : `${target.schema}_${custom.trim()}`;
    if (component === 'alias')
      return custom === null || custom === ''
        ? `${subject.name}${versionSuffix(subject)}`
        : custom.trim();
    return custom === null ? (target.database ?? null) : custom.trim();
  }

  #generate(component: Component, subject: NamingSubject): string | null {
    const owner = this.#owner(component, subject.packageName);
    if (owner === null) return this.#default(component, subject);
    const scope: Scope = (attempt) => nodeNames(this.#settings(), attempt);
    try {
      const called = this.#world.host.callMacro(
        {
          packageName: owner,
          name: `generate_${component}_name`,
          args: [subject.custom[component], toPython(subject.node())],
          contextPackage: owner === 'dbt' ? this.#world.root.project.name : owner,
        },
        scope,
      );
      if (called instanceof Suspended)
        throw templateError('ETL2006', `generate_${component}_name must not ask the warehouse`);
      return called.value === null ? null : str(called.value).trim();
    } catch (error) {
      if (!isEtlError(error)) throw error;
      for (const diagnostic of (error as EtlError).diagnostics)
        this.#world.diagnostics.push({ ...diagnostic, node: subject.id });
      return this.#default(component, subject);
    }
  }

  #settings(): NodeSettings {
    const { watched: session, root, engine } = this.#world;
    const base = baseSettings(session, varLayers(session.cliVars, root.project, root.project));
    // not by a spread: an object of this size takes many times as long so
    return Object.assign(base, {
      execute: false,
      engine,
      ref: () => {
        throw templateError('ETL2003', 'ref() cannot be used where names are generated');
      },
      source: () => {
        throw templateError('ETL2003', 'source() cannot be used where names are generated');
      },
      config: { isParsing: true, get: () => undefined, call: () => undefined },
      thisRelation: null,
      model: undefined,
      graph: () => ({}),
      isIncremental: () => false,
      extra: {},
      warn: () => undefined,
    } satisfies Omit<NodeSettings, keyof BaseSettings>);
  }

  /** The names of a node. */
  names(subject: NamingSubject): GeneratedNames {
    return {
      database: this.#generate('database', subject),
      schema: this.#generate('schema', subject) ?? '',
      alias: this.#generate('alias', subject) ?? subject.name,
    };
  }
}
