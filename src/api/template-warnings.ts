import { templateError } from '../jinja/errors.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { OpenProject } from './open-project.ts';

/** What `exceptions.warn()` of a template does: it tells, or fails the template when --warn-error wants that. */
export const templateWarnings =
  ({ judge }: Pick<OpenProject, 'judge'>, report: (diagnostic: Diagnostic) => void) =>
  (message: string): void => {
    const told = judge({ code: 'ETL2004', severity: 'warning', message });
    if (told?.severity === 'error') throw templateError('ETL2004', message, told.hint);
    if (told !== undefined) report(told);
  };
