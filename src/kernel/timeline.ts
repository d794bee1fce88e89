// Where the time of a call goes. Nobody measures unless somebody asked: a call has a timeline or none.
import type { NodeId } from './node-id.ts';

/** The two clocks of a process, in milliseconds since it began. */
export interface ProcessClock {
  readonly now: () => number;
  /** how long its main thread has been at work, rather than waiting for something */
  readonly busy: () => number;
}

/** A stretch of a call. */
export interface Phase {
  readonly name: string;
  /** how many others it lies in */
  readonly depth: number;
  readonly from: number;
  readonly until: number;
  /** of its time, in milliseconds */
  readonly busy: number;
}

/** What the time of a node is spent on, beside what the tool does for it. */
export const NODE_PARTS = ['wait', 'render', 'plan', 'engine'] as const;
export type NodePart = (typeof NODE_PARTS)[number];

/** One node: milliseconds since the process began, and for each part how many. */
export interface NodeTimes {
  readonly id: NodeId;
  readonly thread: string;
  readonly from: number;
  readonly until: number;
  readonly parts: Readonly<Record<NodePart, number>>;
  /** the node in whose time it lies: a model that is tested before it is published */
  readonly inside?: NodeId;
}

export interface Times {
  readonly phases: readonly Phase[];
  readonly nodes: readonly NodeTimes[];
  /** from the beginning of the process */
  readonly total: number;
  readonly busy: number;
}

interface OpenNode {
  readonly from: number;
  readonly inside: NodeId | undefined;
}

const nothing = (): Record<NodePart, number> => ({ wait: 0, render: 0, plan: 0, engine: 0 });

/** Takes times as they come and tells them at the end. */
export class Timeline {
  readonly #clock: ProcessClock;
  readonly #phases: Phase[] = [];
  readonly #begun = new Map<NodeId, OpenNode>();
  readonly #parts = new Map<NodeId, Record<NodePart, number>>();
  readonly #nodes: NodeTimes[] = [];
  #depth = 0;

  /** What was before it was made is its first phase, `first`. */
  constructor(clock: ProcessClock, first: string) {
    this.#clock = clock;
    this.#phases.push({ name: first, depth: 0, from: 0, until: clock.now(), busy: clock.busy() });
  }

  now(): number {
    return this.#clock.now();
  }

  /** Times work that others may lie in. */
  async during<T>(name: string, work: () => Promise<T>): Promise<T> {
    const end = this.#open(name);
    try {
      return await work();
    } finally {
      end();
    }
  }

  /** The same for work that does not wait. */
  while<T>(name: string, work: () => T): T {
    const end = this.#open(name);
    try {
      return work();
    } finally {
      end();
    }
  }

  #open(name: string): () => void {
    const { now, busy } = this.#clock;
    const depth = this.#depth++;
    const [from, before] = [now(), busy()];
    // phases stand in the order in which they begin
    const place = this.#phases.push({ name, depth, from, until: from, busy: 0 }) - 1;
    return () => {
      this.#depth--;
      this.#phases[place] = { name, depth, from, until: now(), busy: busy() - before };
    };
  }

  /** The turn of a node begins; `inside`: in that of another one. */
  began(id: NodeId, inside?: NodeId): void {
    if (!this.#begun.has(id)) this.#begun.set(id, { from: this.now(), inside });
  }

  /** Some of a node's time, in milliseconds. */
  add(id: NodeId, part: NodePart, ms: number): void {
    let parts = this.#parts.get(id);
    if (parts === undefined) this.#parts.set(id, (parts = nothing()));
    parts[part] += ms;
  }

  /** Ended by a worker; nothing for a node that did not begin. */
  ended(id: NodeId, thread: string): void {
    const begun = this.#begun.get(id);
    if (begun === undefined) return;
    this.#begun.delete(id);
    const { from, inside } = begun;
    this.#nodes.push({
      id,
      thread,
      from,
      until: this.now(),
      parts: this.#parts.get(id) ?? nothing(),
      ...(inside === undefined ? {} : { inside }),
    });
  }

  /** All of it until now. */
  get times(): Times {
    const { now, busy } = this.#clock;
    return { phases: this.#phases, nodes: this.#nodes, total: now(), busy: busy() };
  }
}

/** Times a stretch of a call where there is a timeline. */
export const during = <T>(
  timeline: Timeline | undefined,
  name: string,
  work: () => Promise<T>,
): Promise<T> => (timeline === undefined ? work() : timeline.during(name, work));

/** The same for work that does not wait. */
export const timedWork = <T>(timeline: Timeline | undefined, name: string, work: () => T): T =>
  timeline === undefined ? work() : timeline.while(name, work);
