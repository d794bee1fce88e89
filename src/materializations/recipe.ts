import type {
  Attempt,
  ContractRequest,
  Dialect,
  EngineConfig,
  Comments,
  Grants,
  MaterializedViewChange,
  MaterializedViewUpdate,
  ObservedRelation,
} from '../adapter/contract.ts';
import type { Merging } from '../adapter/merging.ts';
import type { Query, ResultSet, Segment, Statement } from '../adapter/statement.ts';
import type { Checked, Diagnostic } from '../kernel/diagnostic.ts';
import type { Column, RelationKind, RelationName } from '../kernel/relation.ts';

/** A rendered hook; `inTransaction` ones share the transaction of the step they stand beside, where the engine has any. */
export interface RenderedHook {
  readonly sql: string;
  readonly inTransaction: boolean;
}

/** What every materialization is made from: the node's final facts and what stands in the warehouse. */
export interface Ingredients {
  readonly dialect: Dialect;
  readonly target: RelationName;
  readonly staged: RelationName;
  readonly live: ObservedRelation | undefined;
  readonly config: EngineConfig;
  readonly comments: Comments;
  readonly grants: Grants | undefined;
  readonly before: readonly RenderedHook[];
  readonly after: readonly RenderedHook[];
  readonly contract?: ContractRequest | undefined;
}
export interface SelectIngredients extends Ingredients {
  /** compiled SELECT */
  readonly select: string;
  readonly header?: string;
}

/** How the built relation becomes visible: known in advance, or decided from what was built: its columns, or its difference from what is live. `merges`: the next state is put together beside and tested there. */
export type Publish =
  | { readonly kind: 'ready'; readonly attempts: readonly Attempt[] }
  | {
      readonly kind: 'asks';
      readonly question: Query<Column>;
      readonly decide: (columns: readonly Column[]) => Checked<readonly Attempt[]>;
    }
  | {
      readonly kind: 'merges';
      readonly question: Query<Column>;
      readonly decide: (columns: readonly Column[]) => Checked<Merging>;
    }
  | {
      readonly kind: 'compares';
      readonly question: Query<MaterializedViewChange>;
      readonly staged: RelationName;
      readonly decide: (change: MaterializedViewChange) => Checked<MaterializedViewUpdate>;
    };

/** A read of the staged rows that has to find nothing wrong before anything is tested or published. */
export interface Check {
  readonly statement: Statement;
  readonly judge: (found: ResultSet) => readonly Diagnostic[];
}

/** A file to be loaded into the staged relation between `build` and `finish`. */
export interface SeedFile {
  readonly delimiter: string;
  readonly columns: readonly Column[];
}

/**
 * How one relation comes to be: build beside, (load, finish,) test, publish, tidy. Only `publish` changes what readers see;
 * `tidy` is sent whatever happened before, so every statement in it is repeatable.
 */
export interface Recipe {
  /** what the run does, for people: `create table`, `replace table`, `append`, ... */
  readonly action: string;
  readonly becomes: RelationKind;
  /** sent before the contract is compared: what the query may need */
  readonly prepare?: readonly Segment[];
  /** compared with what the query gives, before anything is built */
  readonly contract?: ContractRequest | undefined;
  readonly build: readonly Segment[];
  readonly load?: SeedFile;
  readonly finish: readonly Segment[];
  readonly checks?: readonly Check[];
  /** where tests find the new rows before they are published; absent when only publishing makes them */
  readonly testable?: RelationName;
  /** its tests read the published relation within the transaction that publishes it, which they may undo */
  readonly undoable?: boolean;
  readonly publish: Publish;
  readonly after: readonly Segment[];
  readonly tidy: readonly Segment[];
  readonly hazards: readonly Diagnostic[];
}

type Labelled = RenderedHook & { readonly label: string };

const hookStatement = (hook: Labelled): Statement => ({
  sql: hook.sql,
  verb: 'hook',
  repeatable: false,
  label: hook.label,
});

/** Hooks with the names by which people know them: their kind and their place in the config. */
const labelled = (
  hooks: readonly RenderedHook[],
  kind: 'pre-hook' | 'post-hook',
): readonly Labelled[] => hooks.map((hook, i) => ({ ...hook, label: `${kind} ${i + 1}` }));

