// The project's nouns, with dbt's field names and shapes (manifest v12): what is in memory is what is written, so templates
// (`graph`, `model`), `etl ls --output json` and manifest.json need no second vocabulary.
import type { Span } from '../kernel/diagnostic.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { UnitTestNode } from './unit-test.ts';

export type ResourceType =
  | 'model'
  | 'seed'
  | 'snapshot'
  | 'test'
  | 'analysis'
  | 'source'
  | 'exposure'
  | 'operation'
  | 'unit_test'
  | 'metric'
  | 'semantic_model'
  | 'saved_query';

export interface Hook {
  readonly sql: string;
  readonly transaction: boolean;
  readonly index: number | null;
}

/** The final config of a node. Keys beyond the known ones are the engine's or the user's and are kept. */
export interface NodeConfig {
  readonly enabled: boolean;
  readonly materialized: string;
  readonly alias: string | null;
  readonly schema: string | null;
  readonly database: string | null;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, unknown>>;
  readonly 'pre-hook': readonly Hook[];
  readonly 'post-hook': readonly Hook[];
  readonly [key: string]: unknown;
}

/** A constraint as dbt writes it into the manifest. */
export interface Constraint {
  readonly type: ConstraintType;
  readonly name: string | null;
  readonly expression: string | null;
  readonly warn_unenforced: boolean;
  readonly warn_unsupported: boolean;
  /** what a foreign key refers to: `ref('x')`, `source('x', 'y')` or the name of a relation */
  readonly to: string | null;
  readonly to_columns: readonly string[];
}
export const CONSTRAINT_TYPES = [
  'check',
  'not_null',
  'unique',
  'primary_key',
  'foreign_key',
  'custom',
] as const;
export type ConstraintType = (typeof CONSTRAINT_TYPES)[number];
/** A constraint of a whole model. */
export interface ModelConstraint extends Constraint {
  readonly columns: readonly string[];
}

/** What a model promises about its columns. */
export interface Contract {
  readonly enforced: boolean;
  readonly alias_types: boolean;
  /** a hash of what is promised; null where nothing is enforced */
  readonly checksum: string | null;
}

/** A version as the property file writes it: 1, 2.1, "beta". */
export type NodeVersion = string | number;
export type Access = 'private' | 'protected' | 'public';

export interface ColumnInfo {
  readonly name: string;
  readonly description: string;
  readonly data_type: string | null;
  readonly quote: boolean | null;
  readonly meta: Readonly<Record<string, unknown>>;
  readonly tags: readonly string[];
  readonly constraints: readonly Constraint[];
  /** the docs blocks that the description is made of */
  readonly doc_blocks: readonly string[];
  /** how an engine that compresses by column is to store it (ClickHouse) */
  readonly codec?: string;
  /** when an engine that knows an age of values lets them go (ClickHouse) */
  readonly ttl?: string;
}

export interface RefArgs {
  readonly name: string;
  readonly package: string | null;
  readonly version: NodeVersion | null;
}

interface CommonNode {
  readonly unique_id: NodeId;
  readonly name: string;
  readonly package_name: string;
  /** below the resource folder: `gold/x.sql` */
  readonly path: string;
  /** below the project: `models/gold/x.sql` */
  readonly original_file_path: string;
  readonly fqn: readonly string[];
  readonly description: string;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, unknown>>;
}

interface CompilableNode extends CommonNode {
  readonly alias: string;
  readonly database: string | null;
  readonly schema: string;
  /** quoted, qualified; null where there is no relation (ephemeral models, tests) */
  readonly relation_name: string | null;
  readonly raw_code: string;
  readonly language: 'sql';
  readonly checksum: { readonly name: string; readonly checksum: string };
  readonly config: NodeConfig;
  readonly unrendered_config: Readonly<Record<string, unknown>>;
  readonly columns: Readonly<Record<string, ColumnInfo>>;
  readonly patch_path: string | null;
  readonly docs: { readonly show: boolean; readonly node_color: string | null };
  readonly refs: readonly RefArgs[];
  readonly sources: readonly (readonly [string, string])[];
  readonly depends_on: { readonly macros: readonly string[]; readonly nodes: readonly NodeId[] };
  readonly created_at: number;
  readonly build_path: string | null;
  /** of a test: the group of the node that it stands on */
  readonly group: string | null;
  readonly contract: Contract;
  readonly doc_blocks: readonly string[];
  /** where the text begins in its file; not part of manifest.json */
  readonly place: Span;
}

