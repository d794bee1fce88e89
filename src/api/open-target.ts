import type { Adapter, ConnectOptions, Target } from '../adapter/contract.ts';
import { hasErrors } from '../kernel/diagnostic.ts';
import { readConnection } from '../project/outline.ts';
import { homeOf } from './connect.ts';
import { newInvocation, type Invocation } from './invocation.ts';
import { tellOutline, withoutSecrets } from './open-project.ts';
import { loadInput } from './load-input.ts';
import { findProjectDir } from './places.ts';
import type { ApiOptions } from './options.ts';

/** A target and its adapter, without the project around it. */
export interface OpenTarget {
  readonly invocation: Invocation;
  readonly adapter: Adapter;
  readonly target: Target;
  readonly targetName: string;
  readonly world: Pick<ConnectOptions, 'projectDir' | 'env'>;
}

/** The target that the options name. Only the profile is read: models may be broken. Throws an EtlError when that is. */
export async function openTarget(options: ApiOptions, which: string): Promise<OpenTarget> {
  const invocation = newInvocation(options);
  const dir = await findProjectDir(options, invocation);
  const { value, diagnostics } = await readConnection(
    await loadInput(dir, options, invocation, which),
  );
  const secrets = value?.profile.target.secrets ?? [];
  tellOutline(options, dir, secrets);
  if (value === undefined || hasErrors(diagnostics))
    throw withoutSecrets(options, dir, secrets, diagnostics);
  options.report?.(diagnostics.filter((d) => d.severity !== 'info'));
  const { adapter, target, targetName } = value.profile;
  const world = { projectDir: await homeOf(dir), env: value.env };
  return { invocation, adapter, target, targetName, world };
}
