import { hasErrors, type Checked, type Diagnostic } from '../../kernel/diagnostic.ts';
import type { NodeId } from '../../kernel/node-id.ts';
import { findNode, type Manifest } from '../../manifest/manifest.ts';
import type { PreviousState } from '../../manifest/previous-state.ts';
import type { ResourceType } from '../../manifest/node.ts';
import type { ProjectGraph } from '../graph.ts';
import { readDefinitions } from './definition.ts';
import { evaluate } from './evaluate.ts';
import { METHODS } from './methods.ts';
import { parseSelector } from './parser.ts';
import type { Indirect, Selector } from './selector.ts';

export interface SelectOptions {
  /** arguments of `--select`; absent or without elements means everything */
  readonly select?: readonly string[] | undefined;
  /** arguments of `--exclude` */
  readonly exclude?: readonly string[] | undefined;
  /** name of an entry of selectors.yml, instead of `select` and `exclude` */
  readonly selector?: string | undefined;
  /** the earlier run that `state:` and `result:` compare with */
  readonly state?: PreviousState | undefined;
  /** default: eager */
  readonly indirect?: Indirect | undefined;
  /** what the command works on; default: every type */
  readonly resourceTypes?: ReadonlySet<ResourceType> | undefined;
}

/** The ids that `--select` and `--exclude` choose among the resource types of the command, in the order of the ids. */
export function select(
  manifest: Manifest,
  graph: ProjectGraph,
  options: SelectOptions = {},
): Checked<ReadonlySet<NodeId>> {
  const diagnostics: Diagnostic[] = [];
  // a method that is asked twice tells what it found once
  const told = new Set<string>();
  const report = (diagnostic: Diagnostic): void => {
    const { code, message, node, at } = diagnostic;
    const known = JSON.stringify([code, message, node, at]);
    if (told.has(known)) return;
    told.add(known);
    diagnostics.push(diagnostic);
  };
  const { value: selectors = new Map<string, Selector>(), diagnostics: problems } = readDefinitions(
    manifest.selectors,
  );
  if (hasErrors(problems)) return { value: undefined, diagnostics: problems };
  diagnostics.push(...problems);
  const context = {
    manifest,
    graph,
    indirect: options.indirect ?? 'eager',
    selectors,
    state: options.state,
  } as const;
  const chosen = (texts: readonly string[], source: string): ReadonlySet<NodeId> => {
    const selector = parse(texts, source, report);
    return selector === undefined ? new Set() : evaluate(selector, context, report).direct;
  };

  const { select: included = [], exclude: excluded = [] } = options;
  const name = selectorOf(options, manifest, report);
  const direct =
    name !== undefined
      ? chosen([`selector:${name}`], '--selector')
      : included.length === 0
        ? new Set(graph.ids)
        : chosen(included, '--select');
  const removed =
    name !== undefined || excluded.length === 0 ? new Set<NodeId>() : chosen(excluded, '--exclude');
  // what matches nothing because it cannot be read is told once
  const errors = diagnostics.filter((d) => d.severity === 'error');
  if (errors.length > 0) return { value: undefined, diagnostics: errors };
  const types = options.resourceTypes;
  const value = graph.ids.filter((id) => {
    const type = findNode(manifest, id)?.resource_type;
    return (
      direct.has(id) &&
      !removed.has(id) &&
      (types === undefined || (type !== undefined && types.has(type)))
    );
  });
  return { value: new Set(value), diagnostics };
}

/** `--selector`, or the default one when nothing else is asked for. */
function selectorOf(
  { selector, select: included = [], exclude: excluded = [] }: SelectOptions,
  manifest: Manifest,
  report: (diagnostic: Diagnostic) => void,
): string | undefined {
  const isPlain = included.length === 0 && excluded.length === 0;
  if (selector === undefined)
    return isPlain
      ? Object.values(manifest.selectors).find((entry) => entry.default)?.name
      : undefined;
  if (!isPlain)
    report({
      code: 'ETL3007',
      severity: 'warning',
      message: '--selector is given, so --select and --exclude are ignored',
      hint: `Use --select selector:${selector} to combine it with others.`,
    });
  return selector;
}

function parse(
  texts: readonly string[],
  source: string,
  report: (diagnostic: Diagnostic) => void,
): Selector | undefined {
  if (texts.join('').trim() === '') {
    // an empty shell variable must not come to mean "everything"
    report({
      code: 'ETL3008',
      severity: 'warning',
      message: `${source} was given an empty text, which matches no nodes`,
      hint: `Leave out ${source}, or name what you mean.`,
    });
    return undefined;
  }
  const { value, diagnostics } = parseSelector(texts, source, new Set(METHODS.keys()));
  for (const diagnostic of diagnostics) report(diagnostic);
  return hasErrors(diagnostics) ? undefined : value;
}
