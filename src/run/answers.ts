import type { Question } from '../jinja/host.ts';
import type { Asking } from '../plan/compiler.ts';

/** Answers one question of a template. */
export type Answerer = (question: Question) => Promise<unknown>;

/** Drives work that asks: each question is answered once, in order; an error of an answer is thrown into the work. */
export async function drive<T>(work: Asking<T>, answer: Answerer): Promise<T> {
  let step = work.next();
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
