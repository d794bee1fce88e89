// Projects made for a benchmark, the same each time.
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const PROJECT = `name: bench
version: '1.0'
profile: bench
flags:
  send_anonymous_usage_stats: false
`;

/** Writes a project with these files and a profile with this output; returns its folder. */
export async function projectOf(files, output) {
  const dir = await mkdtemp(join(tmpdir(), 'etl-bench-'));
  const profile = { bench: { target: 'dev', outputs: { dev: { type: 'postgres', ...output } } } };
  const all = {
    'dbt_project.yml': PROJECT,
    // JSON is YAML
    'profiles.yml': JSON.stringify(profile),
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    const file = join(dir, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return dir;
}

/** `count` views that read nothing. */
export const trivialViews = (count) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `models/v${i}.sql`,
      `select ${i} as id, 'name ${i}' as name`,
    ]),
  );

const BLOCK = 10_000;

/** Writes `rows` lines of till slips (numbers, times, texts with commas in quotes); the same for the same number of rows. */
export async function writeSlips(file, rows) {
  await mkdir(dirname(file), { recursive: true });
  const out = createWriteStream(file);
  out.write('tx,product,store,sold_at,quantity,amount,note\n');
  let state = 42;
  const next = (below) => {
    // the generator of ANSI C: even enough for data, and the same everywhere
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  for (let i = 0; i < rows; i += BLOCK) {
    const lines = [];
    for (let n = i; n < Math.min(i + BLOCK, rows); n++) {
      const day = String(1 + next(28)).padStart(2, '0');
      const second = String(next(60)).padStart(2, '0');
      const amount = `${next(900)}.${String(next(100)).padStart(2, '0')}`;
      lines.push(
        `${n >> 2},${next(500)},${next(40)},2024-08-${day} 10:00:${second},${1 + next(9)},${amount},"note ${next(99)}, of a slip"\n`,
      );
    }
    if (!out.write(lines.join(''))) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
}
