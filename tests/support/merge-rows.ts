// The merge of staged rows as a run does it, without tests of the project.
import { ask, type DeltaRequest, type Session } from '../../src/adapter/contract.ts';
import type { Merge, MergeFound, Merging } from '../../src/adapter/merging.ts';
import type { Scalar, Statement } from '../../src/adapter/statement.ts';
import type { Diagnostic } from '../../src/kernel/diagnostic.ts';
import { survey } from '../../src/run/merge-beside.ts';
import { aSelect, type Warehouse } from './clickhouse.ts';

/** Told what is about to be published; may look at it, or disturb it. */
export type BeforePublish = (merge: Merge, found: MergeFound) => Promise<void>;

/** Arranges, looks, prepares and publishes; gives back how it was done. */
export async function mergeRows(
  session: Session,
  merging: Merging,
  isTested = false,
  beforePublish: BeforePublish = () => Promise.resolve(),
): Promise<string> {
  const send = async (statements: readonly Statement[]): Promise<void> => {
    await session.segment({ atomicity: 'none', statements });
  };
  await send(merging.arrange);
  const marks = await ask(session, merging.watch);
  const found = await survey(session, merging, { marks, isTested });
  const merge = merging.decide(found);
  await send(merge.prepare);
  await beforePublish(merge, found);
  await send(merge.attempts[0]?.statements ?? []);
  return merge.how;
}

/** How a delta was merged into shop.t. */
export interface Merged {
  readonly how: string;
  readonly diagnostics: readonly Diagnostic[];
  /** what could be seen of the next state before it was published, when it was to be tested */
  readonly preview: readonly (readonly Scalar[])[];
}

/** Merges a delta into shop.t as a run does. */
export async function mergeInto(
  w: Warehouse,
  select: string,
  more: Partial<DeltaRequest> = {},
  { isTested = false, before = (): Promise<void> => Promise.resolve() } = {},
): Promise<Merged> {
  const live = await w.live({ schema: 'shop', name: 't' });
  if (live === undefined) throw new Error('no live table');
  const request: DeltaRequest = {
    ...aSelect('t', select),
    strategy: 'delete+insert',
    uniqueKey: ['id'],
    predicates: [],
    mergeUpdateColumns: undefined,
    mergeExcludeColumns: undefined,
    onSchemaChange: 'ignore',
    live,
    ...more,
  };
  return w.inSession(async (s) => {
    let preview: Merged['preview'] = [];
    let how = '';
    await s.segment({ atomicity: 'none', statements: w.dialect.buildDelta(request) });
    const delta = await ask(s, w.dialect.columns(request.staged));
    const decided = w.dialect.mergeDelta?.(request, delta);
    if (decided === undefined) throw new Error('no way to merge');
    try {
      if (decided.value !== undefined)
        how = await mergeRows(s, decided.value, isTested, async (next) => {
          if (isTested)
            preview = await w.rows(
              `SELECT * FROM ${w.dialect.relation(next.preview)} ORDER BY ALL`,
            );
          await before();
        });
    } finally {
      await s.segment({ atomicity: 'none', statements: w.dialect.tidy(request.staged) });
    }
    return { how, diagnostics: decided.diagnostics, preview };
  });
}
