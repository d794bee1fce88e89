// Rows of a window of time.

/** Without a zone in the column the offset is not looked at; with one it is what makes the moment exact. */
const moment = (at: Date): string => `'${at.toISOString().slice(0, 19).replace('T', ' ')}+00:00'`;

/** True for rows whose time lies in the window. */
export const inWindow = (column: string, start: Date, end: Date): string =>
  `${column} >= ${moment(start)} and ${column} < ${moment(end)}`;
