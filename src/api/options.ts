import type { BatchResults, Observer } from '../events/event.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { ArtifactFile } from '../artifacts/write.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { Timeline } from '../kernel/timeline.ts';
import type { NodeFacts } from '../reporters/reporter.ts';

/** What a caller may want to know of the project as soon as it is read. */
export interface ProjectFacts {
  readonly projectDir: string;
  readonly targetName: string;
  /** texts that must never be printed; the list grows when a password becomes known by connecting */
  readonly secrets: readonly string[];
  /** a file below the target folder; absent where the project could not be read */
  readonly inTarget?: (name: string) => ArtifactFile;
  readonly describe: (id: NodeId) => NodeFacts;
  /** how many there are of each kind: `['model', 12]` */
  readonly counts: readonly (readonly [noun: string, count: number])[];
}

/** What every verb of the public API takes; all of it optional, with dbt's defaults. */
export interface ApiOptions {
  readonly projectDir?: string;
  readonly profilesDir?: string;
  readonly profile?: string;
  readonly target?: string;
  readonly select?: readonly string[];
  readonly exclude?: readonly string[];
  /** name of a selector of selectors.yml */
  readonly selector?: string;
  /** folder with the artifacts of an earlier run, relative to the project */
  readonly state?: string;
  /** read what is not selected and not there from the earlier run */
  readonly defer?: boolean;
  /** the earlier run to defer to, when it is not that of `state` */
  readonly deferState?: string;
  /** read what is not selected from the earlier run, even when it is there */
  readonly favorState?: boolean;
  /** these ids and nothing else, instead of a selection; those that are gone are left out */
  readonly only?: readonly NodeId[];
  /** a YAML text or an object */
  readonly vars?: string | Readonly<Record<string, unknown>>;
  readonly threads?: number;
  readonly fullRefresh?: boolean;
  readonly failFast?: boolean;
  /**
   * run, test, build: check what is selected before the warehouse is touched, and build nothing when some of it would certainly fail
   * (default: no). `embedded`: where the target is an embedded engine, so that it is judged by the engine that builds it.
   */
  readonly checkFirst?: boolean | 'embedded';
  readonly targetPath?: string;
  /** where installed packages lie, below the project (default: as dbt_project.yml says, `dbt_packages`) */
  readonly packagesInstallPath?: string;
  readonly indirectSelection?: string;
  readonly resourceType?: readonly string[];
  readonly excludeResourceType?: readonly string[];
  readonly storeFailures?: boolean;
  readonly testBeforePublish?: boolean;
  /** test: unit tests alone, on the embedded engine with nothing in it; no warehouse is asked */
  readonly offline?: boolean;
  /** build without rows: refs and sources read none, seeds load none */
  readonly empty?: boolean;
  /** read only the rows of a stretch of time from what has event_time: `3 days`, or a mapping with start and end */
  readonly sample?: string | Readonly<Record<string, unknown>>;
  /** docs generate: fill in the compiled SQL (default: true) */
  readonly compile?: boolean;
  /** docs generate: do not ask the warehouse for columns */
  readonly emptyCatalog?: boolean;
  /** docs generate: look at the values of columns that are not marked as personal data, for the site (default: no) */
  readonly profileColumns?: boolean;
  /** docs generate: write the page as static_index.html too */
  readonly static?: boolean;
  /** take every warning for an error */
  readonly warnError?: boolean;
  /** which warnings are errors, warnings or silent: a YAML text or an object with error, warn and silence */
  readonly warnErrorOptions?: string | Readonly<Record<string, unknown>>;
  /** history: the runs of the run ledger too (default: where the project has one and its target is a server) */
  readonly fromLedger?: boolean;
  /** write manifest.json and run_results.json (default: true) */
  readonly writeJson?: boolean;
  /** let templates ask the warehouse while they are compiled (default: true) */
  readonly introspect?: boolean;
  /** compile: put ephemeral models in front of what reads them (default: true) */
  readonly injectEphemeralCtes?: boolean;
  /** more of what templates see as `flags`, in capital letters */
  readonly flags?: Readonly<Record<string, unknown>>;
  /** let clean delete folders outside the project (default: no) */
  readonly cleanOutside?: boolean;
  /** what is done while another run works on a relation: `wait` (default), `wait=10m`, `fail`, `skip` */
  readonly ifLocked?: string;
  /** how long a node may take: `10m`, `90s` (default: as long as it takes) */
  readonly nodeTimeout?: string;
  /** dangers accepted: `drops_data` */
  readonly allow?: readonly string[];
  readonly inline?: string;
  /** show: SQL that is no template */
  readonly inlineDirect?: string;
  readonly limit?: number;
  /** tells bugs of etl with their stack */
  readonly debug?: boolean;
  /** microbatch models are built from here, and up to there: ISO 8601, in UTC */
  readonly eventTimeStart?: string;
  readonly eventTimeEnd?: string;
  /** what retry knows of the windows of the run before */
  readonly batches?: ReadonlyMap<string, BatchResults>;
  readonly batchesUntil?: Date;
  /** false: projects that ask for another dbt version (require-dbt-version) are taken all the same */
  readonly versionCheck?: boolean;
  /** leave manifest.json as it is where nothing has changed since it was written (default: written anew by every call) */
  readonly keepManifest?: boolean;
  /** false: every file is read and rendered anew, whatever an earlier call has left (default: true) */
  readonly partialParse?: boolean;
  /** where source freshness writes its result (default: sources.json in the target folder) */
  readonly output?: string;
  /** where docs serve listens (default: 127.0.0.1, 8080) */
  readonly host?: string;
  readonly port?: number;
  /** run-operation: SQL to render and to send, instead of a macro */
  readonly sql?: string;
  /** arguments of run-operation: a YAML text or an object */
  readonly args?: string | Readonly<Record<string, unknown>>;
  /** the environment to read env_var() and connection settings from (default: process.env) */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** the folder the call is made from (default: process.cwd()) */
  readonly cwd?: string;
  /** names the call in logs and artifacts (default: a new UUID) */
  readonly invocationId?: string;
  /** ends the call early: running statements are cancelled in the engine */
  readonly signal?: AbortSignal;
  /** told where the time goes */
  readonly timeline?: Timeline;
  /** told what happens; never waited for */
  readonly observe?: Observer;
  /** told what was read, before anything is done with it */
  readonly onProject?: (facts: ProjectFacts) => void;
  /** told every problem that does not end the call */
  readonly report?: (diagnostics: readonly Diagnostic[]) => void;
}
