import { timestamp } from '../artifacts/metadata.ts';
import { toJson } from '../artifacts/write.ts';
import type { NodeOutcome, RunEvent } from '../events/event.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { EVENTS, type EventLevel, type EventName } from './json-events.ts';
import { nodeInfo, runResult, type Json } from './json-node.ts';
import {
  batchText,
  batchWord,
  count,
  doneText,
  finishedText,
  isFailure,
  isTest,
  kindText,
  resultText,
  secondsOf,
  statusWord,
  summaryText,
  tallyOf,
} from './phrases.ts';
import { redacted } from './redacted.ts';
import {
  isTold,
  type Closing,
  type Opening,
  type Reporter,
  type ReporterOptions,
  type Shown,
} from './reporter.ts';

/** One JSON object a line, in dbt's envelope and with dbt's event names: `--log-format json`. */
export function jsonReporter(options: ReporterOptions): Reporter {
  return new JsonReporter(options);
}

class JsonReporter implements Reporter {
  readonly #options: ReporterOptions;
  #invocation = '';
  #total = 0;
  #command = '';
  #failedHooks = 0;

  constructor(options: ReporterOptions) {
    this.#options = options;
    this.#invocation = options.invocation ?? '';
  }

  opening({ version, invocation }: Opening): void {
    if (invocation !== '') this.#invocation = invocation;
    this.#emit('MainReportVersion', `Running with etl=${version}`, { version, log_version: 3 });
  }

  found(counts: readonly (readonly [string, number])[]): void {
    const stat_line = counts
      .filter(([, n]) => n > 0)
      .map(([noun, n]) => count(n, noun))
      .join(', ');
    this.#emit('FoundStats', `Found ${stat_line}`, { stat_line });
  }

