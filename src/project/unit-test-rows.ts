// The rows of a fixture: from YAML, from CSV text, from a file, or as the text of a query.
import { didYouMean } from '../kernel/did-you-mean.ts';
import type { Span } from '../kernel/diagnostic.ts';
import { Dict } from '../jinja/py/dict.ts';
import { toPython } from '../jinja/py/convert.ts';
import { PyFloat } from '../jinja/py/values.ts';
import type { Value } from '../jinja/py/values.ts';
import { str } from '../jinja/py/print.ts';
import type { FixtureFormat, FixtureRows } from '../manifest/unit-test.ts';
import { readCsv } from '../sql/csv.ts';
import { errorOf } from './problems.ts';
import type { Property } from './properties.ts';
import type { ProjectPackage, TextFile } from './text-files.ts';
import type { FixtureCell, FixtureContent, FixtureRow } from '../manifest/unit-test-case.ts';
import type { World } from './world.ts';
import { isYamlMap } from './yaml.ts';
import type { YamlMap, YamlPath } from './yaml.ts';

/** A fixture as the manifest shows it and as a run needs it. */
export interface ReadFixture {
  readonly shown: FixtureRows;
  readonly content: FixtureContent;
  /** the shown rows as templates would see them, floats kept apart from integers */
  readonly exact: Value;
}

/** A value as rendered, with the floats that were written as such. */
export function withFloats(value: unknown, exact: unknown): Value {
  if (exact instanceof PyFloat && exact.value === value) return exact;
  if (Array.isArray(value)) {
    const items = Array.isArray(exact) ? (exact as unknown[]) : [];
    return (value as unknown[]).map((item, i) => withFloats(item, items[i]));
  }
  if (!isYamlMap(value)) return value;
  const written = isYamlMap(exact) ? exact : {};
  const entries = Object.entries(value).map(([key, item]): [Value, Value] => [
    key,
    withFloats(item, written[key]),
  ]);
  return new Dict(entries);
}

/** Where a fixture is written. */
export interface FixturePlace {
  readonly world: World;
  readonly property: Property;
  readonly package: ProjectPackage;
  /** of the mapping that holds `rows`, `format` and `fixture` */
  readonly path: YamlPath;
  readonly value: YamlMap;
  /** `ref('x')`, or `expect` */
  readonly what: string;
  /** the file of the seed that the input means, whose rows count where none are given */
  readonly seed: (() => Csv | undefined) | undefined;
}

/** A CSV text and the place of its first character. */
export interface Csv {
  readonly text: string;
  readonly at: Span;
  readonly delimiter?: string;
}

const FORMATS: readonly FixtureFormat[] = ['dict', 'csv', 'sql'];

function problem(
  place: FixturePlace,
  message: string,
  key: string | undefined,
  hint: string,
): void {
  const { document } = place.property.file;
  const at = document.spanOf(key === undefined ? place.path : [...place.path, key]);
  place.world.diagnostics.push(errorOf('ETL1020', message, { at, hint }));
}

/** Reads `rows`, `format` and `fixture`; undefined when they do not go together, with the reason among the diagnostics. */
export function readFixture(place: FixturePlace): ReadFixture | undefined {
  const { value, what } = place;
  const format = value['format'] ?? 'dict';
  const known = FORMATS.find((one) => one === format);
  if (known === undefined) {
    problem(
      place,
      `"${String(format as string)}" is not a format of rows`,
      'format',
      (typeof format === 'string' ? didYouMean(format, FORMATS) : undefined) ??
        `Formats: ${FORMATS.join(', ')}.`,
    );
    return undefined;
  }
  const { rows = null, fixture = null } = value;
  if (fixture !== null && (known === 'dict' || typeof fixture !== 'string')) {
    problem(
      place,
      `${what}: a fixture is the name of a file, with the format csv or sql`,
      'fixture',
      'For example: format: csv and fixture: my_rows, for tests/fixtures/my_rows.csv.',
    );
    return undefined;
  }
  if (known === 'dict') return dictRows(place, rows);
  if (typeof fixture === 'string') return fileRows(place, fixture, known);
  if (typeof rows !== 'string') {
    problem(
      place,
      `${what}: rows of the format ${known} must be a text, or a fixture must be named`,
      rows === null ? undefined : 'rows',
      known === 'csv'
        ? 'Write the header and the rows below "rows: |", or name a file: fixture: my_rows.'
        : 'Write a SELECT below "rows: |", or name a file: fixture: my_rows.',
    );
    return undefined;
  }
  const at = textPlace(place, [...place.path, 'rows']);
  if (known === 'sql') {
    // as every text of a property file that dbt renders: without its last line end
    const sql = rows.replace(/\n$/, '');
    const shown = { rows: sql, format: known, fixture: null };
    return { shown, content: { kind: 'sql', sql, at }, exact: sql };
  }
  return csvRows(place, { text: rows, at }, { format: 'csv', fixture: null });
}

