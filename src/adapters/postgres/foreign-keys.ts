// Foreign keys of other tables that lead to a table which is replaced: they hold on to it by its oid, as views do. They are
// dropped and made again in the swap, so that they lead to the new table.
import type { Attempt } from '../../adapter/contract.ts';
import type { Statement } from '../../adapter/statement.ts';
import type { Facts, ForeignKey } from './facts.ts';
import { ident, relationText } from './quote.ts';
import { once, repeatable } from './statements.ts';

const tableOf = (key: ForeignKey): string => relationText({ schema: key.schema, name: key.table });

const alter = (key: ForeignKey, what: string): Statement =>
  once('swap', `alter table ${tableOf(key)} ${what} constraint ${ident(key.name)}`);

/** Lets the old table go. */
export const freeForeignKeys = (facts: Facts): readonly Statement[] =>
  facts.foreignKeys.map((key) => alter(key, 'drop'));

/**
 * Makes the keys again, on the new table. The rows that refer to it are not looked at under the locks of the swap: new ones are
 * checked from now on, and `validations` looks at the others afterwards.
 */
export const keepForeignKeys = (facts: Facts): readonly Statement[] =>
  facts.foreignKeys.map((key) => {
    const definition = key.definition.replace(/\s+NOT VALID$/i, '');
    return once(
      'swap',
      `${alter(key, 'add').sql} ${definition}${key.isPartitioned ? '' : ' not valid'}`,
    );
  });

/** What looks at the rows that were there before, once everything is published: also for keys that were not valid, which rows that fit make whole. */
export const validations = (facts: Facts): NonNullable<Attempt['validates']> =>
  facts.foreignKeys
    .filter((key) => !key.isPartitioned)
    .map((key) => ({
      statement: repeatable('alter', alter(key, 'validate').sql),
      what: `${key.name} of ${key.schema}.${key.table}`,
      isOwn: false,
      // the build after which it was no longer valid has said so, and its table may come next
      isTold: key.isValid,
    }));
