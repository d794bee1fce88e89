export type EventLevel = 'debug' | 'info' | 'warn' | 'error';

/** dbt's names of events with their codes and usual levels; log readers know them by these. */
export const EVENTS = {
  MainReportVersion: { code: 'A001', level: 'info' },
  FoundStats: { code: 'W006', level: 'info' },
  ConcurrencyLine: { code: 'Q027', level: 'info' },
  NodeStart: { code: 'Q024', level: 'debug' },
  LogStartLine: { code: 'Q011', level: 'info' },
  LogModelResult: { code: 'Q012', level: 'info' },
  LogSeedResult: { code: 'Q016', level: 'info' },
  LogSnapshotResult: { code: 'Q015', level: 'info' },
  LogTestResult: { code: 'Q007', level: 'info' },
  LogFreshnessResult: { code: 'Q018', level: 'info' },
  LogNodeResult: { code: 'Q012', level: 'info' },
  LogHookEndLine: { code: 'Q033', level: 'info' },
  SkippingDetails: { code: 'Q034', level: 'info' },
  NodeFinished: { code: 'Q025', level: 'debug' },
  SQLQuery: { code: 'E016', level: 'debug' },
  JinjaLogInfo: { code: 'I062', level: 'info' },
  JinjaLogDebug: { code: 'I063', level: 'debug' },
  FinishedRunningStats: { code: 'E047', level: 'info' },
  EndOfRunSummary: { code: 'Z030', level: 'info' },
  RunResultFailure: { code: 'Z022', level: 'error' },
  RunResultError: { code: 'Z024', level: 'error' },
  RunResultWarning: { code: 'Z021', level: 'warn' },
  RunResultWarningMessage: { code: 'Z046', level: 'warn' },
  StatsLine: { code: 'Z023', level: 'info' },
  MainEncounteredError: { code: 'Z002', level: 'error' },
  NoNodesForSelectionCriteria: { code: 'M030', level: 'warn' },
  PrintEvent: { code: 'Z052', level: 'info' },
  ShowNode: { code: 'Q041', level: 'info' },
  CompiledNode: { code: 'Q042', level: 'info' },
  Note: { code: 'Z050', level: 'info' },
  CommandCompleted: { code: 'Q039', level: 'debug' },
} as const;

export type EventName = keyof typeof EVENTS;