/** The place of a text; of a block (`|`) it is the first line of the text itself. */
function textPlace({ property }: FixturePlace, path: YamlPath): Span {
  const { line, column, file } = property.file.document.textSpanOf(path);
  return { file, line, column };
}

function fileRows(
  place: FixturePlace,
  name: string,
  format: 'csv' | 'sql',
): ReadFixture | undefined {
  const files = place.package.files.fixtures;
  const nameOf = (file: TextFile): string => file.path.split('/').at(-1) ?? '';
  const [found, twin] = files.filter((file) => nameOf(file) === `${name}.${format}`);
  if (found === undefined) {
    const { document } = place.property.file;
    const other = files.find((file) => nameOf(file).replace(/\.\w+$/, '') === name);
    const names = files
      .map(nameOf)
      .filter((one) => one.endsWith(`.${format}`))
      .map((one) => one.slice(0, -4));
    const folder = `${place.package.project.paths.tests[0] ?? 'tests'}/fixtures`;
    place.world.diagnostics.push(
      errorOf(
        'ETL1021',
        `File not found for fixture '${name}' in unit tests: there is no ${name}.${format} below ${folder}`,
        {
          at: document.spanOf([...place.path, 'fixture']),
          hint:
            other === undefined
              ? (didYouMean(name, names) ?? `Put the file there: ${folder}/${name}.${format}.`)
              : `There is ${other.shownPath}: say format: ${nameOf(other).split('.').at(-1) ?? ''}.`,
        },
      ),
    );
    return undefined;
  }
  const at = { file: found.shownPath, line: 1, column: 1 };
  if (twin !== undefined) {
    place.world.diagnostics.push(
      errorOf('ETL3005', `two fixtures are called ${name}.${format}`, {
        at: place.property.file.document.spanOf([...place.path, 'fixture']),
        hint: 'Rename one of the files.',
        related: [
          { message: 'one of them', at },
          { message: 'the other one', at: { ...at, file: twin.shownPath } },
        ],
      }),
    );
    return undefined;
  }
  if (format === 'csv') return csvRows(place, { text: found.text, at }, { format, fixture: name });
  // as dbt keeps it: without the blanks around it
  const sql = found.text.trim();
  return {
    shown: { rows: sql, format, fixture: name },
    content: { kind: 'sql', sql, at },
    exact: sql,
  };
}

/** Rows as texts: what is empty is NULL; `empty` is how the manifest shows it (dbt shows '' where a seed gives the rows). */
function csvRows(
  place: FixturePlace,
  csv: Csv,
  {
    empty = null,
    ...how
  }: Pick<FixtureRows, 'format' | 'fixture'> & {
    readonly empty?: '' | null;
  },
): ReadFixture | undefined {
  const [header, ...records] = [...readCsv(csv.text, csv.delimiter)];
  const names = header?.fields.map((field) => field.text.trim()) ?? [];
  const rows: FixtureRow[] = [];
  for (const record of records) {
    const line = csv.at.line + record.line - 1;
    const at = { file: csv.at.file, line, column: csv.at.column };
    if (record.fields.length > names.length) {
      place.world.diagnostics.push(
        errorOf(
          'ETL1020',
          `${place.what}: this row has ${record.fields.length} fields, the header ${names.length}`,
          { at, hint: 'Put a value that contains a comma into double quotes.' },
        ),
      );
      return undefined;
    }
    rows.push(
      new Map(
        names.map((name, i): [string, FixtureCell] => {
          const text = record.fields[i]?.text ?? '';
          return [name, { kind: text === '' ? 'null' : 'text', text, at, nameAt: csv.at }];
        }),
      ),
    );
  }
  const shown = rows.map((row) =>
    Object.fromEntries(
      [...row].map(([name, cell]) => [name, cell.kind === 'null' ? empty : cell.text]),
    ),
  );
  const sorted = completeFirst(shown);
  return {
    shown: { ...how, rows: sorted },
    content: { kind: 'rows', rows: inOrderOf(sorted, shown, rows), at: csv.at },
    exact: toPython(sorted),
  };
}

