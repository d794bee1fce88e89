// What the artifact of a run tells of its time.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** From the first statement of the first node to the end of the last one, in ms. */
export async function nodesSpan(dir) {
  const { results } = JSON.parse(await readFile(join(dir, 'target/run_results.json'), 'utf8'));
  const times = results.flatMap(({ timing }) => timing.filter(({ name }) => name === 'execute'));
  const starts = times.map(({ started_at: at }) => Date.parse(at));
  const ends = times.map(({ completed_at: at }) => Date.parse(at));
  return Math.max(...ends) - Math.min(...starts);
}
