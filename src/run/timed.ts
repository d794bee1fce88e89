// Measures what a node waits for, where somebody wants to know: with a context that has no timeline everything is as it is given.
import type { Session } from '../adapter/contract.ts';
import type { RunEvent } from '../events/event.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { NodePart, Timeline } from '../kernel/timeline.ts';
import type { Asking, NodeCompiler } from '../plan/compiler.ts';
import type { RunContext } from './context.ts';
import type { StoppableSession } from './stoppable.ts';

type Timed = Pick<RunContext, 'timeline'>;
type Named = { readonly unique_id: NodeId; readonly name: string };

type Calls = Pick<Session, 'execute' | 'read' | 'segment' | 'load' | 'lock'>;

function timedCalls(timeline: Timeline, id: NodeId, session: Session): Calls {
  const timed =
    <A extends readonly unknown[], T>(part: NodePart, call: (...args: A) => Promise<T>) =>
    (...args: A): Promise<T> => {
      const from = timeline.now();
      return call(...args).finally(() => timeline.add(id, part, timeline.now() - from));
    };
  return {
    execute: timed('engine', (statement) => session.execute(statement)),
    read: timed('engine', (statement) => session.read(statement)),
    segment: timed('engine', (segment) => session.segment(segment)),
    load: timed('engine', (target, input) => session.load(target, input)),
    lock: timed('wait', (relation, wish) => session.lock(relation, wish)),
  };
}

/** The session of a model for one of its tests, which begins now: statements are told as the time of both. */
export function timedFor(
  { timeline }: Timed,
  { unique_id: id }: Named,
  session: StoppableSession,
  model: Named,
): StoppableSession {
  if (timeline === undefined) return session;
  timeline.began(id, model.unique_id);
  return { ...session, ...timedCalls(timeline, id, session) };
}

/** A session for a node: statements are told as the engine's time, locks and the way to the session as waiting. */
export function sessionFor<T>(
  { timeline, connection }: Pick<RunContext, 'timeline' | 'connection'>,
  { unique_id: id, name }: Named,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  if (timeline === undefined) return connection.withSession(name, use);
  const from = timeline.now();
  return connection.withSession(name, (session) => {
    timeline.add(id, 'wait', timeline.now() - from);
    return use({
      ...timedCalls(timeline, id, session),
      interrupt: () => session.interrupt(),
    });
  });
}

/** What does not wait, told as a part of the node's time. */
export function timedPart<T>({ timeline }: Timed, id: NodeId, part: NodePart, work: () => T): T {
  if (timeline === undefined) return work();
  const from = timeline.now();
  try {
    return work();
  } finally {
    timeline.add(id, part, timeline.now() - from);
  }
}

/**
 * For what is sent before those ahead of it are answered: call it when a node is sent, and what it returns when it is answered. Its
 * time is what it made the others wait, so that the times of all add up to those of the engine.
 */
export function answersInTurn({ timeline }: Timed): (id: NodeId) => () => void {
  if (timeline === undefined) return () => () => undefined;
  let lastAt = 0;
  return (id) => {
    const from = timeline.now();
    return () => {
      const at = timeline.now();
      timeline.add(id, 'engine', at - Math.max(from, lastAt));
      lastAt = at;
    };
  };
}

/** The compiler with the time that templates take told as that of their nodes; not the time that they wait for answers. */
export function timedCompiler(
  compiler: NodeCompiler,
  timeline: Timeline | undefined,
): NodeCompiler {
  if (timeline === undefined) return compiler;
  const rendering = <T>(id: NodeId, work: Asking<T>): Asking<T> =>
    stepwise(work, (ms) => timeline.add(id, 'render', ms), timeline);
  return Object.assign(Object.create(compiler) as NodeCompiler, {
    compile: (node, options) => rendering(node.unique_id, compiler.compile(node, options)),
    hooks: (node, options) => rendering(node.unique_id, compiler.hooks(node, options)),
    lateHook: (node, hook, options) =>
      rendering(node.unique_id, compiler.lateHook(node, hook, options)),
    materialize: (inputs) => rendering(inputs.node.unique_id, compiler.materialize(inputs)),
  } satisfies Partial<NodeCompiler>);
}

function* stepwise<T>(work: Asking<T>, took: (ms: number) => void, timeline: Timeline): Asking<T> {
  const step = (next: () => IteratorResult<unknown, T>): IteratorResult<unknown, T> => {
    const from = timeline.now();
    try {
      return next();
    } finally {
      took(timeline.now() - from);
    }
  };
  let at = step(() => work.next());
  while (at.done !== true) {
    let answer: unknown;
    try {
      answer = yield at.value as never;
    } catch (error) {
      at = step(() => work.throw(error));
      continue;
    }
    at = step(() => work.next(answer));
  }
  return at.value;
}

/** Tells the timeline when nodes begin and end. */
export function timedEvents(
  timeline: Timeline | undefined,
  observe: (event: RunEvent) => void,
): (event: RunEvent) => void {
  if (timeline === undefined) return observe;
  return (event) => {
    if (event.kind === 'node_started') timeline.began(event.id);
    if (event.kind === 'node_finished') timeline.ended(event.outcome.id, event.outcome.thread);
    observe(event);
  };
}
