// The contract of a model as its engine can keep it.
import type {
  ContractColumn,
  ContractConstraint,
  ContractRequest,
  Dialect,
} from '../adapter/contract.ts';
import type { Checked, Diagnostic } from '../kernel/diagnostic.ts';
import type { RelationName } from '../kernel/relation.ts';
import type {
  ColumnInfo,
  Constraint,
  ExecutableNode,
  ModelConstraint,
  ModelNode,
} from '../manifest/node.ts';

/** The foreign keys of a model that name a node, as written; also where no contract makes them, as artifacts tell them. */
export const foreignKeys = (node: ExecutableNode): readonly string[] =>
  node.resource_type === 'model'
    ? [...Object.values(node.columns).flatMap((c) => c.constraints), ...node.constraints].flatMap(
        ({ type, to }) => (type === 'foreign_key' && to !== null && to !== '' ? [to] : []),
      )
    : [];

class Reader {
  readonly warned = new Map<string, Diagnostic>();
  readonly #node: ModelNode;
  readonly #dialect: Dialect;
  readonly #references: ReadonlyMap<string, RelationName>;

  constructor(node: ModelNode, dialect: Dialect, references: ReadonlyMap<string, RelationName>) {
    this.#node = node;
    this.#dialect = dialect;
    this.#references = references;
  }

  #warn(constraint: Constraint, effect: string, setting: string): void {
    const { type } = constraint;
    const { name, place, unique_id: id } = this.#node;
    this.warned.set(`${type} ${effect}`, {
      code: 'ETL4031',
      severity: 'warning',
      message: `${type} constraints are not ${effect} by ${this.#dialect.name}: ${name}`,
      at: place,
      node: id,
      hint: `Test it instead (data_tests), or set ${setting}: false on the constraint to say that you know.`,
    });
  }

  /** The constraints that the engine makes; what it does not is told unless the author knows. */
  made(all: readonly (Constraint | ModelConstraint)[]): readonly ContractConstraint[] {
    return all.flatMap((constraint): readonly ContractConstraint[] => {
      const { type, name, expression, to, to_columns: toColumns } = constraint;
      const support = this.#dialect.can.constraints[type];
      if (support === 'not_supported') {
        if (constraint.warn_unsupported) this.#warn(constraint, 'made', 'warn_unsupported');
        return [];
      }
      if (support === 'not_enforced' && constraint.warn_unenforced)
        this.#warn(constraint, 'enforced', 'warn_unenforced');
      const columns = 'columns' in constraint ? constraint.columns : [];
      const target = to === null ? undefined : this.#references.get(to);
      return [{ type, name, expression, columns, toColumns, to: target }];
    });
  }
}

const storageOf = ({ codec, ttl }: ColumnInfo): Pick<ContractColumn, 'storage'> =>
  codec === undefined && ttl === undefined
    ? {}
    : {
        storage: {
          ...(codec === undefined ? {} : { codec }),
          ...(ttl === undefined ? {} : { ttl }),
        },
      };

/** A codec or TTL that no CREATE statement will name, because only a contract lists the columns there. */
function idleStorage(node: ExecutableNode, { can }: Dialect): readonly Diagnostic[] {
  if (can.storesByColumn !== true || node.resource_type !== 'model') return [];
  const columns = Object.values(node.columns).filter((c) => storageOf(c).storage !== undefined);
  if (columns.length === 0) return [];
  return [
    {
      code: 'ETL4072',
      severity: 'warning',
      message: `${node.name} has no enforced contract, so the codec or TTL of these columns has no effect: ${columns.map((c) => c.name).join(', ')}`,
      at: node.place,
      node: node.unique_id,
      hint: 'Set contract: {enforced: true} and give every column a data_type.',
    },
  ];
}

/** What a model's contract asks of its table; undefined inside where nothing is enforced. A column without a type is an ETL4030. */
export function contractOf(
  node: ExecutableNode,
  dialect: Dialect,
  references: ReadonlyMap<string, RelationName>,
): Checked<{ readonly contract: ContractRequest | undefined }> {
  if (node.resource_type !== 'model' || !node.contract.enforced)
    return { value: { contract: undefined }, diagnostics: idleStorage(node, dialect) };
  const columns = Object.values(node.columns);
  const untyped = columns.filter((c) => c.data_type === null).map((c) => c.name);
  if (untyped.length > 0)
    return {
      value: undefined,
      diagnostics: [
        {
          code: 'ETL4030',
          severity: 'error',
          message: `${node.name} has an enforced contract, and no data_type for: ${untyped.join(', ')}`,
          at: node.place,
          node: node.unique_id,
          hint: 'Give each of its columns a data_type in the property file.',
        },
      ],
    };
  const isTable = node.config.materialized !== 'view';
  const reader = new Reader(node, dialect, references);
  const contract: ContractRequest = {
    columns: columns.map((column) => ({
      name: column.name,
      type: column.data_type ?? '',
      quote: column.quote === true,
      ...storageOf(column),
      constraints: isTable ? reader.made(column.constraints) : [],
    })),
    constraints: isTable ? reader.made(node.constraints) : [],
  };
  return { value: { contract }, diagnostics: [...reader.warned.values(), ...nakedNumerics(node)] };
}

/** Columns whose type says how many digits there may be only when one writes it: dbt's warning, with its words. */
function nakedNumerics(node: ModelNode): readonly Diagnostic[] {
  const names = Object.values(node.columns)
    .filter(({ data_type: type }) => /^\s*(numeric|decimal|number)\s*$/i.test(type ?? ''))
    .map(({ name }) => `'${name}'`);
  if (names.length === 0) return [];
  return [
    {
      code: 'ETL4020',
      severity: 'warning',
      message: `Detected columns with numeric type and unspecified precision/scale, this can lead to unintended rounding: [${names.join(', ')}]`,
      at: node.place,
      node: node.unique_id,
      hint: 'Say how many digits there are: data_type: numeric(18, 2).',
    },
  ];
}
