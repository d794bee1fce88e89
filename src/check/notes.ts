// What is said of nodes that were not judged, once for each reason.
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { SourceNode } from '../manifest/node.ts';
import { counted, listed } from './listed.ts';
import type { Verdict } from './verdict.ts';

const SHOWN = 8;

/** Verdicts by their reason, in the order in which the reasons come up. */
function byReason(verdicts: readonly Verdict[]): ReadonlyMap<string, readonly Verdict[]> {
  const groups = new Map<string, Verdict[]>();
  for (const verdict of verdicts) {
    const key = verdict.because ?? '';
    groups.set(key, [...(groups.get(key) ?? []), verdict]);
  }
  return groups;
}

const countText = (manifest: Manifest, ids: readonly NodeId[]): string => {
  const tests = ids.filter((id) => manifest.nodes[id]?.resource_type === 'test').length;
  const nodes = ids.length - tests;
  return [
    ...(nodes > 0 ? [counted(nodes, 'node')] : []),
    ...(tests > 0 ? [counted(tests, 'test')] : []),
  ].join(' and ');
};

const namesOf = (manifest: Manifest, ids: readonly NodeId[]): string => {
  const nodes = ids.filter((id) => manifest.nodes[id]?.resource_type !== 'test');
  return listed(
    (nodes.length > 0 ? nodes : ids).map((id) => manifest.nodes[id]?.name ?? id),
    SHOWN,
  );
};

/** One note for each reason why nodes were not checked or cannot be judged; `verdicts` are those of what was asked for. */
export function notesOf(manifest: Manifest, verdicts: readonly Verdict[]): readonly Diagnostic[] {
  const withheld = (standing: Verdict['standing']) =>
    byReason(verdicts.filter((v) => v.standing === standing && v.id in manifest.nodes));
  const unchecked = [...withheld('unchecked')].map(([because, group]): Diagnostic => {
    const ids = group.map((v) => v.id);
    return {
      code: 'ETL6045',
      severity: 'info',
      message: `not checked, because ${because}: ${countText(manifest, ids)} (${namesOf(manifest, ids)})`,
    };
  });
  const unjudged = [...withheld('unjudged')]
    .filter(([, group]) => !group.every((v) => v.origin?.startsWith('source.') === true))
    .map(([because, group]): Diagnostic => {
      const ids = group.map((v) => v.id);
      const origin = group.map((v) => manifest.nodes[v.origin ?? v.id]).find((n) => n);
      return {
        code: 'ETL6046',
        severity: 'info',
        message: `cannot be judged without the warehouse, because ${because}: ${countText(manifest, ids)} (${namesOf(manifest, ids)})`,
        ...(origin === undefined ? {} : { at: origin.place, node: origin.unique_id }),
      };
    });
  return [...unchecked, ...unjudged];
}

/** One warning for each source whose tables have no declared columns. */
export function sourceNotes(
  manifest: Manifest,
  undeclared: readonly SourceNode[],
  verdicts: readonly Verdict[],
): readonly Diagnostic[] {
  const sources = new Map<string, SourceNode[]>();
  for (const source of undeclared)
    sources.set(source.source_name, [...(sources.get(source.source_name) ?? []), source]);
  return [...sources.values()].map((tables) => {
    const ids = new Set(tables.map((t) => t.unique_id));
    const readers = verdicts.filter(
      (v) => v.standing === 'unjudged' && v.origin !== undefined && ids.has(v.origin),
    );
    const [first] = tables;
    const untyped = tables.flatMap((t) =>
      Object.values(t.columns)
        .filter((c) => c.data_type === null)
        .map((c) => `${t.name}.${c.name}`),
    );
    const why =
      untyped.length > 0
        ? `has columns without a data_type (${listed(untyped, SHOWN)})`
        : `has no declared columns (${listed(
            tables.map((t) => t.name),
            SHOWN,
          )})`;
    return {
      code: 'ETL6047',
      severity: 'warning',
      message: `the source ${first?.source_name ?? ''} ${why}: what reads it is checked for syntax only, ${counted(readers.filter((v) => v.id in manifest.nodes).length, 'node')}`,
      ...(first === undefined ? {} : { at: first.place }),
      hint: 'Write its columns into schema.lock.yml with: etl sources pull. Or give each of its columns a data_type in YAML.',
    };
  });
}
