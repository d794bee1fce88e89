// How SQL is judged on a server that others use: nothing is made. Each query is asked for its columns by DESCRIBE TABLE view(…), which
// reads no row and computes no scalar subquery, and what it reads of the project stands in its WITH as an empty table of known columns.
import type { Analysis, AskingJudge } from '../../adapter/analysis.ts';
import type { EngineConfig, Session } from '../../adapter/contract.ts';
import { isStatementFailure, StatementFailure } from '../../adapter/failure.ts';
import type { ResultSet, Statement } from '../../adapter/statement.ts';
import type { Column, RelationName } from '../../kernel/relation.ts';
import { analysisWith } from './analysis.ts';
import { ident, relation, text } from './quote.ts';
import type { Settings } from './settings.ts';
import { snapshotMeta } from './snapshot.ts';
import { bracketed, once, repeatable } from './statements.ts';
import { isNullable } from './types.ts';

type Typed = Pick<Column, 'name' | 'type'>;

interface StandIn {
  readonly target: RelationName;
  readonly columns: readonly Typed[];
}

/** What a statement does here instead of being sent. */
type Meaning = (session: Session) => Promise<void>;

interface Asked {
  readonly target: RelationName;
  readonly select: string;
  readonly config: EngineConfig;
  readonly authoredAt?: number;
}

/** A relation of the check, as it is written in a query. */
const PLACE = /`(__etl_check(?:_[0-9a-f]{8}_\d+)?)`\.`((?:[^`\\]|\\.)*)`/g;
/** The same as one name. It is as long, so that every place in the text stays where it was. */
const JOINED = '___';
const OWN = /`?__etl_check(?:_[0-9a-f]{8}_\d+)?___/;

const emptyOf = (columns: readonly Typed[]): string =>
  `null(${text(columns.map((c) => `${ident(c.name)} ${c.type}`).join(', '))})`;

