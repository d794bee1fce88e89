import type { Dialect, Target } from '../adapter/contract.ts';
import type { TemplateHost } from '../jinja/host.ts';
import type { EngineWords } from '../jinja/scope/settings.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { DocNode } from '../manifest/manifest.ts';
import type { Witness } from './parse-cache/witness.ts';
import type { Session } from './session.ts';
import type { ProjectPackage } from './text-files.ts';

/** All that the building of nodes shares; one per load. */
export interface World {
  readonly root: ProjectPackage;
  /** by package name, the root among them */
  readonly packages: ReadonlyMap<string, ProjectPackage>;
  readonly host: TemplateHost;
  readonly session: Session;
  /** the session as templates see it: what they ask of it may be noted down */
  readonly watched: Session;
  /** what notes it down */
  readonly witness: Witness | undefined;
  readonly engine: EngineWords;
  readonly dialect: Dialect;
  readonly target: Target;
  /** by unique id */
  readonly docs: ReadonlyMap<string, DocNode>;
  readonly diagnostics: Diagnostic[];
}