  observe(event: RunEvent): void {
    switch (event.kind) {
      case 'run_started':
        return this.#runStarted(event);
      case 'node_started':
        return this.#nodeStarted(event);
      case 'node_finished':
        return this.#nodeFinished(event);
      case 'batch_started':
      case 'batch_finished':
        return this.#batch(event);
      case 'hook_finished':
        return this.#hookFinished(event);
      case 'diagnostic':
        return this.diagnostics([event.diagnostic]);
      case 'log':
        if (event.info === 'print')
          return this.#options.printsTemplates === false ? undefined : this.print(event.message);
        return this.#emit(event.info ? 'JinjaLogInfo' : 'JinjaLogDebug', event.message, {
          msg: event.message,
          ...(event.node === undefined ? {} : { node_info: { unique_id: event.node } }),
        });
      case 'statement_sent':
        return this.#emit('SQLQuery', `On ${event.id}: ${event.sql}`, {
          conn_name: event.id,
          sql: event.sql,
        });
      case 'run_finished':
        return this.#runFinished(event);
    }
  }

  diagnostics(list: readonly Diagnostic[]): void {
    for (const diagnostic of list) {
      const { code, severity, message, at } = diagnostic;
      const place = at === undefined ? '' : ` (${at.file}:${at.line}:${at.column})`;
      const level: EventLevel = severity === 'warning' ? 'warn' : severity;
      const name: EventName =
        severity === 'error' ? 'MainEncounteredError' : (TOLD_AS[code] ?? 'Note');
      this.#emit(
        name,
        `${code}${place} ${message}`,
        { msg: message, exc: message, diagnostic },
        level,
      );
    }
  }

  note(text: string): void {
    this.#emit('Note', text, { msg: text });
  }

  print(text: string, shown?: Shown): void {
    if (shown?.name === 'ShowNode' && this.#options.keepsRows === false) return;
    this.#emit(shown?.name ?? 'PrintEvent', text, shown?.data ?? { msg: text });
  }

  closing({ command, ok, seconds }: Closing): void {
    const completed_at = timestamp(this.#options.now());
    this.#emit(
      'CommandCompleted',
      `Command \`${command}\` ${ok ? 'succeeded' : 'failed'} at ${completed_at} after ${seconds.toFixed(2)} seconds`,
      { command, success: ok, completed_at, elapsed: seconds },
    );
  }

  #runStarted(event: Extract<RunEvent, { kind: 'run_started' }>): void {
    this.#invocation = event.invocation;
    this.#total = event.total;
    this.#command = event.command;
    const { target } = this.#options;
    this.#emit(
      'ConcurrencyLine',
      `Concurrency: ${count(event.threads, 'thread')} (target='${target}')`,
      { num_threads: event.threads, target_name: target, node_count: event.total },
    );
  }

  #nodeStarted({ id, position, at }: Extract<RunEvent, { kind: 'node_started' }>): void {
    const facts = this.#options.describe(id);
    const node_info = nodeInfo(id, facts, { status: 'started', startedAt: at });
    this.#emit('NodeStart', `Began running node ${id}`, { node_info });
    const description = kindText(facts);
    this.#emit('LogStartLine', `${position} of ${this.#total} START ${description} [RUN]`, {
      description,
      index: position,
      total: this.#total,
      node_info,
    });
  }

  #nodeFinished({ outcome, position, total }: Extract<RunEvent, { kind: 'node_finished' }>): void {
    const facts = this.#options.describe(outcome.id);
    const node_info = nodeInfo(outcome.id, facts, outcome);
    const isSkipped = outcome.status === 'skipped';
    const time = isSkipped ? '' : ` in ${secondsOf(outcome).toFixed(2)}s`;
    const message = `${position} of ${total} ${resultText(outcome, facts, this.#command)} [${statusWord(outcome)}${time}]`;
    const { resourceType, schema, name, group } = facts;
    const common = {
      index: position,
      total,
      execution_time: secondsOf(outcome),
      node_info,
      ...(group === undefined ? {} : { group }),
    };
    if (isSkipped)
      this.#emit('SkippingDetails', message, {
        ...common,
        resource_type: resourceType,
        schema: schema ?? '',
        node_name: name,
        ...(outcome.because === undefined ? {} : { because: outcome.because }),
      });
    else
      this.#emit(
        RESULT_EVENTS[resourceType] ?? 'LogNodeResult',
        message,
        {
          ...common,
          status: outcome.status,
          result_message: outcome.message ?? '',
          ...(isTest(facts)
            ? { name, num_failures: outcome.failures ?? 0, num_models: total }
            : {
                description: kindText(facts),
                schema: schema ?? '',
                relation: facts.alias ?? name,
              }),
        },
        levelOf(outcome),
      );
    this.#emit('NodeFinished', `Finished running node ${outcome.id}`, {
      node_info,
      run_result: runResult(outcome),
    });
  }

  #batch(event: Extract<RunEvent, { kind: 'batch_started' | 'batch_finished' }>): void {
    const { id, batch } = event;
    const facts = this.#options.describe(id);
    const place = {
      description: `batch ${batch.label} of ${facts.label}`,
      batch_index: batch.position,
      total_batches: batch.total,
    };
    const head = `Batch ${batch.position} of ${batch.total}`;
    if (event.kind === 'batch_started') {
      const node_info = nodeInfo(id, facts, { status: 'started', startedAt: event.at });
      const text = batchText({ status: 'started', batch }, facts);
      return this.#emit('LogStartBatch', `${head} ${text} [RUN]`, { ...place, node_info });
    }
    const { status, message } = event;
    const time = status === 'skipped' ? '' : ` in ${secondsOf(event).toFixed(2)}s`;
    this.#emit(
      'LogBatchResult',
      `${head} ${batchText(event, facts)} [${batchWord(event)}${time}]`,
      {
        ...place,
        status: status === 'success' ? message : status,
        execution_time: secondsOf(event),
        node_info: nodeInfo(id, facts, event),
      },
      status === 'error' ? 'error' : 'info',
    );
  }

  #hookFinished({ name, ok, ms }: Extract<RunEvent, { kind: 'hook_finished' }>): void {
    if (!ok) this.#failedHooks += 1;
    const word = ok ? 'OK' : 'ERROR';
    this.#emit(
      'LogHookEndLine',
      `${word} hook: ${name} [${word} in ${(ms / 1000).toFixed(2)}s]`,
      { statement: name, status: ok ? 'success' : 'error', execution_time: ms / 1000 },
      ok ? 'info' : 'error',
    );
  }

  #runFinished({
    outcomes,
    cancelled,
    seconds,
  }: Extract<RunEvent, { kind: 'run_finished' }>): void {
    const tally = tallyOf(outcomes, this.#failedHooks);
    const facts = outcomes.map((outcome) => this.#options.describe(outcome.id));
    const finished = finishedText(facts, seconds);
    this.#emit('FinishedRunningStats', finished, { stat_line: finished, execution_time: seconds });
    this.#emit('EndOfRunSummary', summaryText(tally, cancelled), {
      num_errors: tally.error - tally.partial,
      num_warnings: tally.warn,
      num_partial_success: tally.partial,
      keyboard_interrupt: cancelled,
    });
    for (const outcome of outcomes)
      if (isFailure(outcome) || outcome.status === 'warn') this.#problem(outcome);
    const { pass, warn, error, skip, noop, total } = tally;
    this.#emit('StatsLine', doneText(tally), { stats: { pass, warn, error, skip, noop, total } });
  }

  #problem(outcome: NodeOutcome): void {
    const { id, message, status, diagnostics } = outcome;
    const facts = this.#options.describe(id);
    const node_info = nodeInfo(id, facts, outcome);
    const isWarning = status === 'warn';
    const title = `${isWarning ? 'Warning' : 'Failure'} in ${facts.resourceType} ${facts.name} (${facts.path})`;
    const { resourceType, name, path, group } = facts;
    const owned = group === undefined ? {} : { group };
    const data = { resource_type: resourceType, node_name: name, path, ...owned };
    this.#emit(isWarning ? 'RunResultWarning' : 'RunResultFailure', title, { ...data, node_info });
    const msg = message ?? diagnostics[0]?.message ?? `Status: ${status}`;
    this.#emit(isWarning ? 'RunResultWarningMessage' : 'RunResultError', `  ${msg}`, {
      msg,
      node_info,
      ...owned,
      diagnostics,
    });
  }

  #emit(name: EventName, msg: string, data: Json, level?: EventLevel): void {
    const { now, processId, redact, level: least } = this.#options;
    const { code, level: usual } = EVENTS[name];
    const isAskedFor = ASKED_FOR.has(name);
    if (!isAskedFor && !isTold(level ?? usual, least)) return;
    const write = (isAskedFor ? this.#options.print : undefined) ?? this.#options.write;
    // names, levels and keys are ours: a password that reads "info" must not break them
    const envelope = {
      info: {
        category: '',
        code,
        extra: {},
        invocation_id: this.#invocation,
        level: level ?? usual,
        msg: redact(msg),
        name,
        pid: processId,
        thread: threadOf(data),
        ts: timestamp(now()),
      },
      data: redacted(data, redact, NOTHING_KEPT),
    };
    write(`${toJson(envelope)}\n`);
  }
}

/** Warnings that log readers know by a name of dbt. */
const TOLD_AS: Readonly<Record<string, EventName>> = {
  ETL2004: 'JinjaLogWarning',
  ETL3008: 'NoNodesForSelectionCriteria',
};

/** What the command was asked for is told whatever the level. */
const ASKED_FOR: ReadonlySet<EventName> = new Set(['PrintEvent', 'ShowNode', 'CompiledNode']);

const NOTHING_KEPT: ReadonlySet<string> = new Set();

const RESULT_EVENTS: Readonly<Record<string, EventName>> = {
  model: 'LogModelResult',
  seed: 'LogSeedResult',
  snapshot: 'LogSnapshotResult',
  test: 'LogTestResult',
  unit_test: 'LogTestResult',
  source: 'LogFreshnessResult',
  exposure: 'LogNodeNoOpResult',
};

function levelOf(outcome: NodeOutcome): EventLevel {
  if (isFailure(outcome)) return 'error';
  return outcome.status === 'warn' ? 'warn' : 'info';
}

function threadOf(data: Json): string {
  const result = data['run_result'];
  return typeof result === 'object' && result !== null && 'thread' in result
    ? String(result.thread)
    : 'MainThread';
}
