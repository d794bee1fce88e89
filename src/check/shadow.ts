// The conversation with the engine about queries over empty relations: what it takes becomes one more of them.
import type { Analysis, Ground } from '../adapter/analysis.ts';
import { ask, type Dialect, type Session } from '../adapter/contract.ts';
import { isStatementFailure, type StatementFailure } from '../adapter/failure.ts';
import type { Statement } from '../adapter/statement.ts';
import type { Column, RelationName } from '../kernel/relation.ts';

/** Failures of the conversation itself: there is nobody left to be asked. */
const FATAL: ReadonlySet<string> = new Set(['connection', 'authentication', 'cancelled']);

/** One ground with its empty relations, on one session. */
export class Shadow {
  readonly session: Session;
  readonly analysis: Analysis;
  /** keys of relations that stubs and hooks have made */
  readonly made: Set<string> = new Set();
  readonly #ground: Ground;

  constructor(session: Session, analysis: Analysis, ground: Ground) {
    this.session = session;
    this.analysis = analysis;
    this.#ground = ground;
  }

  async open(): Promise<void> {
    for (const statement of this.analysis.open(this.#ground)) await this.session.execute(statement);
  }

  async close(): Promise<void> {
    for (const statement of this.analysis.close(this.#ground))
      await this.session.execute(statement);
  }

  /** The columns of a relation of the check, or of the engine's own. */
  async columnsOf(dialect: Dialect, target: RelationName): Promise<readonly Column[]> {
    return this.analysis.columnsOf?.(target) ?? ask(this.session, dialect.columns(target));
  }

  /** Sends statements that succeed or leave nothing; returns how the first of them failed. */
  async attempt(statements: readonly Statement[]): Promise<StatementFailure | undefined> {
    const messages = this.analysis.together
      ? [this.analysis.attempt(statements)]
      : statements.map((one) => this.analysis.attempt([one]));
    for (const message of messages)
      try {
        await this.session.execute(message);
      } catch (error) {
        if (!isStatementFailure(error) || FATAL.has(error.error.kind)) throw error;
        if (this.analysis.undo !== undefined) await this.session.execute(this.analysis.undo);
        return error;
      }
    return undefined;
  }
}
