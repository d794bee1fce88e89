// Who has written to the embedded engine what others can see: all that changes in it is sent by this process.
import type { Statement } from '../../adapter/statement.ts';

// The engine is a property of the process, so these are too.
let noticed = 0;
let under = 0;
let fronts = 0;

/** Reads cannot write, and what is written under a staged name concerns its node alone, unless it listens to other tables. */
const isPublic = ({ verb, writes, sql }: Statement): boolean =>
  verb !== 'read' &&
  (verb === 'hook' ||
    writes === undefined ||
    writes.length === 0 ||
    writes.some(({ name }) => !name.startsWith('__etl_')) ||
    /\bMATERIALIZED\b/i.test(sql));

/** Sends a statement; that it is on its way, or was, is seen by `sinceNow`. */
export async function noticing<T>(statement: Statement, send: () => Promise<T>): Promise<T> {
  if (!isPublic(statement)) return send();
  noticed++;
  under++;
  try {
    return await send();
  } finally {
    under--;
  }
}

/** Clients of another kind write to the engine until the returned function is called: then nothing is known. */
export function letOthersWrite(): () => void {
  fronts++;
  noticed++;
  return () => {
    fronts--;
  };
}

/** Tells, when it is called, whether nothing that others can see was written since. */
export function sinceNow(): () => boolean {
  const at = under > 0 || fronts > 0 ? undefined : noticed;
  return () => noticed === at;
}
