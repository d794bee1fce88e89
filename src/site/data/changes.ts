// What is new, gone or otherwise between two sites of a project.
import type { Change, ChangeDetail, Generation, NodeDetail, NodeRow, SiteIndex } from './format.ts';

/** A site as far as it is compared. */
export interface ComparedSite {
  readonly generatedAt: string;
  readonly index: Pick<SiteIndex, 'project' | 'engine' | 'nodes'>;
  /** of every node of the index, in its order */
  readonly details: readonly NodeDetail[];
}

/** So many generations with changes stay, and so many changes of each. */
const GENERATIONS = 20;
const CHANGES = 300;

/**
 * The log with what changed since the generation before; the newest comes first. A generation without a change is no entry. A site
 * of another project or engine is no generation before: the log begins anew.
 */
export function changeLog(
  before: ComparedSite | undefined,
  log: readonly Generation[],
  now: ComparedSite,
): readonly Generation[] {
  if (
    before === undefined ||
    before.index.project !== now.index.project ||
    before.index.engine !== now.index.engine
  )
    return [];
  const changes = changesBetween(before, now);
  const kept = changes.slice(0, CHANGES);
  const entry: readonly Generation[] =
    changes.length === 0
      ? []
      : [
          {
            at: now.generatedAt,
            since: before.generatedAt,
            changes: kept,
            ...(changes.length > kept.length ? { more: changes.length - kept.length } : {}),
          },
        ];
  return [...entry, ...log].slice(0, GENERATIONS);
}

interface Thing {
  readonly row: NodeRow;
  readonly detail: NodeDetail;
  /** tests on it, by their ids */
  readonly tests: Map<string, string>;
}

/** In the order of the sites: what is there now, then what is gone. */
function changesBetween(before: ComparedSite, now: ComparedSite): readonly Change[] {
  const [old, fresh] = [thingsOf(before), thingsOf(now)];
  const changes: Change[] = [];
  for (const [id, thing] of fresh) {
    const earlier = old.get(id);
    if (earlier === undefined) {
      if (!isToldAbove(thing)) changes.push(changeOf(thing, 'added'));
      continue;
    }
    const details = differences(earlier, thing);
    if (details.length > 0) changes.push({ ...changeOf(thing, 'changed'), details });
  }
  for (const [id, thing] of old)
    if (!fresh.has(id) && !isToldAbove(thing)) changes.push(changeOf(thing, 'removed'));
  return changes;
}

const changeOf = ({ row }: Thing, what: Change['what']): Change => ({
  id: row.id,
  name: row.name,
  type: row.type,
  what,
});

/** A test that comes or goes is told of with the node that it is on. */
const isToldAbove = ({ row }: Thing): boolean => row.on !== undefined;

function thingsOf({ index, details }: ComparedSite): ReadonlyMap<string, Thing> {
  const things = index.nodes.map((row, place) => ({
    row,
    detail: details[place] ?? {},
    tests: new Map<string, string>(),
  }));
  for (const { row } of things)
    if (row.on !== undefined) things[row.on]?.tests.set(row.id, row.name);
  return new Map(things.map((thing) => [thing.row.id, thing]));
}

function differences(old: Thing, now: Thing): readonly ChangeDetail[] {
  return [
    ...(old.detail.description === now.detail.description
      ? []
      : [{ kind: 'description' as const }]),
    ...sqlDifference(old.detail.raw, now.detail.raw),
    ...columnDifferences(old, now),
    ...[...now.tests]
      .filter(([id]) => !old.tests.has(id))
      .map(([, name]) => ({ kind: 'testAdded' as const, name })),
    ...[...old.tests]
      .filter(([id]) => !now.tests.has(id))
      .map(([, name]) => ({ kind: 'testRemoved' as const, name })),
    ...factDifferences(old.detail.facts ?? [], now.detail.facts ?? []),
  ];
}

/** How many lines are new and how many are gone. */
function sqlDifference(old = '', now = ''): readonly ChangeDetail[] {
  if (old === now) return [];
  const counts = new Map<string, number>();
  for (const line of now.split('\n')) counts.set(line, (counts.get(line) ?? 0) + 1);
  for (const line of old.split('\n')) counts.set(line, (counts.get(line) ?? 0) - 1);
  let [added, removed] = [0, 0];
  for (const count of counts.values()) {
    added += Math.max(0, count);
    removed += Math.max(0, -count);
  }
  return [{ kind: 'sql', before: `−${removed}`, after: `+${added}` }];
}

/** Compared only where the warehouse knew the relation both times or neither time: else every column would be new or gone. */
function columnDifferences(old: Thing, now: Thing): readonly ChangeDetail[] {
  const isKnown = ({ detail }: Thing): boolean => detail.relationKind !== undefined;
  if (isKnown(old) !== isKnown(now)) return [];
  const before = new Map((old.detail.columns ?? []).map((column) => [column.name, column]));
  const found: ChangeDetail[] = [];
  for (const { name, type = '', description } of now.detail.columns ?? []) {
    const earlier = before.get(name);
    before.delete(name);
    if (earlier === undefined) {
      found.push({ kind: 'columnAdded', name, after: type });
      continue;
    }
    if ((earlier.type ?? '') !== type)
      found.push({ kind: 'columnType', name, before: earlier.type ?? '', after: type });
    if (earlier.description !== description) found.push({ kind: 'columnDescription', name });
  }
  for (const { name, type = '' } of before.values())
    found.push({ kind: 'columnRemoved', name, before: type });
  return found;
}

type Facts = NonNullable<NodeDetail['facts']>;

function factDifferences(old: Facts, now: Facts): readonly ChangeDetail[] {
  const [before, after] = [new Map(old), new Map(now)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => before.get(name) !== after.get(name))
    .map((name) => ({
      kind: 'fact',
      name,
      before: before.get(name) ?? '',
      after: after.get(name) ?? '',
    }));
}
