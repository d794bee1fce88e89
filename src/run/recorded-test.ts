// A unit test from rows that are there: those of the inputs, masked, and what the model makes of them.
import type { Session } from '../adapter/contract.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import type { ResultSet, Scalar } from '../adapter/statement.ts';
import type { Diagnostic, Span } from '../kernel/diagnostic.ts';
import { EtlError } from '../kernel/error.ts';
import { nodeId, type NodeId } from '../kernel/node-id.ts';
import type { Personal } from '../manifest/personal.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import type { FixtureCell, FixtureRow, UnitTestCase } from '../manifest/unit-test-case.ts';
import { rowDiff } from '../materializations/row-diff.ts';
import { isNumberType, Masks } from './masks.ts';
import { sampled, type ReadRows, type RecordedInput, type Rows } from './recorded-rows.ts';
import { compileUnitTest, type UnitTestContext } from './run-unit-test.ts';

/** Rows as a file has them. */
export interface RecordedRows {
  readonly columns: ResultSet['columns'];
  readonly rows: readonly (readonly FixtureCell[])[];
}

export interface RecordedTest {
  readonly inputs: readonly (RecordedRows & Pick<RecordedInput, 'id' | 'written'>)[];
  readonly expected: RecordedRows;
  /** the time that the clock has to stand at, where the model asks for it */
  readonly now: string | undefined;
  /** columns whose values are not the real ones, by input */
  readonly masked: readonly string[];
}

export interface RecordRequest {
  readonly model: ExecutableNode;
  readonly inputs: readonly RecordedInput[];
  readonly personal: Personal;
  readonly read: ReadRows;
  readonly now: Date;
}

/** Rows of each input that are kept; of one that the others have to meet, so many are looked at. */
const KEPT = 10;
const LOOKED_AT = 200;
const MOST_EXPECTED = 100;

/** As an incremental model is built the first time. */
const OVERRIDES: UnitTestCase['overrides'] = {
  macros: new Map([['is_incremental', false]]),
  vars: {},
  env: new Map(),
};

/**
 * Rows of the inputs, as few as give some of the model, and what it makes of them. Throws an EtlError where no test can be made that
 * passes each time (ETL6077) or where data of a person would be written (ETL6079).
 */
export async function recordTest(
  ctx: UnitTestContext,
  session: Session,
  request: RecordRequest,
): Promise<RecordedTest> {
  const recorder = new Recorder(ctx, session, request);
  let rows = await sampled(request.inputs, KEPT, request.read, ctx.dialect);
  let given = await recorder.result(rows, 1);
  if (given.rows.length === 0 && request.inputs.length > 0) {
    const more = await sampled(request.inputs, LOOKED_AT, request.read, ctx.dialect);
    const found = await recorder.result(more, 1);
    if (found.rows.length > 0) {
      rows = await recorder.fewer(more);
      given = await recorder.result(rows, 1);
    }
  }
  const again = await recorder.result(rows, 1);
  const types = given.columns.map((c) => c.type);
  if (rowDiff(types, given.rows, again.rows) !== undefined)
    throw recorder.refused(
      'it gives other rows each time',
      'What it makes of its rows must not depend on chance: leave out random() and its like, or write the test by hand.',
    );
  if (given.rows.length > MOST_EXPECTED)
    throw recorder.refused(
      `it makes ${given.rows.length} rows of these few`,
      `At most ${MOST_EXPECTED} are written. Write the test by hand, or for a model nearer to its inputs.`,
    );
  await recorder.requireMasked(rows, given);
  return recorder.written(rows, given);
}

class Recorder {
  readonly #ctx: UnitTestContext;
  readonly #session: Session;
  readonly #request: RecordRequest;
  #now: string | undefined;

  constructor(ctx: UnitTestContext, session: Session, request: RecordRequest) {
    this.#ctx = ctx;
    this.#session = session;
    this.#request = request;
  }