/** DESCRIBE breaks long types into lines. */
const inOneLine = (type: string): string =>
  type.replaceAll(/([(,])\n\s*/g, (_, before: string) => (before === ',' ? ', ' : '('));

/** Of failures that are about how the empty table stands there. */
const STAND_IN = 'stand-in';

const refusal = (
  kind: 'type' | 'other',
  code: string,
  message: string,
  statement: Statement,
): StatementFailure => new StatementFailure({ kind, code, message, transient: false }, statement);

const notSent = (statement: Statement): Promise<never> =>
  Promise.reject(refusal('other', '', 'a check on a server only asks', statement));

/** A judge with nothing in it yet. */
function askingJudge(plain: Analysis, settingsOf: (config: EngineConfig) => Settings): AskingJudge {
  const rest = { ...plain, readerWants: () => undefined };
  const known = new Map<string, StandIn>();
  const meanings = new WeakMap<Statement, Meaning>();
  const answers = new WeakMap<Statement, () => ResultSet>();

  const meaning = (target: RelationName, mean: Meaning): Statement => {
    const statement = once('create', `-- asked for: ${relation(target)}`);
    meanings.set(statement, mean);
    return statement;
  };

  /** The text over its stand-ins, and the WITH that has them. */
  const placed = (sql: string): { readonly sql: string; readonly names: string } => {
    const found = new Map<string, string>();
    const joined = sql.replaceAll(PLACE, (written: string, schema: string, name: string) => {
      const standIn = known.get(written);
      if (standIn === undefined) return written;
      const one = `\`${schema}${JOINED}${name}\``;
      found.set(one, `${one} AS (SELECT * FROM ${emptyOf(standIn.columns)})`);
      return one;
    });
    return {
      sql: joined,
      names: found.size === 0 ? '' : `WITH ${[...found.values()].join(', ')} `,
    };
  };

  /** The failure without the names of the check. */
  const told = (error: unknown): unknown => {
    if (!isStatementFailure(error)) return error;
    const { message, code } = error.error;
    const isStandIn =
      OWN.test(message) &&
      (plain.readerWants?.(error.error) !== undefined ||
        message.startsWith('Table expression modifiers'));
    return new StatementFailure(
      {
        ...error.error,
        code: isStandIn ? STAND_IN : code,
        message: message.replaceAll(new RegExp(OWN, 'g'), ''),
      },
      error.statement,
      { cause: error },
    );
  };

  const describe = async (session: Session, statement: Statement): Promise<readonly Typed[]> => {
    try {
      const { rows } = await session.read(statement);
      return rows.map(([name, type]) => ({ name: String(name), type: inOneLine(String(type)) }));
    } catch (error) {
      throw told(error);
    }
  };

  const judge =
    (
      { target, select, config, authoredAt = 0 }: Asked,
      isView: boolean,
      more: readonly string[],
    ): Meaning =>
    async (session) => {
      const { sql, names } = placed(select);
      const made = bracketed(`DESCRIBE TABLE view(${names}`, sql, settingsOf(config), ')', more);
      const statement = {
        ...repeatable('read', made.sql),
        authoredAt: made.authoredAt + authoredAt,
      };
      const columns = await describe(session, statement);
      const unfit = isView ? undefined : columns.find((c) => /\bNothing\b/.test(c.type));
      if (unfit !== undefined)
        throw refusal(
          'type',
          '44',
          `Data type ${unfit.type} of column '${unfit.name}' cannot be used in tables`,
          statement,
        );
      known.set(relation(target), { target, columns });
    };

  const columnsOf = (target: RelationName): readonly Column[] | undefined =>
    known
      .get(relation(target))
      ?.columns.map(({ name, type }) => ({ name, type, nullable: isNullable(type) }));

  const analysis: Analysis = {
    ...rest,
    onlyAsks: true,
    columnsOf,
    open: () => [],
    stub: (target, columns) => [
      meaning(target, async (session) => {
        await describe(session, repeatable('read', `DESCRIBE TABLE ${emptyOf(columns)}`));
        known.set(relation(target), { target, columns });
      }),
    ],
    query: (request) => meaning(request.target, judge(request, false, [])),
    view: (request) => meaning(request.target, judge(request, true, [])),
    snapshot: (request) => meaning(request.target, judge(request, false, snapshotMeta(request))),
    forget: (target) =>
      meaning(target, () => {
        known.delete(relation(target));
        return Promise.resolve();
      }),
    columns: (schemas) => {
      const statement = repeatable('read', '-- what is known');
      answers.set(statement, () => ({
        columns: ['schema', 'relation', 'name', 'type'].map((name) => ({ name, type: 'String' })),
        rows: [...known.values()]
          .filter(({ target }) => schemas.includes(target.schema))
          .flatMap(({ target, columns }) =>
            columns.map((c) => [target.schema, target.name, c.name, c.type]),
          ),
      }));
      return {
        statement,
        decode: (row) => ({
          relation: { schema: String(row['schema']), name: String(row['relation']) },
          name: String(row['name']),
          type: String(row['type']),
          nullable: isNullable(String(row['type'])),
        }),
      };
    },
    doubt: (error) => {
      if (error.code === STAND_IN)
        return 'it reads a model of the project with FINAL, PREWHERE, SAMPLE or a virtual column';
      if (error.kind === 'permission') return `the user may not do it: ${error.message}`;
      return plain.doubt(error);
    },
  };

  const over = (session: Session): Session => ({
    execute: async (statement) => {
      const mean = meanings.get(statement);
      if (mean === undefined) return notSent(statement);
      await mean(session);
      return {};
    },
    read: async (statement) => {
      const answer = answers.get(statement);
      if (answer !== undefined) return answer();
      const { sql, names } = placed(statement.sql);
      const { authoredAt } = statement;
      try {
        return await session.read({
          ...statement,
          verb: 'read',
          sql: names + sql,
          ...(authoredAt === undefined ? {} : { authoredAt: authoredAt + names.length }),
        });
      } catch (error) {
        throw told(error);
      }
    },
    segment: ({ statements: [first] }) => notSent(first ?? repeatable('read', '')),
    lock: () => Promise.resolve(undefined),
    interrupt: () => session.interrupt(),
    load: (target) => notSent(repeatable('write', relation(target))),
  });

  return { analysis, over };
}

/** ClickHouse as a judge: in an engine of the check's own, or, by what `asking` gives, on a server. */
export function judgeWith(settingsOf: (config: EngineConfig) => Settings): Analysis {
  const analysis = analysisWith(settingsOf);
  return { ...analysis, asking: () => askingJudge(analysis, settingsOf) };
}
