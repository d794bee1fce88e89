/** dbt's exit codes: all well, something failed, could not begin (or was interrupted). */
export const EXIT = { well: 0, failed: 1, couldNotBegin: 2 } as const;
