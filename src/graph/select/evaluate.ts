import type { Diagnostic } from '../../kernel/diagnostic.ts';
import type { NodeId } from '../../kernel/node-id.ts';
import { didYouMean } from '../../kernel/did-you-mean.ts';
import { findNode, type Manifest } from '../../manifest/manifest.ts';
import type { PreviousState } from '../../manifest/previous-state.ts';
import type { ProjectGraph } from '../graph.ts';
import { ancestors, descendants } from '../traverse.ts';
import { fnmatch, isPattern } from './fnmatch.ts';
import { METHODS } from './methods.ts';
import { nameHint } from './name-hint.ts';
import { difference, intersection, union } from './sets.ts';
import type { Combination, Criterion, Indirect, Selector } from './selector.ts';

/** What a selector is evaluated against. */
export interface EvaluationContext {
  readonly manifest: Manifest;
  readonly graph: ProjectGraph;
  readonly indirect: Indirect;
  /** the earlier run of --state */
  readonly state?: PreviousState | undefined;
  /** the selectors of selectors.yml, for the method `selector` */
  readonly selectors?: ReadonlyMap<string, Selector> | undefined;
  /** the selectors that are being evaluated, outermost first */
  readonly open?: readonly string[];
}

/** Selected nodes, and the tests that some but not all of their parents would bring along. */
export interface Selection {
  readonly direct: ReadonlySet<NodeId>;
  readonly pending: ReadonlySet<NodeId>;
}

const NONE: Selection = { direct: new Set(), pending: new Set() };

/** Evaluates a parsed selector, as dbt does: criteria bring their tests, combinations combine both sets. */
export function evaluate(
  selector: Selector,
  context: EvaluationContext,
  report: (diagnostic: Diagnostic) => void,
): Selection {
  if (selector.kind === 'criterion') return evaluateCriterion(selector, context, report);
  const parts = selector.parts.map((part) => evaluate(part, context, report));
  const direct = combine(
    selector.kind,
    parts.map((part) => part.direct),
  );
  const either = combine(
    selector.kind,
    parts.map((part) => union(part.direct, part.pending)),
  );
  const settled = selector.kind === 'difference' ? direct : admitPending(direct, either, context);
  if (selector.expected !== undefined && settled.size === 0)
    report(nothingMatches(selector, selector.expected, context.manifest));
  return { direct: settled, pending: difference(either, settled) };
}

function evaluateCriterion(
  criterion: Criterion,
  context: EvaluationContext,
  report: (diagnostic: Diagnostic) => void,
): Selection {
  const { manifest, graph } = context;
  const within = { ...context, indirect: criterion.indirect ?? context.indirect };
  if (criterion.method === 'selector') {
    const found = evaluateNamed(criterion, within, report);
    const isAlone =
      !criterion.childrensParents && criterion.parentsDepth + criterion.childrenDepth === 0;
    // a selector that leaves tests out must not get them back
    return isAlone ? found : addTests(withRelatives(criterion, found.direct, graph), within);
  }
  const matcher = METHODS.get(criterion.method)?.({
    ...criterion,
    manifest,
    report,
    state: context.state,
  });
  if (matcher === undefined) return NONE;
  if (typeof matcher !== 'function') {
    report({
      code: 'ETL3007',
      severity: 'error',
      message: matcher.problem,
      at: criterion.at,
      ...(matcher.hint === undefined ? {} : { hint: matcher.hint }),
    });
    return NONE;
  }
  const matched = graph.ids.filter((id) => {
    const node = findNode(manifest, id);
    return node !== undefined && matcher(node);
  });
  return addTests(withRelatives(criterion, new Set(matched), graph), within);
}

