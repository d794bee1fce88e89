import type { RelationName } from '../../kernel/relation.ts';
import { quoted } from './quote.ts';

/** The number of the advisory lock under which one run at a time works on a relation, as an expression. */
export const lockKey = ({ schema, name }: RelationName): string =>
  `hashtextextended(${quoted(`etl:${schema}.${name}`)}, 0)`;