const segment = (dialect: Dialect, statements: readonly Statement[]): readonly Segment[] =>
  statements.length === 0
    ? []
    : [{ atomicity: dialect.can.transactionalDdl ? 'transaction' : 'none', statements }];

/** Hooks outside any transaction, one segment each: what VACUUM and the like need. */
const alone = (hooks: readonly Labelled[]): readonly Segment[] =>
  hooks.map((h) => ({ atomicity: 'none', statements: [hookStatement(h)] }));

/** A post-hook that was rendered after the node was published. */
export const lateHookSegment = (dialect: Dialect, hook: RenderedHook): Segment => ({
  atomicity: dialect.can.transactionalDdl && hook.inTransaction ? 'transaction' : 'none',
  statements: [hookStatement({ ...hook, label: 'post-hook' })],
});

const together = (hooks: readonly Labelled[]): readonly Statement[] =>
  hooks.filter((h) => h.inTransaction).map(hookStatement);

type Beginning = Pick<Recipe, 'prepare' | 'contract' | 'build'>;

/**
 * Pre-hooks, then the statements that build: in dbt's order, hooks outside the transaction first. With a contract the hooks are
 * sent before it is compared, because the query may read what they make.
 */
export function beginning(from: Ingredients, statements: readonly Statement[]): Beginning {
  const { contract } = from;
  if (contract === undefined) return { build: buildSegments(from, statements) };
  return { contract, prepare: buildSegments(from, []), build: segment(from.dialect, statements) };
}

/** Pre-hooks, then the statements that build: in dbt's order, hooks outside the transaction first. */
export function buildSegments(
  from: Ingredients,
  statements: readonly Statement[],
): readonly Segment[] {
  if (from.before.length === 0) return segment(from.dialect, statements);
  const before = labelled(from.before, 'pre-hook');
  return [
    ...alone(before.filter((h) => !h.inTransaction)),
    ...segment(from.dialect, [...together(before), ...statements]),
  ];
}

/**
 * Publishing attempts with the post-hooks inside, so that a failing hook leaves the old relation in place. Only where a failed
 * attempt undoes itself: an engine without transactions would repeat the swap, hook and all.
 */
export function publishWithHooks(
  from: Ingredients,
  attempts: readonly Attempt[],
): readonly Attempt[] {
  if (from.after.length === 0) return attempts;
  const hooks = from.dialect.can.transactionalDdl
    ? together(labelled(from.after, 'post-hook'))
    : [];
  return hooks.length === 0
    ? attempts
    : attempts.map((a) => ({ ...a, statements: [...a.statements, ...hooks] }));
}

/** The two ways in which an engine can bring staged rows into a live table; it has one of them. */
interface Ways {
  readonly beside?: ((columns: readonly Column[]) => Checked<Merging>) | undefined;
  readonly inPlace?: ((columns: readonly Column[]) => Checked<readonly Attempt[]>) | undefined;
}

/** Publishing that is decided when the columns of the staged rows are known; post-hooks go with it where it undoes itself. */
export function publishing(from: Ingredients, { beside, inPlace }: Ways): Publish {
  const { dialect, staged } = from;
  const question = dialect.builtColumns?.(staged) ?? dialect.columns(staged);
  if (beside !== undefined) return { kind: 'merges', question, decide: beside };
  return {
    kind: 'asks',
    question,
    decide: (columns) => {
      const decided = inPlace?.(columns);
      if (decided === undefined)
        throw new Error(`${from.dialect.name} has no way to merge staged rows`);
      return decided.value === undefined
        ? decided
        : { value: publishWithHooks(from, decided.value), diagnostics: decided.diagnostics };
    },
  };
}

/** What is sent after a successful publish: the post-hooks that could not go with it, in their order. */
export const afterSegments = (from: Ingredients): readonly Segment[] => {
  if (from.after.length === 0) return [];
  const after = labelled(from.after, 'post-hook');
  return alone(from.dialect.can.transactionalDdl ? after.filter((h) => !h.inTransaction) : after);
};

/** The clean-up of one node's internal names. */
export const tidySegments = (from: Ingredients): readonly Segment[] =>
  segment(from.dialect, from.dialect.tidy(from.staged));

/** Statements as segments of this engine: one transaction where it has them. */
export const asSegments = (
  from: Ingredients,
  statements: readonly Statement[],
): readonly Segment[] => segment(from.dialect, statements);
