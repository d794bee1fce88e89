import type { BatchPlace, NodeOutcome, RunEvent } from '../events/event.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { NodeId } from '../kernel/node-id.ts';
import { coloursOf, type Colours } from './colours.ts';
import { diagnosticText } from './diagnostic-text.ts';
import { failureText } from './failure-text.ts';
import {
  batchText,
  batchWord,
  count,
  doneText,
  fancyLine,
  finishedText,
  isFailure,
  kindText,
  resultText,
  secondsOf,
  statusWord,
  summaryText,
  tallyOf,
} from './phrases.ts';
import { redacted, redactedSource } from './redacted.ts';
import {
  isTold,
  type Closing,
  type NodeFacts,
  type Opening,
  type Reporter,
  type ReporterOptions,
  type ReportLevel,
  type Shown,
} from './reporter.ts';
import { harmless } from '../kernel/text-width.ts';

/** For people at a terminal and for schedulers that read dbt's lines. */
export function textReporter(options: ReporterOptions): Reporter {
  return new TextReporter(options);
}

class TextReporter implements Reporter {
  readonly #options: ReporterOptions;
  readonly #colours: Colours;
  #total = 0;
  #command = '';
  #failedHooks = 0;
  /** the moment of the line before, as its head tells it: of many small nodes, several lines are of one */
  #moment = { at: Number.NaN, time: '' };

  constructor(options: ReporterOptions) {
    this.#options = options;
    this.#colours = coloursOf(options.colour);
  }

  opening({ version }: Opening): void {
    this.#line(`Running with etl=${version}`);
  }

  found(counts: readonly (readonly [string, number])[]): void {
    const parts = counts.filter(([, n]) => n > 0).map(([noun, n]) => count(n, noun));
    this.#line(`Found ${parts.length === 0 ? 'nothing' : parts.join(', ')}`);
  }

  observe(happened: RunEvent): void {
    // there are many of them, and seldom is one told
    if (happened.kind === 'statement_sent' && !isTold('debug', this.#options.level)) return;
    const event = this.#redacted(happened);
    switch (event.kind) {
      case 'run_started':
        this.#total = event.total;
        this.#command = event.command;
        this.#line('');
        this.#line(
          `Concurrency: ${count(event.threads, 'thread')} (target='${this.#options.target}')`,
        );
        this.#line('');
        return;
      case 'node_started':
        return this.#started(event);
      case 'node_finished':
        return this.#finished(event.outcome, event.position, event.total);
      case 'batch_started':
        return this.#batch(
          event.batch,
          batchText({ ...event, status: 'started' }, this.#factsOf(event)),
          'RUN',
        );
      case 'batch_finished':
        return this.#batchFinished(event);
      case 'hook_finished':
        return this.#hook(event);
      case 'diagnostic':
        return this.diagnostics([event.diagnostic]);
      case 'log':
        if (event.info === 'print') {
          if (this.#options.printsTemplates !== false) this.print(harmless(event.message));
        } else this.#line(harmless(event.message), event.info ? 'info' : 'debug');
        return;
      case 'statement_sent':
        return this.#line(
          `On ${event.id}:\n${harmless(event.sql)}`,
          'debug',
          'debug',
          event.isQuick,
        );
      case 'run_finished':
        return this.#runFinished(event);
    }
  }

  /** Of nearly all events a text or none is told: they are not looked through for others. */
  #redacted(event: RunEvent): RunEvent {
    const { redact } = this.#options;
    if (event.kind === 'node_started') return event;
    if (event.kind === 'statement_sent') return { ...event, sql: redact(event.sql) };
    if (event.kind !== 'node_finished') return redacted(event, redact);
    const { status, diagnostics, message } = event.outcome;
    if (status !== 'success' || diagnostics.length > 0) return redacted(event, redact);
    const told = message === undefined ? message : redact(message);
    if (told === undefined || told === message) return event;
    return { ...event, outcome: { ...event.outcome, message: told } };
  }

  diagnostics(list: readonly Diagnostic[]): void {
    for (const diagnostic of redacted(list, this.#options.redact)) {
      const { severity } = diagnostic;
      const level = severity === 'warning' ? 'warn' : severity;
      this.#line(diagnosticText(diagnostic, this.#frames()).join('\n'), level);
      this.#line('', level);
    }
  }

  print(text: string, shown?: Shown): void {
    if (shown?.name === 'ShowNode' && this.#options.keepsRows === false) return;
    if (this.#options.style === 'debug') return this.#line(text, 'error', 'info');
    (this.#options.print ?? this.#options.write)(`${text}\n`);
  }

  note(text: string): void {
    this.#line(text);
  }

  closing(_closing: Closing): void {
    // the summary of the run has said it already
  }

  #started({ id, position, isQuick }: Extract<RunEvent, { kind: 'node_started' }>): void {
    const text = `START ${kindText(this.#options.describe(id))}`;
    const line = this.#fancy(position, this.#total, text, { shown: 'RUN' });
    this.#line(line, 'info', 'info', isQuick);
  }

  #finished(outcome: NodeOutcome, position: number, total: number): void {
    const facts = this.#options.describe(outcome.id);
    const shown = this.#style(outcome)(statusWord(outcome));
    const bracket =
      outcome.status === 'skipped' ? { shown } : { shown, seconds: secondsOf(outcome) };
    const level = isFailure(outcome) ? 'error' : outcome.status === 'warn' ? 'warn' : 'info';
    this.#line(
      this.#fancy(position, total, resultText(outcome, facts, this.#command), bracket),
      level,
      level,
      // the next one that begins, or the summary, brings it along
      level === 'info',
    );
    // what went wrong is told at the end; what a good node warns of has no other place
    if (outcome.status === 'success') this.diagnostics(outcome.diagnostics);
  }

  #batchFinished(event: Extract<RunEvent, { kind: 'batch_finished' }>): void {
    const { good, bad, warn } = this.#colours;
    const style = { success: good, error: bad, skipped: warn }[event.status];
    const shown = style(batchWord(event));
    const text = batchText(event, this.#factsOf(event));
    const seconds = event.status === 'skipped' ? undefined : secondsOf(event);
    this.#batch(event.batch, text, shown, seconds, event.status === 'error' ? 'error' : 'info');
  }

  #batch(
    { position, total }: BatchPlace,
    text: string,
    shown: string,
    seconds?: number,
    level: ReportLevel = 'info',
  ): void {
    const bracket = seconds === undefined ? { shown } : { shown, seconds };
    this.#line(fancyLine(`Batch ${position} of ${total} `, text, bracket, this.#width()), level);
  }

