import type { RelationName } from '../../kernel/relation.ts';
import { quoted } from './quote.ts';

/** The number of the advisory lock under which one run at a time works on a relation, as an expression. */
export const lockKey = (relation: RelationName): string => lockKeyOf(quoted(lockText(relation)));

/** The same of an expression for what `lockText` gives. */
export const lockKeyOf = (text: string): string => `hashtextextended(${text}, 0)`;

export const lockText = ({ schema, name }: RelationName): string => `etl:${schema}.${name}`;
