import type { Dialect, Session } from '../adapter/contract.ts';
import type { ProjectGraph } from '../graph/graph.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { RelationName } from '../kernel/relation.ts';
import type { Manifest, RunHook } from '../manifest/manifest.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import type { Asking, NodeCompiler } from '../plan/compiler.ts';
import type { SeedFile } from '../run/seed-survey.ts';
import type { LintSettings } from './lints/lint-settings.ts';
import type { CheckMemory } from './memory.ts';
import type { LockedSources } from './source-lock.ts';

/** What a check is made of. */
export interface CheckContext {
  readonly manifest: Manifest;
  readonly graph: ProjectGraph;
  readonly dialect: Dialect;
  /** one that renders references as `places` says */
  readonly compiler: NodeCompiler;
  /** one session for the time of `use`; the engine is started by the first call, and never when nothing has to be asked */
  readonly withSession: <T>(use: (session: Session, engine: string) => Promise<T>) => Promise<T>;
  /** what is to be judged; what it reads is looked at too */
  readonly selected: ReadonlySet<NodeId>;
  /** where the relations of nodes are made in a warehouse; absent: under their own names */
  readonly places?: ReadonlyMap<NodeId, RelationName> | undefined;
  readonly locked: LockedSources | undefined;
  /** statements that make what models need beside relations: functions, types, extensions */
  readonly stubs: readonly string[];
  readonly runHook: (hook: RunHook) => Asking<string>;
  readonly seed: (node: ExecutableNode) => SeedFile;
  readonly now: Date;
  /** absent: nobody asks for what the engine takes without a word */
  readonly lints?: LintSettings;
  /** what earlier checks have found to be sound; absent where it does not count */
  readonly memory?: CheckMemory | undefined;
  /** asks where the columns come from too; nothing is remembered from earlier checks then */
  readonly wantsLineage?: boolean;
  /** the engine is asked too how it understands the queries of models */
  readonly outlines?: boolean;
}
