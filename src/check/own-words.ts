// What is told of a node without the engine: its text is not sent, or its template fails.
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import type { CompiledNode } from '../plan/compiler.ts';

/** The text of a node goes on behind the end of its statement, at this offset. */
export const goesOn = (node: ExecutableNode, compiled: CompiledNode, at: number): Diagnostic => ({
  code: 'ETL6040',
  severity: 'error',
  message: 'syntax error at or near ";": the text goes on behind the end of its statement',
  at: compiled.locate(at) ?? node.place,
  node: node.unique_id,
  hint: 'A model is one statement: remove the semicolon and what follows, or use a hook for it.',
});

/** What a macro says of itself is said of the node that called it. */
export const told = (node: ExecutableNode, diagnostic: Diagnostic): Diagnostic => ({
  ...diagnostic,
  node: node.unique_id,
  ...(diagnostic.at === undefined || diagnostic.at.file === node.place.file
    ? {}
    : {
        related: [
          ...(diagnostic.related ?? []),
          { message: `rendered for ${node.name}`, at: node.place },
        ],
      }),
});

/** The first line of what an error says. */
export const firstLine = (error: Error): string => error.message.split('\n')[0] ?? '';
