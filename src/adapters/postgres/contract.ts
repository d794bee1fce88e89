// Tables that are made from a contract: their columns and constraints first, then their rows.
import type {
  ContractColumn,
  ContractConstraint,
  ContractRequest,
  SelectRequest,
} from '../../adapter/contract.ts';
import type { Statement } from '../../adapter/statement.ts';
import { md5 } from '../../kernel/hash.ts';
import type { RelationName } from '../../kernel/relation.ts';
import { markContract } from './own-constraints.ts';
import { block, ident, quoted, relationText } from './quote.ts';
import { around, once, repeatable } from './statements.ts';

/** The classes by which contracts compare types, as the usual Python driver puts them together. */
const CLASSES: Readonly<Record<string, string>> = {
  smallint: 'INTEGER',
  integer: 'INTEGER',
  bigint: 'LONGINTEGER',
  real: 'FLOAT',
  'double precision': 'FLOAT',
  numeric: 'DECIMAL',
  name: 'TEXT',
  '"char"': 'TEXT',
  text: 'TEXT',
  bpchar: 'TEXT',
  character: 'TEXT',
  'character varying': 'TEXT',
  boolean: 'BOOLEAN',
  'timestamp without time zone': 'DATETIME',
  'timestamp with time zone': 'DATETIMETZ',
  'time without time zone': 'TIME',
  'time with time zone': 'TIME',
  date: 'DATE',
  interval: 'INTERVAL',
  bytea: 'BINARY',
  json: 'JSON',
  jsonb: 'JSONB',
};

/** What of a type counts: text and varchar are the same, length and precision do not matter. */
export function contractType(type: string): string {
  if (type.endsWith('[]')) {
    const item = contractType(type.slice(0, -2));
    return `${item === 'TEXT' ? 'STRING' : item}ARRAY`;
  }
  return CLASSES[type] ?? type;
}

/** Names without `quote: true` are folded as Postgres folds them. */
const columnName = ({ name, quote }: Pick<ContractColumn, 'name' | 'quote'>): string =>
  ident(quote ? name : name.toLowerCase());

/** The portable word for text; all others are Postgres's own. */
const typeText = (type: string): string => (/^\s*string\s*$/i.test(type) ? 'text' : type);

/** A query without a row, whose columns are those of the contract. */
export const typed = (columns: readonly ContractColumn[]): string =>
  `select ${columns.map((c) => `cast(null as ${typeText(c.type)}) as ${columnName(c)}`).join(', ')} limit 0`;

interface Made {
  readonly internal: string;
  readonly final: string;
}

const isGiven = (text: string | null): text is string => text !== null && text.trim() !== '';

/** A name within 63 bytes: Postgres would cut it silently. */
const fitting = (name: string): string =>
  new TextEncoder().encode(name).length <= 63
    ? name
    : `${name.replaceAll(/[^\w]/g, '').slice(0, 40)}_${md5(name).slice(0, 12)}`;

const SUFFIX: Readonly<Record<ContractConstraint['type'], string>> = {
  primary_key: 'pkey',
  unique: 'key',
  foreign_key: 'fkey',
  check: 'check',
  not_null: 'not_null',
  custom: 'custom',
};

/** The name that the author gives, or the one that Postgres would give. */
function finalName(
  target: RelationName,
  c: ContractConstraint,
  column: string | undefined,
): string {
  if (isGiven(c.name)) return fitting(c.name);
  const columns = c.type === 'primary_key' ? [] : column === undefined ? c.columns : [column];
  return fitting([target.name, ...columns, SUFFIX[c.type]].join('_'));
}

interface Names {
  readonly target: RelationName;
  readonly staged: RelationName;
}

const NAME = String.raw`(?:"(?:[^"]|"")*"|[A-Za-z_]\w*)`;
const LEADS_TO = new RegExp(String.raw`^\s*(${NAME})(?:\s*\.\s*(${NAME}))?(?:\s*\.\s*(${NAME}))?`);

const unquoted = (name: string): string =>
  name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase();

/** What a foreign key leads to. A table that leads to itself is not there yet by its own name, and not any more once it is replaced. */
function leadsTo(expression: string, { target, staged }: Names): string {
  const [whole, ...parts] = LEADS_TO.exec(expression) ?? [''];
  const [name, schema, database] = parts.flatMap((part) => part ?? []).toReversed();
  const isItself =
    name !== undefined &&
    unquoted(name) === target.name &&
    (schema === undefined || unquoted(schema) === target.schema) &&
    (database === undefined || unquoted(database) === (target.database ?? unquoted(database)));
  return isItself ? `${relationText(staged)}${expression.slice(whole.length)}` : expression.trim();
}

const ownName = (to: RelationName, { target, staged }: Names): RelationName =>
  to.schema === target.schema && to.name === target.name ? staged : to;

