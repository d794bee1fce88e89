// Derives src/jinja/direct/ from src/jinja/asking/: the same evaluator without generators. Run it after every edit there.
import { readFileSync, writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { format } from 'oxfmt';

const JINJA = new URL('../src/jinja/', import.meta.url);

/** The derived files. running.ts is written by hand in both folders: it holds what differs. */
export const DERIVED = ['call.ts', 'expressions.ts', 'macro.ts', 'program.ts', 'statements.ts'];

const read = (path) => readFileSync(new URL(path, JINJA), 'utf8');

/** The direct flavour of a file of the asking one. */
export async function derive(name) {
  const body = read(`asking/${name}`)
    .replace(/^\/\* oxlint-disable require-yield.*\n/, '')
    .replaceAll('function* ', 'function ')
    .replaceAll('yield* ', '')
    .replace(/^(\s+)\*(#?\w+)\(/gm, '$1$2(');
  if (/\byield\b|function\*/.test(body.replace(/\/\/.*$/gm, ''))) {
    throw new Error(`the derivation of ${name} left a generator behind`);
  }
  const options = JSON.parse(readFileSync(new URL('../.oxfmtrc.json', import.meta.url), 'utf8'));
  const text = `// Derived from ../asking/${name} by scripts/derive-sync.mjs; do not edit.\n${body}`;
  const { code, errors } = await format(name, text, options);
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return code;
}

/** The text of a derived file as it is now. */
export const current = (name) => read(`direct/${name}`);

if (argv[1] === fileURLToPath(import.meta.url)) {
  for (const name of DERIVED) writeFileSync(new URL(`direct/${name}`, JINJA), await derive(name));
}
