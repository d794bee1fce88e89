import { isStatementFailure } from '../adapter/failure.ts';
import type { NodeOutcome } from '../events/event.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { isEtlError } from '../kernel/error.ts';
import type { RunnableNode } from '../manifest/node.ts';
import type { CompiledNode } from '../plan/compiler.ts';
import type { RunContext } from './context.ts';
import { explainFailure } from './explain.ts';
import { withPublicName } from './public-name.ts';

/** Whatever was thrown while a node ran, as problems of that node. */
export function diagnose(
  ctx: RunContext,
  node: RunnableNode,
  error: unknown,
  compiled: CompiledNode | undefined,
): readonly Diagnostic[] {
  if (isStatementFailure(error))
    return [
      explainFailure(withPublicName(error, node, ctx.invocationId), {
        node: node.unique_id,
        fallback: node.place,
        ...(compiled === undefined ? {} : { locate: compiled.locate }),
      }),
    ];
  if (isEtlError(error))
    return error.diagnostics.map((d) => ({
      at: node.place,
      ...d,
      node: d.node ?? node.unique_id,
    }));
  const { debug = false } = ctx;
  const stack = error instanceof Error ? error.stack : undefined;
  const said = error instanceof Error ? error.message : String(error);
  return [
    {
      code: 'ETL9000',
      severity: 'error',
      message: debug && stack !== undefined ? stack : said,
      node: node.unique_id,
      hint: debug
        ? 'This is a bug of etl: please report it with this text.'
        : 'This is a bug of etl. Run it again with --debug and report what it prints.',
    },
  ];
}

/** What a node that could not be brought to its end gives. */
export const failed = (
  diagnostics: readonly Diagnostic[],
): Pick<NodeOutcome, 'status' | 'diagnostics' | 'message'> => ({
  status: 'error',
  diagnostics,
  message: diagnostics[0]?.message ?? 'failed',
});
