import type { Question } from '../jinja/host.ts';
import type { Asking } from '../plan/compiler.ts';

/** Answers one question of a template. */
export type Answerer = (question: Question) => Promise<unknown>;

/** Drives work that asks: each question is answered once, in order; an error of an answer is thrown into the work. */
export async function drive<T>(work: Asking<T>, answer: Answerer): Promise<T> {
  return driveOn(work, work.next(), answer);
}

/** Drives work that was begun: `from` is what its first step gave. */
export async function driveOn<T>(
  work: Asking<T>,
  from: IteratorResult<Question, T>,
  answer: Answerer,
): Promise<T> {
  let step = from;
  while (step.done !== true) {
    let reply: unknown;
    try {
      reply = await answer(step.value);
    } catch (error) {
      step = work.throw(error);
      continue;
    }
    step = work.next(reply);
  }
  return step.value;
}
