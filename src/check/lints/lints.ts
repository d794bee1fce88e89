// Where the engine is silent: SQL that it takes, and that means something else than it seems to.
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import type { NodeId } from '../../kernel/node-id.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import type { ExecutableNode } from '../../manifest/node.ts';
import type { CompiledNode } from '../../plan/compiler.ts';
import { nodeRelation } from '../../plan/plan-node.ts';
import { outlineOf, type Outline } from '../../sql/outline.ts';
import type { CheckContext } from '../check-context.ts';
import { makesRelation, type CheckScope } from '../scope.ts';
import type { Shadow } from '../shadow.ts';
import type { TypedColumn } from '../verdict.ts';
import { constantNull, NULL_TEST } from './constant-null.ts';
import { DIVISION, integerDivision } from './integer-division.ts';
import { limit } from './limit.ts';
import type { Finding, LintedText, LintGround, TextLint } from './lint.ts';
import { mixedUnion } from './mixed-union.ts';
import { notIn } from './not-in.ts';
import { OUTER_JOIN, outerJoin } from './outer-join.ts';
import { Prober } from './probe.ts';
import { star } from './star.ts';
import { toldLint } from './tell.ts';
import { viewOrder } from './view-order.ts';

const TEXT_LINTS: readonly TextLint[] = [mixedUnion, notIn, star, viewOrder, limit];
const PROBED = [OUTER_JOIN, DIVISION, NULL_TEST];

/** What the lints of one check need to know. */
export class Lints {
  readonly #ctx: CheckContext;
  readonly #scope: CheckScope;
  readonly #textsOf: (id: NodeId) => readonly CompiledNode[];
  readonly #columnsOf: (id: NodeId) => readonly TypedColumn[] | undefined;
  readonly #wordsOf: (node: ExecutableNode) => string | undefined;
  readonly #outlines: Map<CompiledNode, Outline | undefined> = new Map();
  #prober: Prober | undefined;
  #knownGround: LintGround | undefined;
  #ids: ReadonlyMap<string, NodeId> | undefined;
  #neverNull: ReadonlySet<string> | undefined;

  /**
   * `textsOf`: the forms of a node that the engine has taken, the first one first. `wordsOf`: the words of the only form of a node,
   * where they are known without rendering it
   */
  constructor(
    ctx: CheckContext,
    scope: CheckScope,
    textsOf: (id: NodeId) => readonly CompiledNode[],
    columnsOf: (id: NodeId) => readonly TypedColumn[] | undefined,
    wordsOf: (node: ExecutableNode) => string | undefined = () => undefined,
  ) {
    this.#ctx = ctx;
    this.#scope = scope;
    this.#textsOf = textsOf;
    this.#columnsOf = columnsOf;
    this.#wordsOf = wordsOf;
  }