function dictRows(place: FixturePlace, rows: unknown): ReadFixture | undefined {
  const { document } = place.property.file;
  if (rows === null && place.seed !== undefined) {
    const csv = place.seed();
    return csv === undefined
      ? undefined
      : csvRows(place, csv, { format: 'dict', fixture: null, empty: '' });
  }
  if (!Array.isArray(rows)) {
    problem(
      place,
      rows === null
        ? `${place.what}: rows are missing`
        : `${place.what}: rows of the format dict must be a list of mappings`,
      rows === null ? undefined : 'rows',
      'Write: rows: with an entry such as - {id: 1} for each row, or rows: [] for none.',
    );
    return undefined;
  }
  const list: FixtureRow[] = [];
  for (const [i, row] of (rows as unknown[]).entries()) {
    const path = [...place.path, 'rows', i];
    if (!isYamlMap(row)) {
      place.world.diagnostics.push(
        errorOf('ETL1020', `${place.what}: a row must be a mapping of column to value`, {
          at: document.spanOf(path),
          hint: 'For example: - {id: 1, name: Ana}',
        }),
      );
      return undefined;
    }
    const exact = document.exact(path);
    const written = isYamlMap(exact) ? exact : {};
    list.push(
      new Map(
        Object.entries(row).map(([name, value]): [string, FixtureCell] => [
          name,
          {
            ...cellOf(value, written[name]),
            at: document.spanOf([...path, name]),
            nameAt: document.keySpanOf([...path, name]),
          },
        ]),
      ),
    );
  }
  const sorted = completeFirst(rows as YamlMap[]);
  const at = document.spanOf([...place.path, 'rows']);
  const exact = new Map(
    (rows as YamlMap[]).map((row, i) => [
      row,
      withFloats(row, document.exact([...place.path, 'rows', i])),
    ]),
  );
  return {
    shown: { rows: sorted, format: 'dict', fixture: null },
    content: { kind: 'rows', rows: inOrderOf(sorted, rows as YamlMap[], list), at },
    exact: sorted.map((row) => exact.get(row)),
  };
}

function cellOf(value: unknown, exact: unknown): Pick<FixtureCell, 'kind' | 'text' | 'value'> {
  if (value === null || value === undefined) return { kind: 'null', text: '' };
  // a template has given another value than was written
  const number = exact instanceof PyFloat && exact.value === value ? exact : value;
  if (typeof value === 'string') return { kind: 'text', text: value };
  if (typeof value === 'boolean') return { kind: 'boolean', text: String(value) };
  if (typeof value === 'object')
    return { kind: 'nested', text: JSON.stringify(value, bigAsText), value };
  return { kind: 'number', text: str(number) };
}

const bigAsText = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value;

/** dbt puts the first row without NULL in front, because some engines take the types from the first one. */
function completeFirst<Row extends YamlMap>(rows: readonly Row[]): readonly Row[] {
  const at = rows.findIndex((row) => Object.values(row).every((value) => value !== null));
  const [first, complete] = [rows[0], rows[at]];
  if (at <= 0 || first === undefined || complete === undefined) return rows;
  return rows.map((row, i) => (i === 0 ? complete : i === at ? first : row));
}

/** What stands for each of `from`, in the order of `sorted`, which holds the same rows. */
function inOrderOf<Row extends YamlMap, T>(
  sorted: readonly Row[],
  from: readonly Row[],
  items: readonly T[],
): readonly T[] {
  const places = new Map(from.map((row, i) => [row, i]));
  return sorted.flatMap((row) => items[places.get(row) ?? -1] ?? []);
}
