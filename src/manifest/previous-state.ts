/** A node, source or exposure as an earlier manifest.json has it: dbt's fields, unchecked. */
export type PreviousNode = Readonly<Record<string, unknown>>;

/** What an earlier run left in a folder of artifacts, written by this tool or by dbt 1.x. */
export interface PreviousState {
  /** as the user named the folder */
  readonly folder: string;
  /** there is no such folder */
  readonly isMissing?: boolean;
  /** absent without a manifest.json */
  readonly manifest?: {
    /** nodes, sources and exposures by unique id */
    readonly nodes: ReadonlyMap<string, PreviousNode>;
    /** unique id → text of the macro */
    readonly macros: ReadonlyMap<string, string>;
  };
  /** unique id → status; absent without a run_results.json */
  readonly results?: ReadonlyMap<string, string>;
  /** unique id of a source → when it was loaded last; absent without a sources.json */
  readonly sources?: ReadonlyMap<string, string>;
  /** the same as the project itself found out last */
  readonly sourcesNow?: ReadonlyMap<string, string>;
}
