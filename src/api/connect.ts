import type { Connection } from '../adapter/contract.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import { EtlError } from '../kernel/error.ts';
import { explainFailure } from '../run/explain.ts';
import type { Invocation } from './invocation.ts';
import type { OpenProject } from './open-project.ts';

/** Opens the connection of a project's target; what the driver reports becomes an EtlError. */
export async function connect(project: OpenProject, invocation: Invocation): Promise<Connection> {
  try {
    return await project.adapter.connect(project.target, {
      projectDir: project.dir,
      threads: project.threads,
      env: invocation.env,
      invocationId: invocation.id,
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
