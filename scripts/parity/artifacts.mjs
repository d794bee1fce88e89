// Whether the artifacts load with dbt-artifacts-parser and, where dbt's published schemas are at hand, keep to them.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { aspect, compare } from './differ.mjs';

const SCHEMAS = {
  manifest: 'manifest/v12.json',
  run_results: 'run-results/v6.json',
  catalog: 'catalog/v1.json',
  sources: 'sources/v3.json',
};

function* artifactsOf(side) {
  for (const { step, artifacts } of side.steps)
    for (const [kind, content] of Object.entries(artifacts))
      // sources and catalog lie in target/ from one step on; each is looked at where it was written
      if (kind === 'run_results' || kind === 'manifest' || /generate|freshness/.test(step))
        yield [`${step}: ${kind}.json`, kind, content];
}

async function verdicts(python, side, schemas, scratch) {
  const asked = [];
  for (const [name, kind, content] of artifactsOf(side)) {
    const path = join(scratch, `${side.name}-${asked.length}.json`);
    await writeFile(path, JSON.stringify(content));
    const schema = schemas === undefined ? undefined : resolve(schemas, SCHEMAS[kind]);
    asked.push({
      name,
      kind,
      path,
      schema: schema !== undefined && existsSync(schema) ? schema : null,
    });
  }
  const script = fileURLToPath(new URL('artifacts.py', import.meta.url));
  const input = asked.map((a) => `${JSON.stringify(a)}\n`).join('');
  const ran = spawnSync(python, [script], { input, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (ran.status !== 0) return { refused: ran.stderr.trim().split('\n').at(-1) };
  return {
    read: ran.stdout
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
  };
}

/** The aspects `artifacts: ...` of our side: what a reader says of each file, against what it says of dbt's. */
export async function checkArtifacts(python, { dbt, etl }, { schemas }) {
  const scratch = await mkdtemp(join(tmpdir(), 'etl-parity-artifacts-'));
  try {
    const [theirs, ours] = [
      await verdicts(python, dbt, schemas, scratch),
      await verdicts(python, etl, schemas, scratch),
    ];
    const loads = aspect('artifacts: load with dbt-artifacts-parser');
    const keeps = aspect('artifacts: valid by the published schema');
    if (ours.refused !== undefined) compare(loads, 'readers installed', 'yes', ours.refused);
    for (const { name, parser, schema } of ours.read ?? []) {
      const their = theirs.read?.find((r) => r.name === name);
      if (parser === 'ok') compare(loads, name, 'ok', 'ok');
      else compare(loads, name, `dbt's: ${their?.parser}`, parser);
      if (schema === 'ok') compare(keeps, name, 'ok', 'ok');
      else if (schema !== null) compare(keeps, name, `dbt's: ${their?.schema}`, schema);
    }
    return [loads, keeps].filter((a) => a.total > 0);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
