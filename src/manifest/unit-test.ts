// Unit tests as manifest v12 has them.
import type { Span } from '../kernel/diagnostic.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { NodeVersion } from './node.ts';

export type FixtureFormat = 'dict' | 'csv' | 'sql';

/** Rows that a unit test gives or expects: a list of mappings, or the text of a query where the format is sql. */
export interface FixtureRows {
  readonly rows: readonly Readonly<Record<string, unknown>>[] | string | null;
  readonly format: FixtureFormat;
  /** the name of a file below `<test-path>/fixtures`, without its ending */
  readonly fixture: string | null;
}

/** What stands in for one input of the model: `ref('x')`, `source('x', 'y')` or `this`. */
export interface FixtureInput extends FixtureRows {
  readonly input: string;
}

/** What the template of the model meets instead of the real thing. */
export interface UnitTestOverrides {
  /** by name or by `package.name` */
  readonly macros: Readonly<Record<string, unknown>>;
  readonly vars: Readonly<Record<string, unknown>>;
  readonly env_vars: Readonly<Record<string, unknown>>;
}

export interface UnitTestNode {
  readonly resource_type: 'unit_test';
  readonly unique_id: NodeId;
  readonly name: string;
  readonly package_name: string;
  /** below the resource folder: `gold/_gold.yml` */
  readonly path: string;
  readonly original_file_path: string;
  readonly fqn: readonly string[];
  readonly description: string;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, unknown>>;
  /** the name of the tested model, as written */
  readonly model: string;
  readonly given: readonly FixtureInput[];
  readonly expect: FixtureRows;
  readonly overrides: UnitTestOverrides | null;
  /** the tested model alone; nothing where the test is disabled */
  readonly depends_on: { readonly macros: readonly string[]; readonly nodes: readonly NodeId[] };
  readonly config: Readonly<Record<string, unknown>> & { readonly enabled: boolean };
  /** of everything that decides what is tested */
  readonly checksum: string;
  /** of the tested model; null where the test is disabled */
  readonly schema: string | null;
  readonly created_at: number;
  readonly versions: {
    readonly include: readonly NodeVersion[] | null;
    readonly exclude: readonly NodeVersion[] | null;
  } | null;
  readonly version: NodeVersion | null;
  readonly place: Span;
}

/** The name, and which version of the model it tests. */
export const versionedName = ({ name, version }: Pick<UnitTestNode, 'name' | 'version'>): string =>
  version === null ? name : `${name}_v${version}`;
