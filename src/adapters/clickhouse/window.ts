// Rows of a window of time.

/** Also comparable with a Date; read in the time zone of the session, as dbt-clickhouse does. */
const moment = (at: Date): string =>
  `toDateTime64('${at.toISOString().slice(0, 19).replace('T', ' ')}', 0)`;

/** True for rows whose time lies in the window. */
export const inWindow = (column: string, start: Date, end: Date): string =>
  `${column} >= ${moment(start)} and ${column} < ${moment(end)}`;
