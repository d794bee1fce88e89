// Whole processes, several times: wall time and peak memory.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import process from 'node:process';

const POLL_MS = 10;

/** The most memory that a process has held so far, in MB; undefined where the system does not tell (`/proc` is Linux). */
function peakOf(pid) {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}

/** Runs a command once: its wall time in ms, its peak memory in MB, its output. Throws when it ends with another code than 0. */
export function runOnce({ command, args, cwd, env = {} }) {
  const { PATH = '', HOME = '', LANG = 'C.UTF-8' } = process.env;
  return new Promise((done, failed) => {
    const began = performance.now();
    const child = spawn(command, args, {
      cwd,
      env: {
        PATH,
        HOME,
        LANG,
        NO_COLOR: '1',
        DBT_SEND_ANONYMOUS_USAGE_STATS: 'false',
        // what is measured of a run is the run: checks have an area of their own
        ETL_CHECK_BEFORE_RUN: 'false',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let peak;
    const timer = setInterval(() => (peak = peakOf(child.pid) ?? peak), POLL_MS);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', failed);
    child.on('close', (code) => {
      clearInterval(timer);
      const ms = performance.now() - began;
      if (code === 0) done({ ms, peak, output });
      else failed(new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output}`));
    });
  });
}

/**
 * Runs candidates in turns, so that what else the machine does meets all of them alike.
 * `candidates`: name → function that runs one and returns `{ms, peak?}`; the first round of each is a warm-up and does not count.
 * Returns name → list of those.
 */
export async function inTurns(candidates, runs) {
  const found = Object.fromEntries(Object.keys(candidates).map((name) => [name, []]));
  for (let round = 0; round <= runs; round++)
    for (const [name, run] of Object.entries(candidates)) {
      const one = await run();
      if (round > 0) found[name].push(one);
    }
  return found;
}
