import type { RelationName } from '../../kernel/relation.ts';
import { stagedPrefix } from '../../kernel/staged-name.ts';

/** A relation, and its name as the system writes it in the text of a query. */
interface Read extends RelationName {
  readonly worded: string;
}

/**
 * The text of a view with the previous versions of relations, which stay for a while under internal names, called by the names
 * of the relations that took their places.
 */
export function wordedAnew(definition: string, reads: readonly Read[]): string {
  let text = definition;
  for (const read of reads) {
    const previous = new RegExp(`"?\\b${stagedPrefix(read)}[0-9a-f]+_o\\b"?`, 'g');
    text = text.replace(previous, () => read.worded);
  }
  return text;
}