  #factsOf({ id }: { readonly id: NodeId }): NodeFacts {
    return this.#options.describe(id);
  }

  #hook(event: Extract<RunEvent, { kind: 'hook_finished' }>): void {
    if (!event.ok) this.#failedHooks += 1;
    const word = event.ok ? 'OK' : 'ERROR';
    const shown = event.ok ? this.#colours.good(word) : this.#colours.bad(word);
    const bracket = { shown, seconds: event.ms / 1000 };
    this.#line(
      fancyLine('', `${word} hook: ${event.name}`, bracket, this.#width()),
      event.ok ? 'info' : 'error',
    );
  }

  #runFinished({
    outcomes,
    cancelled,
    seconds,
  }: Extract<RunEvent, { kind: 'run_finished' }>): void {
    const tally = tallyOf(outcomes, this.#failedHooks);
    const { good, bad, warn } = this.#colours;
    const facts = outcomes.map((outcome) => this.#options.describe(outcome.id));
    const style = tally.error > 0 ? bad : tally.warn > 0 || cancelled ? warn : good;
    this.#line('');
    this.#line(finishedText(facts, seconds));
    this.#line('');
    this.#line(style(summaryText(tally, cancelled)));
    const failures = outcomes.filter((o) => isFailure(o) || o.status === 'partial success');
    for (const outcome of [...failures, ...outcomes.filter((o) => o.status === 'warn')]) {
      const level = outcome.status === 'warn' ? 'warn' : 'error';
      this.#line('', level);
      for (const line of failureText(
        this.#shown(outcome),
        this.#options.describe(outcome.id),
        this.#frames(),
      ))
        this.#line(line, level);
    }
    this.#line('');
    this.#line(doneText(tally));
  }

  /** Rows are for eyes, not for files that stay. */
  #shown(outcome: NodeOutcome): NodeOutcome {
    if (this.#options.keepsRows !== false) return outcome;
    const { sample: _, ...rest } = outcome;
    return rest;
  }

  #style({ status }: NodeOutcome): (text: string) => string {
    if (status === 'success' || status === 'pass') return this.#colours.good;
    return ['warn', 'skipped', 'no-op', 'partial success'].includes(status)
      ? this.#colours.warn
      : this.#colours.bad;
  }

  #fancy(
    position: number,
    total: number,
    text: string,
    bracket: { readonly shown: string; readonly seconds?: number },
  ): string {
    return fancyLine(`${position} of ${total} `, text, bracket, this.#width());
  }

  #width(): number {
    return this.#options.width ?? 80;
  }

  #frames(): { readonly colours: Colours; readonly readSource: ReporterOptions['readSource'] } {
    const { readSource, redact } = this.#options;
    return { colours: this.#colours, readSource: redactedSource(readSource, redact) };
  }

  #timeOf(now: Date): string {
    const at = now.getTime();
    if (at !== this.#moment.at) this.#moment = { at, time: now.toISOString() };
    return this.#moment.time;
  }

  /** One entry with its time; the further lines of the entry stand below its text. */
  #line(
    text: string,
    level: ReportLevel = 'info',
    shown: ReportLevel = level,
    mayWait = false,
  ): void {
    const { write, redact, now, level: least, style } = this.#options;
    if (!isTold(level, least)) return;
    const time = this.#timeOf(now());
    const head =
      style === 'debug'
        ? `${time.slice(11, 23)}000 [${shown.padEnd(5)}] [MainThread]: `
        : `${time.slice(11, 19)}  `;
    // colour codes are ours, so only what came from outside was made harmless before; tabs and line ends stay
    const told = redact(text);
    if (!told.includes('\n')) return write(`${`${head}${told}`.trimEnd()}\n`, mayWait);
    const indent = style === 'debug' ? '' : ' '.repeat(head.length);
    const [first = '', ...rest] = told.split('\n');
    write(
      `${[`${head}${first}`.trimEnd(), ...rest.map((line) => `${indent}${line}`.trimEnd())].join('\n')}\n`,
      mayWait,
    );
  }
}
