import { beginRun, type ReadyNode, type RunOrder } from '../graph/run-order.ts';
import type { NodeId } from '../kernel/node-id.ts';

export interface ScheduleOptions {
  readonly threads: number;
  /** Does the work on worker `thread` (1-based); true when what waits for it may start. Must not throw. */
  readonly perform: (id: NodeId, thread: number) => Promise<boolean>;
  /** Nodes that a worker may do one after the other without being given back. */
  readonly inRow?: (id: NodeId) => boolean;
  /** Does nodes of a row on worker `thread`, and tells of each when it has ended. Must not throw. */
  readonly performRow?: (row: Row, thread: number) => Promise<void>;
  /** Told once for every node that will not run, because `because` did not end well. */
  readonly skip: (id: NodeId, because: NodeId) => void;
  /** Checked before every start: true ends the run, what is left is reported through `abandon`. */
  readonly stopped: () => boolean;
  /** Told once for every node that was never started because the run was stopped. */
  readonly abandon: (id: NodeId) => void;
}

/** What a worker does that is in a row. */
export interface Row {
  /** The next node that is ready; undefined when there is none now, or another one comes first. */
  readonly next: () => NodeId | undefined;
  /** A node has ended; `well`: what waits for it may start. */
  readonly ended: (id: NodeId, well: boolean) => void;
}

/**
 * Runs nodes on up to `threads` workers, each as soon as all it waits for ended well; a failure skips its descendants. Ready
 * nodes start in the order of `order.ids`. Resolves when everything was performed, skipped or abandoned.
 */
export async function schedule(order: RunOrder, options: ScheduleOptions): Promise<void> {
  const progress = beginRun(order);
  const ready = new ReadyQueue(order.ids);
  const settled = new Set<NodeId>();
  const accept = (nodes: readonly ReadyNode[]): void => {
    const open = [...nodes];
    for (let node = open.shift(); node !== undefined; node = open.shift()) {
      if (node.because === undefined) {
        ready.add(node.id);
        continue;
      }
      settled.add(node.id);
      options.skip(node.id, node.because);
      open.push(...progress.finish(node.id, node.because));
    }
  };
  accept(progress.first);

  const end = (id: NodeId, well: boolean): void => {
    settled.add(id);
    accept(progress.finish(id, well ? undefined : id));
  };
  let hasChanged = false;
  let broken = undefined as { readonly error: unknown } | undefined;
  let wake = (): void => undefined;
  const change = (): void => {
    hasChanged = true;
    wake();
  };
  const { inRow = () => false, performRow } = options;
  const rowFrom = (first: NodeId): Row => {
    let given: NodeId | undefined = first;
    return {
      next: () => {
        const id = given;
        given = undefined;
        if (id !== undefined) return id;
        const { first: next } = ready;
        return next !== undefined && inRow(next) && !options.stopped() ? ready.take() : undefined;
      },
      ended: (id, well) => {
        end(id, well);
        // another worker may have something to do now
        if (idle.length > 0 && ready.size > 0) change();
      },
    };
  };
  const idle = Array.from({ length: Math.max(1, options.threads) }, (_, i) => i + 1);
  const running = new Set<Promise<void>>();
  for (;;) {
    while (idle.length > 0 && ready.size > 0 && !options.stopped()) {
      const id = ready.take();
      const thread = idle.shift();
      if (id === undefined || thread === undefined) break;
      const done =
        performRow !== undefined && inRow(id)
          ? performRow(rowFrom(id), thread)
          : options.perform(id, thread).then((well) => end(id, well));
      const work = done.then(() => {
        idle.push(thread);
        idle.sort((a, b) => a - b);
        running.delete(work);
        change();
      });
      work.catch((error: unknown) => {
        broken = { error };
        change();
      });
      running.add(work);
    }
    if (running.size === 0) break;
    if (!hasChanged)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    hasChanged = false;
    if (broken !== undefined) throw broken.error;
  }
  for (const id of order.ids) if (!settled.has(id)) options.abandon(id);
}

/** A small binary heap of ready nodes: the one that comes first in the order is taken first. */
class ReadyQueue {
  private readonly ids: NodeId[];
  private readonly place: ReadonlyMap<NodeId, number>;
  /** places in the order */
  private readonly heap: number[] = [];

  constructor(ids: readonly NodeId[]) {
    this.ids = [...ids];
    this.place = new Map(ids.map((id, i) => [id, i]));
  }

  get size(): number {
    return this.heap.length;
  }

  get first(): NodeId | undefined {
    return this.at(this.heap[0]);
  }

  private at(place: number | undefined): NodeId | undefined {
    return place === undefined ? undefined : this.ids[place];
  }

  private placeAt(i: number): number {
    return this.heap[i] ?? Infinity;
  }

  private swap(i: number, j: number): void {
    const { heap } = this;
    const [a, b] = [heap[i], heap[j]];
    if (a === undefined || b === undefined) return;
    heap[i] = b;
    heap[j] = a;
  }

  /** Adds a node; one that is not in the order comes behind all others. */
  add(id: NodeId): void {
    this.heap.push(this.place.get(id) ?? this.ids.push(id) - 1);
    let i = this.heap.length - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (this.placeAt(parent) <= this.placeAt(i)) break;
      this.swap(i, parent);
      i = parent;
    }
  }

  take(): NodeId | undefined {
    const first = this.heap[0];
    const last = this.heap.pop();
    if (last === undefined || this.heap.length === 0) return this.at(first);
    this.heap[0] = last;
    let i = 0;
    for (;;) {
      const left = 2 * i + 1;
      const smaller = this.placeAt(left + 1) < this.placeAt(left) ? left + 1 : left;
      if (this.placeAt(smaller) >= this.placeAt(i)) return this.at(first);
      this.swap(i, smaller);
      i = smaller;
    }
  }
}
