import type { Dialect } from '../adapter/contract.ts';
import { TemplateHost } from '../jinja/host.ts';
import { MacroLibrary } from '../jinja/library.ts';
import { MacroResolver } from '../jinja/macro-calls.ts';
import { blockProblem } from '../jinja/macro-index.ts';
import type { MacroEntry } from '../jinja/library.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { EtlError } from '../kernel/error.ts';
import { isEtlError } from '../kernel/error.ts';
import type { MacroNode } from '../manifest/manifest.ts';
import { BUILT_IN_MACROS } from './built-in-macros.ts';
import { errorOf } from './problems.ts';
import type { Property } from './properties.ts';
import type { ProjectPackage } from './text-files.ts';
import { isYamlMap } from './yaml.ts';

const attempt = (run: () => void, diagnostics: Diagnostic[]): void => {
  try {
    run();
  } catch (error) {
    if (!isEtlError(error)) throw error;
    diagnostics.push(...(error as EtlError).diagnostics);
  }
};

/** The template host of a project: macros of the product, the engine and every package. */
export function makeHost(
  dialect: Dialect,
  root: ProjectPackage,
  packages: readonly ProjectPackage[],
  diagnostics: Diagnostic[],
): TemplateHost {
  const library = new MacroLibrary();
  const internal = new Set<string>();
  for (const macro of [...dialect.macros, ...BUILT_IN_MACROS]) {
    library.addFile(macro);
    if (macro.packageName !== 'dbt') internal.add(macro.packageName);
  }
  for (const pkg of packages)
    for (const file of pkg.files.macros)
      attempt(
        () =>
          library.addFile({ packageName: pkg.project.name, path: file.shownPath, text: file.text }),
        diagnostics,
      );
  for (const pkg of packages)
    for (const file of pkg.files.macros) {
      const problem = blockProblem(file.text.replaceAll(/\r\n?/g, '\n'));
      if (problem === undefined) continue;
      const { message, line, column } = problem;
      diagnostics.push(
        errorOf('ETL2001', message, {
          at: { file: file.shownPath, line, column },
          hint: 'Each {% macro %}, {% test %} or {% materialization %} needs its own {% end… %}, spelled in full.',
        }),
      );
    }
  for (const [first, second] of library.duplicates()) {
    if (internal.has(second.packageName) || second.packageName === 'dbt') continue;
    diagnostics.push(
      errorOf(
        'ETL3005',
        `two macros of package "${second.packageName}" are called "${second.name}"`,
        {
          at: { file: second.path, line: second.line, column: second.column },
          hint: 'Rename or remove one of the two.',
          related: [
            {
              message: 'the other one',
              at: { file: first.path, line: first.line, column: first.column },
            },
          ],
        },
      ),
    );
  }
  return new TemplateHost({
    library,
    rootPackage: root.project.name,
    internalPackages: [...internal, 'dbt'],
    dispatchPrefixes: [dialect.name, 'default'],
    searchOrder: root.project.dispatch,
  });
}

function macroNode(
  entry: MacroEntry,
  prefix: string,
  patch: Property | undefined,
  resolver: MacroResolver,
): MacroNode {
  const path = entry.path.startsWith(prefix) ? entry.path.slice(prefix.length) : entry.path;
  const described = patch?.value['arguments'];
  const meta = patch?.value['meta'];
  return {
    unique_id: entry.uniqueId,
    name: entry.name,
    package_name: entry.packageName,
    path,
    original_file_path: path,
    macro_sql: entry.block,
    depends_on: { macros: resolver.calledBy(entry).map(({ uniqueId }) => uniqueId) },
    description: typeof patch?.value['description'] === 'string' ? patch.value['description'] : '',
    meta: isYamlMap(meta) ? meta : {},
    arguments: Array.isArray(described)
      ? described.filter(isYamlMap).map((argument) => ({
          name: String(argument['name'] as string),
          type: typeof argument['type'] === 'string' ? argument['type'] : null,
          description: typeof argument['description'] === 'string' ? argument['description'] : '',
        }))
      : [],
  };
}

/** The macros as the manifest holds them. Signatures are read only for the packages of the user: the rest is well known. */
export function macroNodes(
  host: TemplateHost,
  packages: readonly ProjectPackage[],
  properties: readonly Property[],
): Readonly<Record<string, MacroNode>> {
  const prefixes = new Map(packages.map((pkg) => [pkg.project.name, pkg.shownPrefix]));
  const patches = new Map(
    properties
      .filter((property) => property.section === 'macros')
      .map((property) => [`macro.${property.packageName}.${property.name}`, property]),
  );
  const resolver = new MacroResolver(host.options);
  const nodes: Record<string, MacroNode> = {};
  for (const entry of host.options.library.entries())
    nodes[entry.uniqueId] = macroNode(
      entry,
      prefixes.get(entry.packageName) ?? '',
      patches.get(entry.uniqueId),
      resolver,
    );
  return nodes;
}
