import { sha256 } from './hash.ts';
import { relationKey, type RelationName } from './relation.ts';

/** What every internal name begins with; such relations are never anybody else's. */
const STAGED_PREFIX = '__etl_';

/** Whether a relation has an internal name. */
export const isInternal = ({ name }: RelationName): boolean => name.startsWith(STAGED_PREFIX);

/** What the internal names of one target begin with, in every run. */
export const stagedPrefix = (target: RelationName): string =>
  `${STAGED_PREFIX}${sha256(relationKey(target)).slice(0, 8)}_`;

/**
 * The internal name under which a relation is built in one run: a hash of the target and one of the run, never a shortened
 * target name, so that it is unique and within every engine's limit (21 bytes; siblings add a few).
 */
export const stagedName = (target: RelationName, invocationId: string): RelationName => ({
  ...target,
  name: `${stagedPrefix(target)}${runSuffix(invocationId)}`,
});

/** What stands for an internal name where nothing is built beside: nothing ever has this name. */
export const unstaged = ({ database, schema }: RelationName): RelationName =>
  database === undefined
    ? { schema, name: `${STAGED_PREFIX}none` }
    : { database, schema, name: `${STAGED_PREFIX}none` };

let ofRun = { invocationId: '', suffix: '' };

/** A run asks for the same one with every node. */
function runSuffix(invocationId: string): string {
  if (ofRun.invocationId !== invocationId || ofRun.suffix === '')
    ofRun = { invocationId, suffix: sha256(invocationId).slice(0, 6) };
  return ofRun.suffix;
}