function bodyOf(
  c: ContractConstraint,
  columnsText: string,
  isOfColumn: boolean,
  names: Names,
): string | undefined {
  const expression = isGiven(c.expression) ? ` ${c.expression}` : '';
  const list = isOfColumn ? '' : ` (${columnsText})`;
  switch (c.type) {
    case 'check':
      return expression === '' ? undefined : `check (${c.expression ?? ''}\n)`;
    case 'not_null':
      return isOfColumn ? `not null${expression}` : undefined;
    case 'unique':
      return `unique${expression}${list}`;
    case 'primary_key':
      return `primary key${expression}${list}`;
    case 'foreign_key': {
      const begin = isOfColumn ? 'references' : `foreign key${list} references`;
      if (c.to !== undefined && c.toColumns.length > 0)
        return `${begin} ${relationText(ownName(c.to, names))} (${c.toColumns.join(', ')})`;
      return isGiven(c.expression) ? `${begin} ${leadsTo(c.expression, names)}` : undefined;
    }
    case 'custom':
      return expression === '' ? undefined : expression.trim();
    default:
      return undefined;
  }
}

/** Their names are those of indexes, which the live table may bear until the swap: they get an internal name first. */
const HAS_INDEX: ReadonlySet<ContractConstraint['type']> = new Set([
  'unique',
  'primary_key',
  'custom',
]);

/** Writes constraints and keeps the names that they will have. */
class Maker {
  readonly made: Made[] = [];
  readonly #request: Names;

  constructor(request: Names) {
    this.#request = request;
  }

  make(c: ContractConstraint, column?: ContractColumn): string | undefined {
    const { target, staged } = this.#request;
    const isOfColumn = column !== undefined;
    const body = bodyOf(c, c.columns.join(', '), isOfColumn, this.#request);
    if (body === undefined) return undefined;
    // an expression of the author's own may name itself
    if (c.type === 'custom' && !isGiven(c.name)) return body;
    const wanted = finalName(target, c, column?.name);
    const taken = new Set(this.made.map(({ final }) => final));
    let final = wanted;
    for (let i = 1; taken.has(final); i++) final = fitting(`${wanted}${i}`);
    const internal = HAS_INDEX.has(c.type) ? fitting(`${staged.name}_${final}`) : final;
    const text = `constraint ${ident(internal)} ${body}`;
    this.made.push({ internal, final });
    return text;
  }
}

interface Definition {
  readonly body: string;
  readonly made: readonly Made[];
}

function definition(request: Names, contract: ContractRequest): Definition {
  const maker = new Maker(request);
  const columns = contract.columns.map((column) => {
    const own = column.constraints.flatMap((c) => maker.make(c, column) ?? []);
    return [columnName(column), typeText(column.type), ...own].join(' ');
  });
  const more = contract.constraints.flatMap((c) => maker.make(c) ?? []);
  return { body: [...columns, ...more].map((line) => `  ${line}`).join(',\n'), made: maker.made };
}

/** The staged table of a contract, and the rows of the query in it. `head` is what comes before the columns, `tail` what after. */
export function createFromContract(
  request: SelectRequest,
  contract: ContractRequest,
  head: string,
  tail: string,
): readonly Statement[] {
  const { staged, select } = request;
  const names = contract.columns.map(columnName).join(', ');
  return [
    once('create', `${head} (\n${definition(request, contract).body}\n)${tail}`, staged),
    around(
      `insert into ${relationText(staged)} (${names})\nselect ${names} from (\n`,
      select,
      '\n) as __etl_contract',
      { verb: 'write', repeatable: false, writes: [staged] },
    ),
    markContract(staged),
  ];
}

/** Gives the constraints of a table that was just put in place their names, unless something else bears them. */
export function nameConstraints(
  target: RelationName,
  staged: RelationName,
  contract: ContractRequest | undefined,
): readonly Statement[] {
  if (contract === undefined) return [];
  const { made } = definition({ target, staged }, contract);
  const renamed = made.filter((m) => m.internal !== m.final);
  if (renamed.length === 0) return [];
  const values = renamed.map((m) => `(${quoted(m.internal)}, ${quoted(m.final)})`).join(', ');
  const table = quoted(relationText(target));
  return [
    repeatable(
      'swap',
      block(`declare r record; begin
for r in select w.internal, w.final from (values ${values}) as w(internal, final)
  join pg_catalog.pg_constraint k on k.conrelid = ${table}::regclass and k.conname = w.internal
  where not exists (select from pg_catalog.pg_constraint x where x.conrelid = k.conrelid and x.conname = w.final)
    and (k.contype not in ('p', 'u') or not exists (select from pg_catalog.pg_class o
      where o.relname = w.final and o.relnamespace = k.connamespace))
loop execute format('alter table %s rename constraint %I to %I', ${table}, r.internal, r.final); end loop; end`),
    ),
  ];
}
