import { EtlError } from '../kernel/error.ts';
import type { Answerer } from './answers.ts';

/** Refuses every question of a template: `--no-introspect`. */
export const noAnswers: Answerer = () =>
  Promise.reject(
    new EtlError([
      {
        code: 'ETL2060',
        severity: 'error',
        message:
          'the template asks the warehouse, which --no-introspect forbids: connection never acquired for thread',
        hint: 'Leave --no-introspect away, or guard the question with: {% if flags.INTROSPECT %}',
      },
    ]),
  );