export interface ModelNode extends CompilableNode {
  readonly resource_type: 'model';
  readonly access: Access;
  readonly constraints: readonly ModelConstraint[];
  readonly version: NodeVersion | null;
  readonly latest_version: NodeVersion | null;
  /** ISO 8601 with the zone */
  readonly deprecation_date: string | null;
  /** the columns that tell a row, as far as constraints and tests say so */
  readonly primary_key: readonly string[];
}
export interface QueryNode extends CompilableNode {
  readonly resource_type: 'analysis' | 'snapshot';
}
export interface SeedNode extends CompilableNode {
  readonly resource_type: 'seed';
  readonly root_path: string | null;
}
export interface TestNode extends CompilableNode {
  readonly resource_type: 'test';
  /** null for singular tests */
  readonly test_metadata: {
    readonly name: string;
    readonly namespace: string | null;
    readonly kwargs: Readonly<Record<string, unknown>>;
  } | null;
  readonly column_name: string | null;
  readonly attached_node: NodeId | null;
  readonly file_key_name: string | null;
}
/** One limit of freshness; both null where there is none. */
export interface FreshnessLimit {
  readonly count: number | null;
  readonly period: 'minute' | 'hour' | 'day' | null;
}
export interface Freshness {
  /** null: switched off, whatever the source above it says */
  readonly warn_after: FreshnessLimit | null;
  readonly error_after: FreshnessLimit | null;
  readonly filter: string | null;
}
export interface SourceNode extends CommonNode {
  readonly resource_type: 'source';
  readonly source_name: string;
  readonly source_description: string;
  readonly loader: string;
  /** what external tables are made of; read by packages, not by the engines here */
  readonly external: Readonly<Record<string, unknown>> | null;
  /** the meta of the source, without that of the table */
  readonly source_meta: Readonly<Record<string, unknown>>;
  readonly identifier: string;
  readonly database: string | null;
  readonly schema: string;
  readonly relation_name: string;
  /** as the file writes them, before templates were filled in */
  readonly unrendered_database: string | null;
  readonly unrendered_schema: string | null;
  readonly columns: Readonly<Record<string, ColumnInfo>>;
  readonly config: Readonly<Record<string, unknown>> & { readonly enabled: boolean };
  readonly loaded_at_field: string | null;
  /** a template, rendered when freshness is asked */
  readonly loaded_at_query: string | null;
  readonly freshness: Freshness | null;
  readonly quoting: Readonly<Record<string, boolean | null>>;
  readonly unrendered_config: Readonly<Record<string, unknown>>;
  readonly place: Span;
}
export interface ExposureNode extends CommonNode {
  readonly resource_type: 'exposure';
  readonly type: string;
  readonly owner: Readonly<Record<string, unknown>>;
  readonly label: string | null;
  readonly maturity: string | null;
  readonly url: string | null;
  readonly config: Readonly<Record<string, unknown>> & { readonly enabled: boolean };
  readonly refs: readonly RefArgs[];
  readonly sources: readonly (readonly [string, string])[];
  /** names of metrics */
  readonly metrics: readonly string[];
  readonly depends_on: { readonly macros: readonly string[]; readonly nodes: readonly NodeId[] };
  readonly created_at: number;
  readonly unrendered_config: Readonly<Record<string, unknown>>;
  readonly place: Span;
}

/** What the semantic layer of dbt knows: read, listed and written, never executed. */
export interface SemanticNode extends CommonNode {
  readonly resource_type: 'metric' | 'semantic_model' | 'saved_query';
  readonly label: string | null;
  readonly group: string | null;
  readonly config: Readonly<Record<string, unknown>> & { readonly enabled: boolean };
  readonly unrendered_config: Readonly<Record<string, unknown>>;
  readonly refs: readonly RefArgs[];
  readonly depends_on: { readonly macros: readonly string[]; readonly nodes: readonly NodeId[] };
  readonly created_at: number;
  /** what only its kind has, in dbt's names */
  readonly own: Readonly<Record<string, unknown>>;
  readonly place: Span;
}

/** What can be compiled and run. */
export type ExecutableNode = ModelNode | QueryNode | SeedNode | TestNode;
/** What a run can have an outcome of. */
export type RunnableNode = ExecutableNode | UnitTestNode;
export type GraphNode = RunnableNode | SourceNode | ExposureNode | SemanticNode;

/** Whether a node is a metric, semantic model or saved query. */
export const isSemantic = (node: GraphNode): node is SemanticNode =>
  node.resource_type === 'metric' ||
  node.resource_type === 'semantic_model' ||
  node.resource_type === 'saved_query';