  /** Masks that have met all values of marked columns, in whatever input they stand. */
  #masks(rows: ReadonlyMap<NodeId, Rows>, first: number): Masks {
    const masks = new Masks(first);
    for (const { id, columns } of this.#request.inputs)
      for (const row of rows.get(id) ?? [])
        columns.forEach(({ name, type }, i) => {
          if (this.#isMasked(id, name)) masks.of(row[i] ?? null, type);
        });
    return masks;
  }

  /** What the model makes of the rows, masked with numbers from `first` on. */
  async result(rows: ReadonlyMap<NodeId, Rows>, first: number): Promise<ResultSet> {
    const { model, now } = this.#request;
    const unit = this.#unitTest(rows, first);
    const compiled = async (etl: object): Promise<string> => {
      const config = { enabled: true, meta: { etl } };
      const test = {
        unique_id: nodeId('unit_test.recorded'),
        model: model.name,
        config,
        place: model.place,
      };
      return (await compileUnitTest(this.#ctx, this.#session, model, test, unit)).sql;
    };
    const time = now.toISOString().slice(0, 19).replace('T', ' ');
    const frozen = await compiled({ now: time });
    this.#now = frozen === (await compiled({})) ? undefined : time;
    try {
      return await this.#session.read(this.#ctx.dialect.read(frozen, model.config));
    } catch (error) {
      if (!isStatementFailure(error)) throw error;
      throw this.refused(
        `its SQL fails on the recorded rows: ${error.error.message.split('\n')[0] ?? ''}`,
        'Values of columns tagged pii are replaced; where the model needs them in a form of their own, write the test by hand.',
      );
    }
  }

  /** As few rows as still give some of the model: half after half is left out. */
  async fewer(all: ReadonlyMap<NodeId, Rows>): Promise<ReadonlyMap<NodeId, Rows>> {
    const rows = new Map(all);
    for (const [id, list] of all) {
      let kept = list;
      for (let tries = 0; kept.length > KEPT && tries < 8; tries++) {
        const half = Math.ceil(kept.length / 2);
        const halves = [kept.slice(0, half), kept.slice(half)];
        let better: Rows | undefined;
        for (const part of halves) {
          if (better !== undefined) continue;
          const found = await this.result(new Map([...rows, [id, part]]), 1);
          if (found.rows.length > 0) better = part;
        }
        if (better === undefined) break;
        kept = better;
        rows.set(id, kept);
      }
    }
    return rows;
  }

  /** Columns marked as personal data must come from masked ones: with other masks they have other values. */
  async requireMasked(rows: ReadonlyMap<NodeId, Rows>, given: ResultSet): Promise<void> {
    const { model, personal } = this.#request;
    if (personal.nodes.has(model.unique_id)) return;
    const marked = given.columns.flatMap(({ name, type }, i) => {
      const isReal = given.rows.some((row) => row[i] !== null && typeof row[i] !== 'boolean');
      return personal.columns.has(name.toLowerCase()) && isReal && !/^bool/i.test(type) ? [i] : [];
    });
    if (marked.length === 0) return;
    const other = await this.result(rows, 500);
    const valuesOf = ({ rows: list }: ResultSet, i: number): string =>
      JSON.stringify(list.map((row) => String(row[i])).toSorted());
    const open = marked.filter((i) => valuesOf(given, i) === valuesOf(other, i));
    if (open.length === 0) return;
    const names = open.map((i) => given.columns[i]?.name).join(', ');
    throw new EtlError([
      {
        ...this.#about('ETL6079'),
        message: `${names} of ${model.name}: marked as personal data, and made from columns that are not`,
        hint: 'Mark the columns that it is made from too (tag pii): only those of the inputs can be masked.',
      },
    ]);
  }

  written(rows: ReadonlyMap<NodeId, Rows>, given: ResultSet): RecordedTest {
    const masks = this.#masks(rows, 1);
    const { inputs, model } = this.#request;
    return {
      inputs: inputs.map(({ id, written, columns, name }) => ({
        id,
        written,
        columns,
        rows: this.#cells({ id, written, columns, name }, rows.get(id) ?? [], masks),
      })),
      expected: {
        columns: given.columns,
        rows: sorted(
          given.rows.map((row) =>
            row.map((value, i) => cell(value, given.columns[i]?.type ?? '', model.place)),
          ),
        ),
      },
      now: this.#now,
      masked: inputs.flatMap((input) =>
        input.columns
          .filter((c) => this.#isMasked(input.id, c.name))
          .map((c) => `${input.name}.${c.name}`),
      ),
    };
  }

  refused(why: string, hint: string): EtlError {
    const message = `no unit test of ${this.#request.model.name} can be recorded: ${why}`;
    return new EtlError([{ ...this.#about('ETL6077'), message, hint }]);
  }

  #about(code: 'ETL6077' | 'ETL6079'): Pick<Diagnostic, 'code' | 'severity' | 'at' | 'node'> {
    const { model } = this.#request;
    return { code, severity: 'error', at: model.place, node: model.unique_id };
  }

  #isMasked(id: NodeId, column: string): boolean {
    const { model, personal } = this.#request;
    return (
      personal.columns.has(column.toLowerCase()) ||
      personal.nodes.has(id) ||
      personal.nodes.has(model.unique_id)
    );
  }

  #cells(input: RecordedInput, rows: Rows, masks: Masks): RecordedRows['rows'] {
    return rows.map((row) =>
      row.map((value, i) => {
        const { name = '', type = '' } = input.columns[i] ?? {};
        const put = this.#isMasked(input.id, name)
          ? masks.of(value, type)
          : masks.without(value, type);
        return cell(put, type, this.#request.model.place);
      }),
    );
  }

  #unitTest(rows: ReadonlyMap<NodeId, Rows>, first: number): UnitTestCase {
    const masks = this.#masks(rows, first);
    const { place: at } = this.#request.model;
    const inputs = this.#request.inputs.map((input) => {
      const cells = this.#cells(input, rows.get(input.id) ?? [], masks);
      const list = cells.map(
        (row): FixtureRow => new Map(row.map((one, i) => [input.columns[i]?.name ?? '', one])),
      );
      const content = { kind: 'rows' as const, rows: list, at };
      return { written: input.written, id: input.id, isThis: false, content, at };
    });
    return { inputs, expected: { kind: 'rows', rows: [], at }, overrides: OVERRIDES };
  }
}

const sorted = (rows: RecordedRows['rows']): RecordedRows['rows'] =>
  rows
    .map((row) => ({
      row,
      key: row.map((c) => (c.kind === 'number' ? c.text.padStart(24) : c.text)).join('\u0000'),
    }))
    .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ row }) => row);

function cell(value: Scalar, type: string, at: Span): FixtureCell {
  const put = (kind: FixtureCell['kind'], text: string): FixtureCell => ({
    kind,
    text,
    at,
    nameAt: at,
  });
  if (value === null) return put('null', '');
  if (typeof value === 'boolean') return put('boolean', String(value));
  const text = Object.is(value, -0) ? '-0' : String(value);
  return put(isNumberType(type) && /^-?\d+(?:\.\d+)?$/.test(text) ? 'number' : 'text', text);
}
