// Constraints of a contract as DDL: what `adapter.render_raw_columns_constraints` and its sibling give to macros.
import { fail } from '../faults.ts';
import { truthy } from '../py/compare.ts';
import { dictEntries, dictGet, isDict } from '../py/dict.ts';
import { str } from '../py/print.ts';
import { iterate } from '../py/sequence.ts';
import type { Value } from '../py/values.ts';

const field = (of: Value, name: string): Value => (isDict(of) ? dictGet(of, name) : undefined);

function text(of: Value, name: string): string {
  const value = field(of, name);
  return value === undefined || value === null ? '' : str(value);
}

const list = (of: Value, name: string): readonly string[] => {
  const value = field(of, name);
  return value === undefined || value === null ? [] : [...iterate(value)].map((item) => str(item));
};

function references(constraint: Value): string | undefined {
  const to = text(constraint, 'to');
  const columns = list(constraint, 'to_columns');
  if (to !== '' && columns.length > 0) return `references ${to} (${columns.join(', ')})`;
  const expression = text(constraint, 'expression');
  return expression === '' ? undefined : `references ${expression}`;
}

function ofColumn(constraint: Value): string | undefined {
  const expression = text(constraint, 'expression');
  const type = text(constraint, 'type');
  switch (type) {
    case 'check':
      return expression === '' ? undefined : `check (${expression})`;
    case 'not_null':
      return `not null ${expression}`.trim();
    case 'unique':
      return `unique ${expression}`.trim();
    case 'primary_key':
      return `primary key ${expression}`.trim();
    case 'foreign_key':
      return references(constraint);
    case 'custom':
      return expression === '' ? undefined : expression;
    default:
      return fail(`there is no constraint type "${type}"`, 'ValueError');
  }
}

function ofModel(constraint: Value): string | undefined {
  const name = text(constraint, 'name');
  const expression = text(constraint, 'expression');
  const columns = `(${list(constraint, 'columns').join(', ')})`;
  const named = (body: string): string => (name === '' ? body : `constraint ${name} ${body}`);
  const spaced = expression === '' ? '' : ` ${expression}`;
  const type = text(constraint, 'type');
  switch (type) {
    case 'check':
      return expression === '' ? undefined : named(`check (${expression})`);
    case 'unique':
      return named(`unique${spaced} ${columns}`);
    case 'primary_key':
      return named(`primary key${spaced} ${columns}`);
    case 'foreign_key': {
      const to = references(constraint);
      return to === undefined ? undefined : named(`foreign key ${columns} ${to}`);
    }
    case 'custom':
      return expression === '' ? undefined : named(expression);
    default:
      return fail(`there is no constraint type "${type}" for a model`, 'ValueError');
  }
}

/** Columns with their types and constraints, one text each, from a dictionary of columns. */
export function columnConstraints(columns: Value, quote: (name: string) => string): Value[] {
  if (!isDict(columns)) return fail('a dictionary of columns is needed', 'TypeError');
  return [...dictEntries(columns)].map(([, column]) => {
    const name = text(column, 'name');
    const head = truthy(field(column, 'quote') ?? false) ? quote(name) : name;
    const constraints = field(column, 'constraints');
    const rendered = (
      constraints === undefined || constraints === null ? [] : [...iterate(constraints)]
    ).flatMap((constraint) => ofColumn(constraint) ?? []);
    return [`${head} ${text(column, 'data_type')}`, ...rendered].join(' ');
  });
}

/** The constraints of a model, one text each. */
export const modelConstraints = (constraints: Value): Value[] =>
  constraints === undefined || constraints === null
    ? []
    : [...iterate(constraints)].flatMap((constraint) => ofModel(constraint) ?? []);
