export type Status = 'success' | 'warn' | 'error' | 'skipped' | 'none';

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
    case 'no-op':
      return 'skipped';
    default:
      return 'error';
  }
}
