import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Connection } from '../adapter/contract.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import { EtlError } from '../kernel/error.ts';
import { explainFailure } from '../run/explain.ts';
import type { Invocation } from './invocation.ts';
import type { OpenProject } from './open-project.ts';

type Connectable = Pick<
  OpenProject,
  'adapter' | 'dir' | 'learnSecret' | 'target' | 'targetName' | 'threads'
>;

/** Opens the connection of a project's target; what keeps it from being opened becomes an EtlError. */
export async function connect(project: Connectable, invocation: Invocation): Promise<Connection> {
  const { incomplete = [] } = project.target;
  if (incomplete.length > 0) throw new EtlError(incomplete);
  try {
    return await project.adapter.connect(project.target, {
      projectDir: await homeOf(project.dir),
      threads: project.threads,
      env: invocation.env,
      invocationId: invocation.id,
      onSecret: project.learnSecret,
    });
  } catch (error) {
    if (!isStatementFailure(error)) throw error;
    const diagnostic = explainFailure(error, {});
    throw new EtlError(
      [{ ...diagnostic, message: `target "${project.targetName}": ${diagnostic.message}` }],
      { cause: error },
    );
  }
}

/** Where the project really is: schedulers run in a folder of links, which is gone afterwards, and the data is not. */
export const homeOf = (dir: string): Promise<string> =>
  realpath(join(dir, 'dbt_project.yml')).then(dirname, () => dir);