/** What the selectors of a name, or of a pattern of names, select together. */
function evaluateNamed(
  { value, at }: Criterion,
  context: EvaluationContext,
  report: (diagnostic: Diagnostic) => void,
): Selection {
  const { selectors = new Map<string, Selector>(), open = [] } = context;
  const refuse = (message: string, hint: string): Selection => {
    report({ code: 'ETL3007', severity: 'error', message, at, hint });
    return NONE;
  };
  const isMeant = isPattern(value) ? fnmatch(value) : (name: string): boolean => name === value;
  const named = [...selectors].filter(([name]) => isMeant(name));
  if (named.length === 0)
    return refuse(
      `There is no selector "${value}".`,
      didYouMean(value, selectors.keys()) ?? 'Selectors are defined in selectors.yml.',
    );
  const circle = named.find(([name]) => open.includes(name));
  if (circle !== undefined) {
    const path = [...open.slice(open.indexOf(circle[0])), circle[0]].join(' → ');
    return refuse(`selectors name each other in a circle: ${path}`, 'Remove one of the names.');
  }
  const found = named.map(([name, selector]) =>
    evaluate(selector, { ...context, open: [...open, name] }, report),
  );
  const direct = union(...found.map((one) => one.direct));
  return { direct, pending: difference(union(...found.map((one) => one.pending)), direct) };
}

function withRelatives(
  criterion: Criterion,
  matched: ReadonlySet<NodeId>,
  graph: ProjectGraph,
): ReadonlySet<NodeId> {
  const family = criterion.childrensParents
    ? union(matched, descendants(graph, matched))
    : new Set<NodeId>();
  return union(
    matched,
    family,
    ancestors(graph, family),
    ancestors(graph, matched, criterion.parentsDepth),
    descendants(graph, matched, criterion.childrenDepth),
  );
}

/** Tests come along with the nodes they read; how many of these must be selected is a matter of the mode. */
function addTests(selected: ReadonlySet<NodeId>, context: EvaluationContext): Selection {
  const { graph, indirect } = context;
  if (indirect === 'empty') return { direct: selected, pending: new Set() };
  const enough = indirect === 'eager' ? undefined : enoughFor(selected, context);
  const direct = new Set(selected);
  const pending = new Set<NodeId>();
  for (const id of selected)
    for (const test of graph.children(id)) {
      if (direct.has(test) || !isTest(context.manifest, test)) continue;
      if (enough === undefined || graph.parents(test).every((parent) => enough.has(parent)))
        direct.add(test);
      else pending.add(test);
    }
  return { direct, pending };
}

/** Tests that were pending in each part may have all their parents in the combination. */
function admitPending(
  direct: ReadonlySet<NodeId>,
  either: ReadonlySet<NodeId>,
  context: EvaluationContext,
): ReadonlySet<NodeId> {
  if (context.indirect === 'eager' || context.indirect === 'empty') return direct;
  const enough = enoughFor(direct, context);
  const admitted = [...either].filter(
    (id) =>
      !direct.has(id) &&
      isTest(context.manifest, id) &&
      context.graph.parents(id).every((parent) => enough.has(parent)),
  );
  return union(direct, new Set(admitted));
}

/** The nodes that a test may read: the selected ones, and for `buildable` also what these are built from. */
function enoughFor(
  selected: ReadonlySet<NodeId>,
  { graph, indirect }: EvaluationContext,
): ReadonlySet<NodeId> {
  if (indirect !== 'buildable') return selected;
  const sources = graph.ids.filter((id) => id.startsWith('source.'));
  return union(selected, ancestors(graph, selected), new Set(sources));
}

function combine(
  kind: Combination['kind'],
  sets: readonly ReadonlySet<NodeId>[],
): ReadonlySet<NodeId> {
  if (kind === 'union') return union(...sets);
  if (kind === 'intersection') return intersection(...sets);
  const [first = new Set<NodeId>(), ...others] = sets;
  return difference(first, ...others);
}

function nothingMatches(
  selector: Combination,
  { raw, at }: NonNullable<Combination['expected']>,
  manifest: Manifest,
): Diagnostic {
  const [only, ...others] = selector.parts;
  const hint =
    only?.kind === 'criterion' && others.length === 0 ? nameHint(only, manifest) : undefined;
  return {
    code: 'ETL3008',
    severity: 'warning',
    message: `The selection criterion '${raw}' does not match any enabled nodes`,
    at,
    ...(hint === undefined ? {} : { hint }),
  };
}

const isTest = (manifest: Manifest, id: NodeId): boolean => {
  const type = findNode(manifest, id)?.resource_type;
  return type === 'test' || type === 'unit_test';
};
