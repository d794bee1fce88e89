import { EtlError, isEtlError } from '../kernel/error.ts';
import type { ExecutableNode, Hook } from '../manifest/node.ts';

function labelOf({ config }: ExecutableNode, hook: Hook): string {
  const before = config['pre-hook'].indexOf(hook);
  return before < 0
    ? `post-hook ${config['post-hook'].indexOf(hook) + 1}`
    : `pre-hook ${before + 1}`;
}

/**
 * `error` as that of a hook of the config of a node. A hook may stand in the model, its YAML or dbt_project.yml, or be put together by
 * a template: a place inside its text is none of a file, so the node's is told, and the text itself. What a macro did keeps its place.
 */
export function inHook(error: unknown, node: ExecutableNode, hook: Hook): unknown {
  if (!isEtlError(error)) return error;
  return new EtlError(
    error.diagnostics.map((diagnostic) =>
      diagnostic.at !== undefined && diagnostic.at.file !== node.place.file
        ? diagnostic
        : {
            ...diagnostic,
            message: `${labelOf(node, hook)}: ${diagnostic.message}`,
            at: node.place,
            related: [...(diagnostic.related ?? []), { message: `it says: ${hook.sql.trim()}` }],
          },
    ),
  );
}
