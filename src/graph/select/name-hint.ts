import { didYouMean } from '../../kernel/did-you-mean.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import type { GraphNode } from '../../manifest/node.ts';
import { isPattern } from './fnmatch.ts';
import { matchFqn } from './match-fqn.ts';
import { fileName } from './match-path.ts';
import type { Criterion } from './selector.ts';

const namesOfType =
  (type: GraphNode['resource_type']) =>
  (node: GraphNode): readonly string[] =>
    node.resource_type === type ? [node.name] : [];

const KNOWN: Readonly<Record<string, (node: GraphNode) => readonly string[]>> = {
  fqn: (node) => (node.resource_type === 'source' ? [] : [node.name, node.fqn.join('.')]),
  tag: (node) => node.tags,
  file: (node) => [fileName(node.original_file_path)],
  path: (node) => [node.original_file_path, node.original_file_path.replace(/\/[^/]*$/, '')],
  package: (node) => [node.package_name],
  source: (node) =>
    node.resource_type === 'source' ? [node.source_name, `${node.source_name}.${node.name}`] : [],
  exposure: namesOfType('exposure'),
  metric: namesOfType('metric'),
  semantic_model: namesOfType('semantic_model'),
  saved_query: namesOfType('saved_query'),
  test_name: (node) =>
    node.resource_type === 'test' && node.test_metadata !== null ? [node.test_metadata.name] : [],
};

/** A hint for a criterion that matched nothing: a name like it, or that the node exists and is disabled. */
export function nameHint(criterion: Criterion, manifest: Manifest): string | undefined {
  const { method, value } = criterion;
  const namesOf = KNOWN[method];
  if (namesOf === undefined) return undefined;
  const disabled = Object.values(manifest.disabled).flat();
  if (disabled.some((node) => namesOf(node).includes(value)))
    return `"${value}" is disabled by its config.`;
  const nodes = [manifest.nodes, manifest.sources, manifest.exposures, manifest.semantics].flatMap(
    (kind): readonly GraphNode[] => Object.values(kind),
  );
  if (!isPattern(value)) return didYouMean(value, new Set(nodes.flatMap(namesOf)));
  const wider = `*${value}`;
  return method === 'fqn' && nodes.some(matchFqn(wider)) ? `Did you mean "${wider}"?` : undefined;
}
