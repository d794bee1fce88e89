// package-lock.yml, in the form in which dbt writes it, so that both tools agree on what is locked.
import { createHash } from 'node:crypto';
import { maskOf, secretsOf } from '../kernel/mask.ts';
import type { PackageSpec } from '../project/package-specs.ts';
import { readScalar } from '../project/yaml-scalar.ts';
import type { Pinned } from './fetch.ts';
import type { DepsWorld } from './world.ts';

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex');

/** dbt's hash of what packages.yml says: while it is the same, the lock file counts. */
export const hashOf = (specs: readonly PackageSpec[]): string =>
  sha1(
    specs
      .map(({ hashed }) => hashed)
      .toSorted(byCodePoint)
      .join('\n'),
  );

/** Python's order of texts; all that is hashed is ASCII. */
const byCodePoint = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A text as YAML, in quotes where it would read as something else. */
function scalar(text: string): string {
  const isPlain =
    /^[\w./<>=~^$(][^\n]*$/.test(text) &&
    !/: |:$| #|^[=<>]$|\s$/.test(text) &&
    typeof readScalar(text) === 'object' &&
    isText(text);
  return isPlain ? text : `'${text.replaceAll("'", "''")}'`;
}

function isText(text: string): boolean {
  const read = readScalar(text);
  return read.kind === 'value' && typeof read.value === 'string';
}

/** The lock file for these packages; a secret that stands there in plain letters is masked, and a warning says so. */
export function lockText(
  world: DepsWorld,
  pinned: readonly Pinned[],
  specs: readonly PackageSpec[],
): string {
  const mask = maskOf(secretsOf(world.env));
  const lines = pinned.flatMap(({ entry, name, spec }) => {
    const all: Readonly<Record<string, string>> = { ...entry, name };
    const texts = Object.keys(all)
      .toSorted(byCodePoint)
      .map((key) => `${key}: ${scalar(mask(all[key] ?? ''))}`);
    if (Object.values(all).some((value) => mask(value) !== value))
      world.report({
        code: 'ETL1042',
        severity: 'warning',
        message: `the entry of ${mask(spec.label)} holds a secret, which is not written to package-lock.yml`,
        ...(spec.at === undefined ? {} : { at: spec.at }),
        hint: 'Read it with env_var() in packages.yml: then the lock file holds the call.',
      });
    return texts.map((text, i) => `${i === 0 ? '  - ' : '    '}${text}`);
  });
  return `packages:\n${lines.join('\n')}\nsha1_hash: ${scalar(hashOf(specs))}\n`;
}
