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
import { renderDescription } from './descriptions.ts';
import { errorOf } from './problems.ts';
import { listAt } from './properties.ts';
import type { Property } from './properties.ts';
import type { ProjectPackage } from './text-files.ts';
import type { World } from './world.ts';
import { isYamlMap } from './yaml.ts';
import type { YamlMap, YamlPath } from './yaml.ts';

const PLAIN_DOCS = { show: true, node_color: null };
const mapOf = (value: unknown): YamlMap => (isYamlMap(value) ? value : {});

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
        `dbt found multiple macros named "${second.name}" in the project (package "${second.packageName}")`,
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

/** What a property file says of a macro; nothing said is dbt's defaults. */
function describedMacro(
  world: World,
  patch: Property | undefined,
): Pick<MacroNode, 'description' | 'meta' | 'docs' | 'patch_path' | 'arguments'> {
  if (patch === undefined)
    return { description: '', meta: {}, docs: PLAIN_DOCS, patch_path: null, arguments: [] };
  const { value, file, packageName, path } = patch;
  const config = isYamlMap(value['config']) ? value['config'] : {};
  const described = (of: unknown, at: YamlPath): string =>
    renderDescription(world, packageName, of, file, [...at, 'description']);
  const docs = [config['docs'], value['docs']].find(isYamlMap) ?? {};
  return {
    description: described(value['description'], path),
    meta: { ...mapOf(value['meta']), ...mapOf(config['meta']) },
    docs: {
      show: docs['show'] !== false,
      node_color: typeof docs['node_color'] === 'string' ? docs['node_color'] : null,
    },
    patch_path: `${packageName}://${file.originalPath}`,
    arguments: listAt(value['arguments'], [...path, 'arguments'], file, []).flatMap((item) =>
      isYamlMap(item.value)
        ? [
            {
              name: String(item.value['name'] as string),
              type: typeof item.value['type'] === 'string' ? item.value['type'] : null,
              description: described(item.value['description'], item.path),
            },
          ]
        : [],
    ),
  };
}

function macroNode(
  entry: MacroEntry,
  prefix: string,
  described: ReturnType<typeof describedMacro>,
  resolver: MacroResolver,
): MacroNode {
  const path = entry.path.startsWith(prefix) ? entry.path.slice(prefix.length) : entry.path;
  return {
    unique_id: entry.uniqueId,
    name: entry.name,
    package_name: entry.packageName,
    path,
    original_file_path: path,
    macro_sql: entry.block,
    depends_on: { macros: resolver.calledBy(entry).map(({ uniqueId }) => uniqueId) },
    ...described,
  };
}

/** The macros as the manifest holds them. Signatures are read only for the packages of the user: the rest is well known. */
export function macroNodes(
  world: World,
  properties: readonly Property[],
): Readonly<Record<string, MacroNode>> {
  const { host, packages } = world;
  const prefixes = new Map(
    [...packages.values()].map((pkg) => [pkg.project.name, pkg.shownPrefix]),
  );
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
      describedMacro(world, patches.get(entry.uniqueId)),
      resolver,
    );
  return nodes;
}
