import { list, type Listed } from '../../api/list.ts';
import { asEtlError } from '../../api/problem.ts';
import { shownParents } from '../../graph/shown-parents.ts';
import { toPython } from '../../jinja/py/convert.ts';
import { jsonText } from '../../jinja/py/json.ts';
import { configText } from '../../kernel/config-text.ts';
import { EtlError } from '../../kernel/error.ts';
import { didYouMean } from '../../kernel/did-you-mean.ts';
import type { GraphNode } from '../../manifest/node.ts';
import { isSemantic } from '../../manifest/node.ts';
import { versionedName } from '../../manifest/unit-test.ts';
import { coloursOf } from '../../reporters/colours.ts';
import { treeLines } from '../../reporters/tree-text.ts';
import { EXIT } from '../exit-code.ts';
import type { Values } from '../commands.ts';
import type { Terminal } from '../terminal.ts';
import { apiOptions } from './api-options.ts';
import { guarded } from './guarded.ts';

const OUTPUTS = ['selector', 'name', 'path', 'json'] as const;

/** dbt's default keys of `ls --output json`, in the order in which it prints those of a node. */
const START = ['name', 'resource_type', 'package_name', 'original_file_path', 'unique_id'];
const NODE_KEYS = [...START, 'alias', 'config', 'tags', 'depends_on'];
const MODEL_KEYS = [...NODE_KEYS, 'direct_parents'];
const KEYS_OF: Readonly<Record<string, readonly string[]>> = {
  model: MODEL_KEYS,
  source: [...START, 'source_name', 'tags', 'config'],
  exposure: [...START, 'tags', 'config', 'depends_on'],
  unit_test: [...START, 'depends_on', 'config'],
  metric: [...START, 'tags', 'config', 'depends_on'],
  semantic_model: [...START, 'config', 'depends_on'],
  saved_query: [...START, 'tags', 'config', 'depends_on'],
};

/** `etl ls` */
export const lsCommand = (values: Values, terminal: Terminal): Promise<number> =>
  // what is told goes to stderr: stdout is the list and nothing else
  guarded(
    values,
    { ...terminal, write: terminal.writeError, print: (text) => terminal.write(text, true) },
    async ({ reporter, learn, colour, masked }) => {
      const output = configText(values['output'] ?? 'selector');
      if (!OUTPUTS.some((o) => o === output))
        throw new EtlError([
          {
            code: 'ETL1001',
            severity: 'error',
            message: `ls cannot print "${output}"`,
            hint: didYouMean(output, OUTPUTS) ?? `Use one of: ${OUTPUTS.join(', ')}.`,
          },
        ]);
      const isTree = values['graph'] === true;
      if (isTree && output === 'json') throw noTree();
      const listed = await list({
        ...apiOptions(values, terminal),
        ...modelsAlone(values),
        onProject: learn,
        report: (d) => reporter.diagnostics(d.filter((x) => x.severity !== 'info')),
      }).catch((error: unknown) => {
        // schedulers look for its words where the list would be
        const missing = asEtlError(error)?.diagnostics.find(({ code }) => code === 'ETL1043');
        if (missing !== undefined) terminal.write(`${missing.message}\n`);
        throw error;
      });
      const keys = Array.isArray(values['outputKeys'])
        ? values['outputKeys'].flatMap((k) => String(k).split(/\s+/))
        : undefined;
      const textOf = (node: GraphNode): string => lineOf(masked(node), output, keys);
      const lines = isTree
        ? treeOf(listed, values, textOf, coloursOf(colour).dim)
        : listed.nodes.map(textOf);
      for (const line of lines) reporter.print(line);
      return EXIT.well;
    },
  );

/** The selected nodes, each below those that it reads; what was not selected is stepped over. */
function treeOf(
  { nodes, graph }: Listed,
  values: Values,
  textOf: (node: GraphNode) => string,
  dim: (text: string) => string,
): readonly string[] {
  const isAsked = values['resourceType'] !== undefined;
  const isShown = ({ resource_type: type }: GraphNode): boolean =>
    isAsked || (type !== 'test' && type !== 'unit_test');
  const shown = nodes.filter(isShown);
  const above = shownParents(graph, new Set(shown.map(({ unique_id }) => unique_id)));
  return treeLines(
    shown.map((node) => ({
      id: node.unique_id,
      text: textOf(node),
      parents: above.get(node.unique_id) ?? [],
    })),
    dim,
  );
}

const noTree = (): EtlError =>
  new EtlError([
    {
      code: 'ETL1001',
      severity: 'error',
      message: '--graph draws a tree, which --output json cannot print',
      hint: 'Use --output json without --graph: its key depends_on.nodes names the parents.',
    },
  ]);

/** Here `--models` means more than `--select`: models, and nothing else. */
function modelsAlone(values: Values): { readonly resourceType?: readonly string[] } {
  if (values['models'] === undefined) return {};
  const rival = (['select', 'resourceType'] as const).find((key) => values[key] !== undefined);
  if (rival === undefined) return { resourceType: ['model'] };
  const option = rival === 'select' ? '--select' : '--resource-type';
  throw new EtlError([
    {
      code: 'ETL1001',
      severity: 'error',
      message: `--models and ${option} exclude each other`,
      hint: 'Use --select, and --resource-type model where only models are wanted.',
    },
  ]);
}

function lineOf(node: GraphNode, output: string, asked: readonly string[] | undefined): string {
  const keys = asked ?? KEYS_OF[node.resource_type] ?? NODE_KEYS;
  switch (output) {
    case 'name':
      return node.resource_type === 'source' ? `${node.source_name}.${node.name}` : node.name;
    case 'path':
      return node.original_file_path;
    case 'json':
      return pythonJson(Object.fromEntries(keys.flatMap((key) => keyOf(node, key))));
    default:
      return selectorOf(node);
  }
}

/** As dbt's own lines, which scripts compare: `", "` and `": "` between the parts, other letters than ASCII escaped. */
const pythonJson = (value: unknown): string =>
  // what JSON knows of it: no undefined values, no classes
  jsonText(toPython(JSON.parse(JSON.stringify(value))));

/** A dotted key reaches into a mapping: `config.materialized`. */
function keyOf(node: GraphNode, key: string): readonly (readonly [string, unknown])[] {
  // dbt has them in the config alone
  if (node.resource_type === 'unit_test' && ['tags', 'meta', 'place'].includes(key)) return [];
  // a test of a file is about no column
  if (node.resource_type === 'test' && node.test_metadata === null && key === 'column_name')
    return [];
  let value: unknown = listedNode(node);
  for (const part of key.split('.')) {
    if (typeof value !== 'object' || value === null) return [];
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  return value === undefined ? [] : [[key, value]];
}

/** A node as dbt lists it: a model with its direct parents (1.12), a seed without any. */
function listedNode(node: GraphNode): object {
  if (node.resource_type === 'model') return { ...node, direct_parents: node.depends_on.nodes };
  if (node.resource_type === 'seed')
    return { ...node, depends_on: { macros: node.depends_on.macros } };
  return node;
}

/** The text that selects just this node, as dbt prints it. */
function selectorOf(node: GraphNode): string {
  if (node.resource_type === 'source')
    return `source:${node.package_name}.${node.source_name}.${node.name}`;
  if (node.resource_type === 'exposure' || isSemantic(node))
    return `${node.resource_type}:${node.package_name}.${node.name}`;
  if (node.resource_type === 'unit_test')
    return `unit_test:${node.package_name}.${versionedName(node)}`;
  return node.fqn.join('.');
}
