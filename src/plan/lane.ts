// Which way a node is built: by the plans written here, or by running the Jinja of its materialization.
import type { TemplateHost } from '../jinja/host.ts';
import type { MacroEntry } from '../jinja/library.ts';
import { MacroResolver } from '../jinja/macro-calls.ts';
import type { ExecutableNode } from '../manifest/node.ts';

/** How a node is built. */
export type Lane =
  | { readonly kind: 'native' }
  /** its materialization is run as it is written; `because` names the macro that makes it so */
  | { readonly kind: 'deferred'; readonly macro: MacroEntry; readonly because: MacroEntry };

/** A node whose materialization is run as it is written. */
export type DeferredLane = Extract<Lane, { kind: 'deferred' }>;

const NATIVE: Lane = { kind: 'native' };

/** What the built-in materializations look up by a name that only the node's config tells. */
function strategyMacros(node: ExecutableNode): readonly string[] {
  const { config } = node;
  const text = (key: string, fallback: string): string => {
    const value = config[key];
    return typeof value === 'string' && value !== '' ? value : fallback;
  };
  if (node.resource_type === 'snapshot') return [`snapshot_${text('strategy', '')}_strategy`];
  if (config.materialized !== 'incremental') return [];
  return [`get_incremental_${text('incremental_strategy', 'default').replaceAll('+', '_')}_sql`];
}

/**
 * Chooses the lane of nodes. The built-in materializations exist twice: as plans, which are safer and faster, and as macros that
 * do the same in the words of dbt. As soon as one of the macros that they call is the project's own, the macros are run.
 */
export class Lanes {
  readonly #host: TemplateHost;
  readonly #resolver: MacroResolver;
  readonly #known = new Map<string, Lane>();
  /** dbt's flag: a package may replace a built-in materialization only where this is false */
  readonly #packagesMustAsk: boolean;

  constructor(host: TemplateHost, packagesMustAsk: boolean = true) {
    this.#host = host;
    this.#resolver = new MacroResolver(host.options);
    this.#packagesMustAsk = packagesMustAsk;
  }

  /** The lane of a node; native where there is no such materialization, which planning then tells. */
  of(node: ExecutableNode): Lane {
    const { materialized } = node.config;
    const strategies = strategyMacros(node);
    const key = `${node.package_name} ${materialized} ${strategies.join(' ')}`;
    let lane = this.#known.get(key);
    if (lane === undefined) {
      lane = this.#decide(node, materialized, strategies);
      this.#known.set(key, lane);
    }
    return lane;
  }

  #decide(node: ExecutableNode, materialized: string, strategies: readonly string[]): Lane {
    const macro = this.#materialization(materialized);
    if (macro === undefined) return NATIVE;
    if (!this.#isBuiltIn(macro)) return { kind: 'deferred', macro, because: macro };
    const roots = strategies.flatMap((name) => {
      const found = this.#resolver.named(node.package_name, name);
      return found === undefined ? [] : [found];
    });
    const reached = this.#resolver.reachable([macro, ...roots], node.package_name);
    const because = [...reached].find((entry) => !this.#isBuiltIn(entry));
    return because === undefined ? NATIVE : { kind: 'deferred', macro, because };
  }

  #isBuiltIn(entry: MacroEntry): boolean {
    return this.#host.options.internalPackages.includes(entry.packageName);
  }

  /** The engine's own before the default, the root project before packages before the built-in ones: as in dbt. */
  #materialization(name: string): MacroEntry | undefined {
    const { library, rootPackage, internalPackages, dispatchPrefixes } = this.#host.options;
    const imported = [...library.packages()].filter(
      (p) => p !== rootPackage && !internalPackages.includes(p),
    );
    const search = (packages: readonly string[]): MacroEntry | undefined => {
      for (const prefix of dispatchPrefixes)
        for (const place of packages) {
          const entry = library.find(place, `materialization_${name}_${prefix}`);
          if (entry !== undefined) return entry;
        }
      return undefined;
    };
    const found = search([rootPackage, ...imported, ...internalPackages]);
    const isImported = found !== undefined && imported.includes(found.packageName);
    const builtIn = isImported ? search(internalPackages) : undefined;
    return builtIn !== undefined && this.#packagesMustAsk
      ? search([rootPackage, ...internalPackages])
      : found;
  }
}
