// Packages that replace a built-in materialization, where the project lets them.
import type { MacroEntry } from '../jinja/library.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import { warningOf } from './problems.ts';
import type { World } from './world.ts';

const FLAG = 'require_explicit_package_overrides_for_builtin_materializations';

/** Warnings (ETL2010) for the materializations of packages that stand in the place of built-in ones and that a node uses. */
export function warnOfPackageMaterializations(
  { host, root }: Pick<World, 'host' | 'root'>,
  nodes: Readonly<Record<NodeId, ExecutableNode>>,
): readonly Diagnostic[] {
  if (root.project.flags[FLAG] !== false) return [];
  const used = new Set(
    Object.values(nodes).flatMap(({ resource_type: type, config }) =>
      type === 'test' || type === 'analysis' ? [] : [config.materialized],
    ),
  );
  const { library, rootPackage, internalPackages, dispatchPrefixes } = host.options;
  const imported = [...library.packages()].filter(
    (one) => one !== rootPackage && !internalPackages.includes(one),
  );
  return [...used].flatMap((name) => {
    const find = (packages: readonly string[]): MacroEntry | undefined => {
      for (const prefix of dispatchPrefixes)
        for (const one of packages) {
          const entry = library.find(one, `materialization_${name}_${prefix}`);
          if (entry !== undefined) return entry;
        }
      return undefined;
    };
    const chosen = find([rootPackage, ...imported, ...internalPackages]);
    if (chosen === undefined || !imported.includes(chosen.packageName)) return [];
    if (find(internalPackages) === undefined) return [];
    const { packageName, path, line, column } = chosen;
    return [
      warningOf(
        'ETL2010',
        `Installed package '${packageName}' is overriding the built-in materialization '${name}'`,
        {
          at: { file: path, line, column },
          hint: `Write a materialization "${name}" in your own macros that calls that of the package, and remove the flag ${FLAG}.`,
        },
      ),
    ];
  });
}
