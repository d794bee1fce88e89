import type { TemplateHost } from '../jinja/host.ts';
import type { MacroEntry } from '../jinja/library.ts';
import { nearestName } from '../kernel/did-you-mean.ts';
import { EtlError } from '../kernel/error.ts';
import { errorOf } from './problems.ts';

/**
 * The macro that `name` or `package.name` means: in the root project, then in the installed packages, then among the built-in
 * ones. Throws an EtlError ETL3011 when there is none.
 */
export function requireMacro(host: TemplateHost, asked: string): MacroEntry {
  const { library, rootPackage, internalPackages } = host.options;
  const [wanted, name] = partsOf(asked);
  const packages = [...library.packages()];
  const imported = packages.filter((p) => p !== rootPackage && !internalPackages.includes(p));
  const order = wanted === undefined ? [rootPackage, ...imported, ...internalPackages] : [wanted];
  for (const packageName of order) {
    const found = library.find(packageName, name);
    if (found?.kind === 'macro') return found;
  }
  const isPackageUnknown = wanted !== undefined && !packages.includes(wanted);
  const near = isPackageUnknown
    ? nearestName(wanted, packages)
    : nearestName(
        name,
        order.flatMap((p) => Array.from(library.entries(p), (entry) => entry.name)),
      );
  throw new EtlError([
    errorOf(
      'ETL3011',
      isPackageUnknown
        ? `there is no package "${wanted}" to find the macro "${name}" in`
        : `etl could not find a macro with the name '${asked}' in any package`,
      {
        hint:
          near === undefined
            ? 'Macros stand below macro-paths: {% macro name() %} … {% endmacro %}.'
            : `Did you mean "${isPackageUnknown ? `${near}.${name}` : near}"?`,
      },
    ),
  ]);
}

function partsOf(asked: string): readonly [packageName: string | undefined, name: string] {
  const dot = asked.indexOf('.');
  return dot < 0 ? [undefined, asked] : [asked.slice(0, dot), asked.slice(dot + 1)];
}
