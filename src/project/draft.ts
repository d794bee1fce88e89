import type { Span } from '../kernel/diagnostic.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type {
  Access,
  ColumnInfo,
  Contract,
  ModelConstraint,
  NodeConfig,
  NodeVersion,
  RefArgs,
  ResourceType,
  TestNode,
} from '../manifest/node.ts';
import type { ConfigValues } from './config-merge.ts';
import type { Property } from './properties.ts';
import type { ProjectPackage } from './text-files.ts';

export interface CapturedRef extends RefArgs {
  readonly at: Span;
}
export interface CapturedSource {
  readonly source: string;
  readonly table: string;
  readonly at: Span;
}

/** What one render in the parse phase has shown. */
export interface Capture {
  readonly refs: readonly CapturedRef[];
  readonly sources: readonly CapturedSource[];
  readonly config: ConfigValues;
  /** unique ids of the macros that the node itself calls */
  readonly macros: readonly string[];
}

/** What only generic tests have. */
export interface GenericTestFacts {
  readonly metadata: NonNullable<TestNode['test_metadata']>;
  /** the arguments of the macro with floats kept, as templates get them */
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly columnName: string | null;
  readonly fileKeyName: string;
  readonly target: {
    readonly section: string;
    /** as in its unique id */
    readonly name: string;
    readonly packageName: string;
  };
  readonly tags: readonly string[];
}

/** Which version of a model a file is. */
export interface DraftVersion {
  readonly v: NodeVersion;
  /** as names and ids write it */
  readonly text: string;
  readonly latest: NodeVersion;
}

/** A node while it is built: what its file says first, what follows from it later. */
export interface Draft {
  readonly type: Extract<ResourceType, 'model' | 'seed' | 'snapshot' | 'test' | 'analysis'>;
  readonly id: NodeId;
  readonly name: string;
  readonly package: ProjectPackage;
  readonly path: string;
  readonly originalPath: string;
  readonly shownPath: string;
  readonly fqn: readonly string[];
  readonly rawCode: string;
  readonly checksum: { readonly name: string; readonly checksum: string };
  readonly place: Span;
  readonly capture: Capture;
  readonly generic: GenericTestFacts | undefined;
  readonly description: string;
  /** the docs blocks that the description calls, where it is known before an entry is */
  readonly docBlocks?: readonly string[];
  readonly version?: DraftVersion | undefined;
}

/** A draft with its config and what its property file says. */
export interface ConfiguredDraft extends Draft {
  readonly patch: Property | undefined;
  readonly config: NodeConfig;
  readonly unrenderedConfig: ConfigValues;
  readonly columns: Readonly<Record<string, ColumnInfo>>;
  readonly tags: readonly string[];
  readonly docBlocks: readonly string[];
  readonly constraints: readonly ModelConstraint[];
  readonly contract: Contract;
  readonly access: Access;
  /** the config's; tests have that of what they stand on */
  readonly group: string | null;
  readonly deprecationDate: string | null;
}

/** A draft with its address in the warehouse. */
export interface NamedDraft extends ConfiguredDraft {
  readonly alias: string;
  readonly schema: string;
  readonly database: string | null;
  readonly relationName: string | null;
}
