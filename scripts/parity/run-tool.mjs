// One tool through all its steps; what each step wrote to target/ is read before the next one writes over it.
import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { join } from 'node:path';
import process from 'node:process';

const ARTIFACTS = ['manifest', 'run_results', 'catalog', 'sources'];

function spawned(command, args, cwd) {
  const { PATH = '', HOME = '', LANG = 'C.UTF-8' } = process.env;
  const env = { PATH, HOME, LANG, DBT_SEND_ANONYMOUS_USAGE_STATS: 'false', NO_COLOR: '1' };
  return new Promise((done, failed) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', failed);
    child.on('close', (code) => done({ code, output }));
  });
}

const artifactOf = (dir, name) => join(dir, 'target', `${name}.json`);

async function readArtifacts(dir) {
  const found = {};
  for (const name of ARTIFACTS)
    try {
      found[name] = JSON.parse(await readFile(artifactOf(dir, name), 'utf8'));
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  return found;
}

function passedOn({ vars, select, exclude, 'full-refresh': fullRefresh }, step) {
  return [
    ...(vars === undefined ? [] : ['--vars', vars]),
    ...(select === undefined || step === 'parse' ? [] : ['--select', select]),
    ...(exclude === undefined || step === 'parse' ? [] : ['--exclude', exclude]),
    ...(fullRefresh && ['seed', 'run', 'build'].includes(step) ? ['--full-refresh'] : []),
  ];
}

function stepsOf({ engine, steps, twice }, packages) {
  const deps = packages ? ['deps'] : [];
  if (engine !== 'postgres') return [...deps, 'parse'];
  return [...deps, ...steps, ...(twice ? steps : []), 'docs generate', 'source freshness'];
}

/** Runs every step of `tool` in `dir`; the list of steps with exit code, output, seconds and artifacts. */
export async function runTool(tool, dir, profilesDir, packages, options, say) {
  const [command, ...first] = tool.command;
  const ran = [];
  for (const step of stepsOf(options, packages)) {
    const own = tool.name === 'etl' ? options['etl-flags'].split(' ').filter(Boolean) : [];
    const place = ['--profiles-dir', profilesDir, '--project-dir', dir];
    const flags = step === 'deps' ? [] : passedOn(options, step);
    // what a step does not write must not look as if it had
    for (const name of ARTIFACTS) await rm(artifactOf(dir, name), { force: true });
    const began = performance.now();
    const { code, output } = await spawned(
      command,
      [...first, ...step.split(' '), ...place, ...flags, ...own],
      dir,
    );
    const seconds = (performance.now() - began) / 1000;
    say(`  ${tool.name} ${step}: exit ${code}, ${seconds.toFixed(1)} s`);
    // it could not even begin: what it said is the first thing to know
    if (code === 2)
      say(
        output
          .trimEnd()
          .split('\n')
          .slice(-8)
          .map((line) => `    ${line}`)
          .join('\n'),
      );
    ran.push({ step, code, output, seconds, artifacts: await readArtifacts(dir) });
  }
  return ran;
}
