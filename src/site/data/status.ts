export type Status = 'success' | 'warn' | 'error' | 'skipped' | 'none';

/** Whether a result tells of work: an exposure and the like are gone past. */
export const isDone = (result: string): boolean => result !== 'no-op';

/** What dbt and this tool call a result, in the five words of the site. */
export function statusOf(result: string | undefined): Status {
  switch (result) {
    case undefined:
      return 'none';
    case 'success':
    case 'pass':
    case 'reused':
      return 'success';
    case 'warn':
    case 'partial success':
      return 'warn';
    case 'skipped':
      return 'skipped';
    default:
      return 'error';
  }
}
