// How much `etl check` finds: faults seeded into the models of this repository and into queries of the corpus's own, all of them
// models of one project. Run: npm run check:corpus -- [postgres|clickhouse ...] [--per-kind N] [--json FILE]
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { FEWER, LEGAL, mutantsOf, UNPLACED } from './mutate.mjs';
import { QUERIES, SOURCES } from './queries.mjs';

const ROOT = resolve(fileURLToPath(new URL('../..', import.meta.url)));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'per-kind': { type: 'string', default: '40' },
    json: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
const LEAST = { postgres: { caught: 1, line: 0.97 }, clickhouse: { caught: 0.95, line: 0 } };

/** The models of the repository that are tables or views of plain SQL, by name. */
function ownModels() {
  const models = {};
  for (const layer of readdirSync(join(ROOT, 'models'), { withFileTypes: true }))
    if (layer.isDirectory())
      for (const file of readdirSync(join(ROOT, 'models', layer.name)))
        if (file.endsWith('.sql'))
          models[file.slice(0, -4)] = readFileSync(join(ROOT, 'models', layer.name, file), 'utf8');
  return models;
}

/** At most `most` of each kind, taken evenly from all of them: the same ones each time. */
function chosen(mutants, most) {
  const kinds = grouped(mutants);
  return [...kinds].flatMap(([kind, all]) => {
    const count = Math.min(most, all.length, FEWER[kind] ?? most);
    const step = Math.max(1, all.length / count);
    return Array.from({ length: count }, (_, i) => all[Math.floor(i * step)]);
  });
}
function grouped(mutants) {
  const kinds = new Map();
  for (const mutant of mutants) kinds.set(mutant.kind, [...(kinds.get(mutant.kind) ?? []), mutant]);
  return kinds;
}

/** A model with a column less, and its reader. */
function* dropped() {
  for (const [name, text] of Object.entries(QUERIES)) {
    const column = /\bas (\w+)\n(?:from|where)/.exec(text)?.[1] ?? /\bas (\w+),?\n/.exec(text)?.[1];
    if (column === undefined) continue;
    yield { name, text, column };
  }
}

function project(dir, engine, most) {
  for (const part of ['models', 'macros', 'seeds', 'tests/data', 'dbt_project.yml'])
    cpSync(join(ROOT, part), join(dir, part), { recursive: true });
  const put = (file, text) => {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), text);
  };
  put('models/corpus/sources.yml', SOURCES);
  const valid = [];
  for (const [name, text] of Object.entries(QUERIES)) {
    put(`models/corpus/valid_${name}.sql`, `${text}\n`);
    valid.push(`valid_${name}`);
  }
  const all = [...Object.entries(ownModels()), ...Object.entries(QUERIES)].flatMap(([of, text]) =>
    [...mutantsOf(text, engine)].map((mutant) => ({ of, ...mutant })),
  );
  const mutants = chosen(all, most).map((mutant, i) => ({ name: `mutant_${i}`, ...mutant }));
  for (const { name, text } of mutants)
    // a mutant is a view, whatever its original is made as
    put(
      `models/corpus/${name}.sql`,
      text.replace(/\{\{ config\([\s\S]*?\) \}\}/, (c) => c.replace(/[^\n]/g, ' ')),
    );
  for (const { name, text, column } of dropped()) {
    put(
      `models/corpus/upstream_${name}.sql`,
      `select ${column} as renamed from (\n${text}\n) as q\n`,
    );
    put(
      `models/corpus/reader_${name}.sql`,
      `select\n  u.${column} as x\nfrom {{ ref('upstream_${name}') }} as u\n`,
    );
    valid.push(`upstream_${name}`);
    mutants.push({ name: `reader_${name}`, kind: 'dropped upstream column', of: name, line: 2 });
  }
  return { valid, mutants };
}

function run(engine) {
  const dir = mkdtempSync(join(tmpdir(), 'etl-corpus-'));
  chmodSync(dir, 0o755);
  try {
    const { valid, mutants } = project(dir, engine, Number(values['per-kind']));
    const started = performance.now();
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [join(ROOT, 'bin/etl.cjs'), 'check', '--target', engine, '--output', 'json'],
      { cwd: dir, encoding: 'utf8', maxBuffer: 1e9 },
    );
    if (!stdout.trimStart().startsWith('{')) throw new Error(stderr + stdout);
    const seconds = (performance.now() - started) / 1000;
    return { ...judged(JSON.parse(stdout), valid, mutants), seconds };
  } finally {
    if (!values.keep) rmSync(dir, { recursive: true, force: true });
  }
}

function judged({ nodes, diagnostics }, valid, mutants) {
  const names = new Set(mutants.map((m) => m.name));
  const wrong = new Set(nodes.filter((n) => n.standing === 'wrong').map((n) => n.name));
  const errors = diagnostics.filter((d) => d.severity === 'error');
  const of = (name) => errors.filter((d) => d.node?.endsWith(`.${name}`));
  const kinds = {};
  const misses = [];
  const misplaced = [];
  let model = 0;
  let line = 0;
  let placed = 0;
  for (const mutant of mutants) {
    const kind = (kinds[mutant.kind] ??= { seeded: 0, caught: 0 });
    kind.seeded++;
    const [found] = of(mutant.name);
    if (!wrong.has(mutant.name) || found === undefined) {
      misses.push(mutant);
      continue;
    }
    kind.caught++;
    if (found.file === `models/corpus/${mutant.name}.sql`) model++;
    if (UNPLACED.has(mutant.kind)) continue;
    placed++;
    if (found.line === mutant.line) line++;
    else misplaced.push({ ...mutant, said: found });
  }
  return {
    kinds,
    seeded: mutants.length,
    caught: mutants.length - misses.length,
    model,
    placed,
    line,
    falsePositives: [...wrong].filter((name) => !names.has(name)),
    valid: valid.length,
    misses,
    misplaced,
  };
}

const say = (line) => process.stdout.write(`${line}\n`);
const percent = (part, all) => `${((100 * part) / Math.max(1, all)).toFixed(1)} %`;
const all = {};
let isWell = true;
for (const engine of positionals.length > 0 ? positionals : ['postgres', 'clickhouse']) {
  const found = (all[engine] = run(engine));
  say(`\n${engine}: ${found.seeded} faults, checked in ${found.seconds.toFixed(1)} s`);
  for (const [kind, { seeded, caught }] of Object.entries(found.kinds))
    say(`  ${kind.padEnd(24)} ${caught} of ${seeded}`);
  say(`caught      ${found.caught} of ${found.seeded} (${percent(found.caught, found.seeded)})`);
  say(`right model ${found.model} of ${found.caught} (${percent(found.model, found.caught)})`);
  say(`right line  ${found.line} of ${found.placed} (${percent(found.line, found.placed)})`);
  say(`false positives: ${found.falsePositives.join(', ') || 'none'}`);
  for (const { name, of, kind, line } of found.misses) {
    const why = LEGAL[engine]?.[kind];
    say(
      `missed: ${kind} in ${of}:${line} (${name})${why === undefined ? '' : `, legal there: ${why}`}`,
    );
  }
  for (const { of, kind, line, said } of found.misplaced)
    say(
      `other line: ${kind} in ${of}:${line}, told at ${said.line}: ${said.message.split('\n')[0]}`,
    );
  const least = LEAST[engine];
  isWell &&=
    found.caught / found.seeded >= least.caught &&
    found.model === found.caught &&
    found.line / found.placed >= least.line &&
    found.falsePositives.length === 0;
}
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(all, null, 2));
process.exitCode = isWell ? 0 : 1;
