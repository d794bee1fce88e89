// Packages from Git repositories, with the git program of the user and whatever it is configured with.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { GitSpec } from '../project/package-specs.ts';
import { cannotInstall, type DepsWorld } from './world.ts';

/** A commit that was checked out. */
export interface Checkout {
  readonly folder: string;
  readonly commit: string;
}

interface GitResult {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** One call of git. It asks nobody for a password: it runs in the background of schedulers, too. */
function git(world: DepsWorld, spec: GitSpec, args: readonly string[]): Promise<GitResult> {
  const env = {
    GIT_TERMINAL_PROMPT: '0',
    // what a package names is not run as a program
    GIT_ALLOW_PROTOCOL: 'file:git:http:https:ssh',
    ...world.env,
    LC_ALL: 'C',
  };
  return new Promise((done, failed) => {
    const child = spawn('git', args, {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: world.signal,
    });
    const texts = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => (texts[name] += text));
    child.on('error', (error: NodeJS.ErrnoException) =>
      failed(
        error.code === 'ENOENT'
          ? cannotInstall(
              spec,
              'there is no program called git',
              'Install git, or put its folder on the PATH.',
              error,
            )
          : cannotInstall(spec, error.message, 'Run the command again.', error),
      ),
    );
    child.on('close', (code) => done({ code, out: texts.stdout, error: texts.stderr }));
  });
}

/** A path below the project as git finds it from anywhere; URLs stay as they are. */
function locationOf(world: DepsWorld, url: string): string {
  if (/^[a-z][\w+.-]*:\/\//i.test(url)) return url;
  const path = resolve(world.projectDir, url);
  return existsSync(path) ? path : url;
}

const COMMIT = /^[0-9a-f]{40}$/;

/** What to ask the repository for, in this order, as dbt does: a commit, or a tag before a branch. */
function refsOf(revision: string | undefined): readonly string[] {
  if (revision === undefined || revision === 'HEAD') return ['HEAD'];
  return COMMIT.test(revision) ? [revision] : [`refs/tags/${revision}`, `refs/heads/${revision}`];
}

/** The one line of git's words that says what is wrong. */
function reasonOf(error: string): string {
  const lines = error.split('\n').map((line) => line.trim());
  const said =
    lines.find((line) => /^(fatal|error|ssh|remote):/i.test(line)) ?? lines.find(Boolean);
  return (said ?? 'git failed').replace(/^(fatal|error): /, '');
}

/** Fetches the one commit that the package names into a folder of the project. */
export async function checkOut(world: DepsWorld, spec: GitSpec, name: string): Promise<Checkout> {
  const folder = await world.folder(name);
  const url = locationOf(world, spec.url);
  if (url.startsWith('-') || spec.revision?.startsWith('-') === true)
    throw cannotInstall(
      spec,
      'neither a URL nor a revision begins with "-"',
      'Correct the entry of the package.',
    );
  const run = (...args: readonly string[]): Promise<GitResult> =>
    git(world, spec, ['-C', folder, ...args]);
  await run('init', '--quiet');
  await fetch(spec, url, run);
  const checked = await run('checkout', '--quiet', '--detach', 'FETCH_HEAD');
  if (checked.code !== 0) throw cannotInstall(spec, reasonOf(checked.error), 'Check the revision.');
  const commit = (await run('rev-parse', 'HEAD')).out.trim();
  await rm(join(folder, '.git'), { recursive: true, force: true });
  return { folder, commit };
}

async function fetch(
  spec: GitSpec,
  url: string,
  run: (...args: readonly string[]) => Promise<GitResult>,
): Promise<void> {
  let last = '';
  for (const ref of refsOf(spec.revision)) {
    const { code, error } = await run(
      'fetch',
      '--quiet',
      '--depth',
      '1',
      '--no-tags',
      '--',
      url,
      ref,
    );
    if (code === 0) return;
    last = error;
    if (!/couldn't find remote ref/i.test(error)) break;
  }
  const isMissing = /couldn't find remote ref/i.test(last);
  // some servers hand out a commit only together with a branch
  if (!isMissing && COMMIT.test(spec.revision ?? '')) {
    const all = await run('fetch', '--quiet', '--', url, '+refs/heads/*:refs/remotes/origin/*');
    const found = all.code === 0 && (await run('cat-file', '-e', `${spec.revision}^{commit}`));
    if (found !== false && found.code === 0) {
      await run('update-ref', 'FETCH_HEAD', spec.revision ?? '');
      return;
    }
  }
  throw isMissing
    ? cannotInstall(
        spec,
        `there is neither a tag nor a branch "${spec.revision ?? 'HEAD'}"`,
        'Name a tag, a branch, or a commit with all its 40 digits.',
      )
    : cannotInstall(
        spec,
        reasonOf(last),
        'Check the URL, the network and your rights: git itself must be able to fetch it.',
      );
}