  /** What only the engine can tell of a node, by its forms. It is the same until the node or the columns above it change. */
  async probed(id: NodeId, shadow: Shadow): Promise<readonly (readonly Finding[])[]> {
    const node = this.#lintable(id);
    const { probes } = shadow.analysis;
    if (node === undefined || probes === undefined) return [];
    const prober = (this.#prober ??= new Prober(shadow, this.#ctx.dialect, probes));
    const found: (readonly Finding[])[] = [];
    for (const compiled of this.#textsOf(id)) {
      const { sql } = compiled;
      const text = PROBED.some((p) => p.test(sql)) ? this.#linted(node, compiled) : undefined;
      if (text === undefined) found.push([]);
      else
        found.push([
          ...(OUTER_JOIN.test(sql) ? await outerJoin(text, prober) : []),
          ...(DIVISION.test(sql) ? await integerDivision(text, prober) : []),
          ...(NULL_TEST.test(sql) ? await constantNull(text, prober, this.#ground) : []),
        ]);
    }
    return found;
  }

  /** All warnings of a node; `probed` are the findings of the engine by the forms of the node. */
  told(id: NodeId, probed: readonly (readonly Finding[])[]): readonly Diagnostic[] {
    const node = this.#lintable(id);
    if (node === undefined) return [];
    const words = probed.some((found) => found.length > 0) ? undefined : this.#wordsOf(node);
    const isQuiet =
      words !== undefined && this.#textLints(node, words, this.#columnsOf(id)).length === 0;
    if (isQuiet) return [];
    const told = new Map<string, Diagnostic>();
    for (const [form, compiled] of this.#textsOf(id).entries()) {
      const lints = this.#textLints(node, compiled.sql, this.#columnsGiven(node, compiled));
      const text = lints.length === 0 ? undefined : this.#linted(node, compiled);
      const found = [
        ...(text === undefined ? [] : lints.flatMap((lint) => lint.find(text, this.#ground))),
        ...(probed[form] ?? []),
      ];
      for (const finding of found) {
        if (this.#ctx.lints?.isOn(node, finding.code) === false) continue;
        const diagnostic = toldLint(node, compiled, finding);
        if (diagnostic === undefined) continue;
        const key = `${finding.code} ${diagnostic.at?.line} ${diagnostic.at?.column}`;
        if (!told.has(key)) told.set(key, diagnostic);
      }
    }
    return [...told.values()];
  }

  /** Those that a text with these words may have. */
  #textLints(
    node: ExecutableNode,
    sql: string,
    columns: LintedText['columns'],
  ): readonly TextLint[] {
    return TEXT_LINTS.filter(
      ({ trigger, mayHave }) =>
        trigger.test(sql) && mayHave?.(node, columns, this.#ground) !== false,
    );
  }

  /** What packages bring is their authors' affair. */
  #lintable(id: NodeId): ExecutableNode | undefined {
    if (this.#ctx.lints === undefined) return undefined;
    const { [id]: node } = this.#ctx.manifest.nodes;
    const isKind = node?.resource_type === 'model' || node?.resource_type === 'snapshot';
    return isKind && node.package_name === this.#ctx.manifest.project_name ? node : undefined;
  }

  #linted(node: ExecutableNode, compiled: CompiledNode): LintedText | undefined {
    // not kept: those of all models at once would be much
    const outline = this.#outline(compiled);
    if (outline === undefined) return undefined;
    return { node, compiled, outline, columns: this.#columnsGiven(node, compiled) };
  }

  /** They are those of the first form of a model: a snapshot adds some. */
  #columnsGiven(node: ExecutableNode, compiled: CompiledNode): LintedText['columns'] {
    const isWhole = node.resource_type === 'model' && this.#textsOf(node.unique_id)[0] === compiled;
    return isWhole ? this.#columnsOf(node.unique_id) : undefined;
  }

  #outlineOf(compiled: CompiledNode): Outline | undefined {
    if (this.#outlines.has(compiled)) return this.#outlines.get(compiled);
    const outline = this.#outline(compiled);
    this.#outlines.set(compiled, outline);
    return outline;
  }

  #outline({ sql }: CompiledNode): Outline | undefined {
    return outlineOf(sql, this.#ctx.dialect.analysis.backslashEscapes);
  }

  get #ground(): LintGround {
    return (this.#knownGround ??= this.#makeGround());
  }

  #makeGround(): LintGround {
    const { dialect, manifest } = this.#ctx;
    return {
      dialect,
      idOf: (path) => this.#idOf(path),
      nameOf: (id) => {
        const source = manifest.sources[id];
        return source === undefined
          ? (manifest.nodes[id]?.name ?? id)
          : `${source.source_name}.${source.name}`;
      },
      outlineOf: (id) => {
        const [compiled] = this.#textsOf(id);
        return compiled === undefined ? undefined : this.#outlineOf(compiled);
      },
      columnsAbove: (id) =>
        this.#scope.graph.parents(id).flatMap((parent) => this.#columnsOf(parent) ?? []),
      isNeverNull: (id, column) =>
        (this.#neverNull ??= neverNull(this.#ctx.manifest)).has(keyOf(id, column)),
    };
  }

  #idOf(path: readonly string[]): NodeId | undefined {
    this.#ids ??= new Map(
      this.#scope.order.flatMap((id): readonly (readonly [string, NodeId])[] => {
        const { [id]: source } = this.#ctx.manifest.sources;
        const { [id]: node } = this.#ctx.manifest.nodes;
        if (source !== undefined)
          return [[`${source.schema}.${source.identifier}`.toLowerCase(), id]];
        if (node === undefined || !makesRelation(node)) return [];
        const { schema, name } = this.#ctx.places?.get(id) ?? nodeRelation(node);
        return [[`${schema}.${name}`.toLowerCase(), id]];
      }),
    );
    return this.#ids.get(path.slice(-2).join('.'));
  }
}

const keyOf = (id: NodeId, column: string): string => `${id} ${column.toLowerCase()}`;

/** Columns that tests or constraints say to hold no NULL. */
function neverNull(manifest: Manifest): ReadonlySet<string> {
  const known = new Set<string>();
  const forbid = ({ type }: { readonly type: string }): boolean =>
    type === 'not_null' || type === 'primary_key';
  for (const node of [...Object.values(manifest.nodes), ...Object.values(manifest.sources)]) {
    const { unique_id: id } = node;
    if (node.resource_type === 'test') {
      const about = node.attached_node ?? node.depends_on.nodes[0];
      const isSaid = node.test_metadata?.name.includes('not_null') === true;
      if (isSaid && about !== undefined && node.column_name !== null)
        known.add(keyOf(about, node.column_name));
      continue;
    }
    for (const { name, constraints } of Object.values(node.columns))
      if (constraints.some(forbid)) known.add(keyOf(id, name));
    if (node.resource_type !== 'model') continue;
    const named = node.constraints.filter(forbid).flatMap((c) => c.columns);
    for (const name of [...named, ...node.primary_key]) known.add(keyOf(id, name));
  }
  return known;
}
