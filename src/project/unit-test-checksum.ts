// The checksum of a unit test as dbt makes it: over Python's text of its parts, so that a manifest of dbt compares equal.
import { repr } from '../jinja/py/print.ts';
import { toPython } from '../jinja/py/convert.ts';
import { sha256 } from '../kernel/hash.ts';
import type { FixtureInput, FixtureRows, UnitTestNode } from '../manifest/unit-test.ts';

const FORMATS = { dict: 'Dict', csv: 'CSV', sql: 'SQL' } as const;
const text = (value: unknown): string => repr(toPython(value));

const contents = ({ rows, format, fixture }: FixtureRows, exact: unknown): string =>
  `rows=${repr(exact ?? toPython(rows))}, format=<UnitTestFormat.${FORMATS[format]}: '${format}'>, fixture=${text(fixture)}`;

type Parts = Pick<UnitTestNode, 'model' | 'given' | 'expect' | 'overrides' | 'versions'>;

/** What the checksum needs beside the node: rows with floats kept apart from integers, where YAML wrote them. */
export interface ExactParts {
  readonly given: readonly unknown[];
  readonly expect: unknown;
  readonly overrides: Readonly<Record<'macros' | 'vars' | 'env_vars', unknown>>;
}

/** The checksum over all that is tested; the description is no part of it. */
export function unitTestChecksum(node: Parts, exact: ExactParts): string {
  const input = (given: FixtureInput, i: number): string =>
    `UnitTestInputFixture(input=${text(given.input)}, ${contents(given, exact.given[i])})`;
  const versions =
    node.versions === null
      ? 'None'
      : `UnitTestNodeVersions(include=${text(node.versions.include)}, exclude=${text(node.versions.exclude)})`;
  const { macros, vars, env_vars: env } = exact.overrides;
  const overrides =
    node.overrides === null
      ? 'None'
      : `UnitTestOverrides(macros=${repr(macros)}, vars=${repr(vars)}, env_vars=${repr(env)})`;
  const files = node.given.flatMap((given) =>
    given.fixture === null
      ? []
      : [`-${typeof given.rows === 'string' ? given.rows : text(given.rows)}`],
  );
  const all = `${node.model}-${versions}-[${node.given.map(input).join(', ')}]-UnitTestOutputFixture(${contents(node.expect, exact.expect)})-${overrides}${files.join('')}`;
  return sha256(all);
}
