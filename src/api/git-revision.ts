// The files of a project as they were at a revision of its Git repository, in a folder for the time of one call.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { copyFile, mkdir, readFile, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { EtlError } from '../kernel/error.ts';
import type { Invocation } from './invocation.ts';

/** A revision that was written out. */
export interface Revision {
  /** the folder of the project in it */
  readonly dir: string;
  /** a folder for what reading the project leaves */
  readonly targetDir: string;
  /** what in it is not as it was then */
  readonly notes: readonly Diagnostic[];
}

/** What of the project of now decides what the project of then is made with. */
export interface Present {
  readonly dir: string;
  /** as the project names it: `dbt_packages` */
  readonly packagesDir: string;
}

const PREFIX = 'git:';
/** `git:origin/main` → `origin/main`; undefined for what names a folder. */
export const revisionIn = (state: string): string | undefined =>
  state.startsWith(PREFIX) ? state.slice(PREFIX.length) : undefined;

const problem = (message: string, hint: string, cause?: unknown): EtlError =>
  new EtlError([{ code: 'ETL6100', severity: 'error', message, hint }], { cause });

/** That the call was ended before it had an answer. */
export const interrupted = (cause?: unknown): EtlError =>
  problem('interrupted: nothing was compared', 'Run the command again.', cause);

/**
 * Writes the files of the project at `revision` into a temporary folder and gives it to `use`; the folder is gone afterwards, whatever
 * happens. Nothing of the repository is touched, neither its index nor its worktrees. Throws an EtlError ETL6100 when the revision
 * cannot be had.
 */
export async function withRevision<T>(
  revision: string,
  present: Present,
  invocation: Invocation,
  use: (found: Revision) => Promise<T>,
): Promise<T> {
  // at once, so that no signal comes between it and its end
  const root = mkdtempSync(join(tmpdir(), 'etl-revision-'));
  // a git that was told to stop may write a last file meanwhile
  const gone = { recursive: true, force: true, maxRetries: 5, retryDelay: 20 };
  const forget = (): void => rmSync(root, gone);
  // a second Ctrl-C ends the process at once
  process.once('exit', forget);
  try {
    return await use(await writeOut(revision, present, invocation, root));
  } finally {
    await rm(root, gone);
    process.removeListener('exit', forget);
  }
}

async function writeOut(
  revision: string,
  { dir, packagesDir }: Present,
  invocation: Invocation,
  root: string,
): Promise<Revision> {
  const git = new Git(await realpath(dir), join(root, 'index'), invocation);
  const top = (
    await git.require(
      ['rev-parse', '--show-toplevel'],
      () => `${dir} is in no Git repository that can be read`,
      'git:REVISION compares with a revision of the repository that the project is in.',
    )
  ).trim();
  const inside = relative(await realpath(top), await realpath(dir));
  const commit = await commitOf(git, revision);
  await git.require(['read-tree', commit], (said) => said, AGAIN);
  const entries = (
    await git.require(
      ['-C', top, 'ls-files', '-s', '-z', '--', inside === '' ? '.' : inside],
      (said) => said,
      AGAIN,
    )
  )
    .split('\0')
    .flatMap((line) => {
      const [facts, path] = line.split('\t');
      const [mode, id] = (facts ?? '').split(' ');
      return path === undefined ? [] : [{ path, id, isModule: mode === '160000' }];
    });
  const tree = join(root, 'tree');
  const project = join(tree, inside);
  if (!entries.some(({ path }) => path === (inside === '' ? '' : `${inside}/`) + 'dbt_project.yml'))
    throw problem(
      `there is no dbt_project.yml in ${inside === '' ? 'the repository' : inside} at ${revision}`,
      'Name a revision in which the project is where it is now.',
    );
  const files = entries.filter((e) => !e.isModule).map((e) => `${e.path}\0`);
  await git.require(
    ['-C', top, 'checkout-index', '-z', '--stdin', `--prefix=${tree}/`],
    (said) => said,
    AGAIN,
    files.join(''),
  );
  const notes: Diagnostic[] = [];
  for (const { path, id } of entries.filter((e) => e.isModule)) {
    await link(join(top, path), join(tree, path));
    const now = await git.run(['-C', join(top, path), 'rev-parse', 'HEAD']);
    if (now.out.trim() !== id) notes.push(notThen(revision, `the submodule ${path}`));
  }
  for (const file of ['profiles.yml', '.env']) await takeOver(dir, project, file);
  await link(join(dir, packagesDir), join(project, packagesDir));
  if (await packagesDiffer(dir, project)) notes.push(notThen(revision, 'installed packages'));
  return { dir: project, targetDir: join(root, 'target'), notes };
}

const AGAIN = 'Run git fsck, and the command again.';

async function commitOf(git: Git, revision: string): Promise<string> {
  const unknown = problem(
    `there is no revision "${revision}"`,
    'Name a branch, a tag or a commit that is here: git fetch origin main brings one. CI often fetches the newest commit alone: fetch more (fetch-depth: 0).',
  );
  if (revision === '' || revision.startsWith('-')) throw unknown;
  const { code, out } = await git.run(['rev-parse', '--verify', '--quiet', `${revision}^{commit}`]);
  if (code !== 0) throw unknown;
  return out.trim();
}

const notThen = (revision: string, what: string): Diagnostic => ({
  code: 'ETL6101',
  severity: 'warning',
  message: `${what} at ${revision}: taken as they are now, not as they were`,
  hint: 'What changes by them is not told: compare such a change in a commit of its own.',
});

/** Lock files say which packages were meant; without one, the list of packages does. */
async function packagesDiffer(now: string, then: string): Promise<boolean> {
  const texts = async (file: string): Promise<readonly (string | undefined)[]> =>
    Promise.all([now, then].map((dir) => readFile(join(dir, file), 'utf8').catch(() => undefined)));
  const [lock, lockThen] = await texts('package-lock.yml');
  if (lock !== undefined && lockThen !== undefined) return lock !== lockThen;
  for (const file of ['packages.yml', 'dependencies.yml']) {
    const [a, b] = await texts(file);
    if (a !== b) return true;
  }
  return false;
}

/** How to connect, and what secrets are, is never asked of an old revision. */
async function takeOver(from: string, to: string, file: string): Promise<void> {
  await rm(join(to, file), { force: true });
  await copyFile(join(from, file), join(to, file)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

/** A folder that is not part of the revision is read where it is. */
async function link(from: string, to: string): Promise<void> {
  const target = await realpath(from).catch(() => undefined);
  if (target === undefined) return;
  await mkdir(dirname(to), { recursive: true });
  // an empty folder may stand for a submodule; what the revision itself has stays
  await symlink(target, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

interface GitResult {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** The git program of the user, with an index of its own. */
class Git {
  readonly #cwd: string;
  readonly #index: string;
  readonly #invocation: Invocation;

  constructor(cwd: string, index: string, invocation: Invocation) {
    this.#cwd = cwd;
    this.#index = index;
    this.#invocation = invocation;
  }

  /** What it prints. Throws an EtlError with the words that `told` makes of git's own when it fails. */
  async require(
    args: readonly string[],
    told: (said: string) => string,
    hint: string,
    input = '',
  ): Promise<string> {
    const { code, out, error } = await this.run(args, input);
    if (code === 0) return out;
    throw problem(told(error.trim().replace(/^(fatal|error): /, '')), hint);
  }

  run(args: readonly string[], input = ''): Promise<GitResult> {
    const { env, signal } = this.#invocation;
    return new Promise((done, failed) => {
      const child = spawn('git', args, {
        cwd: this.#cwd,
        env: { ...env, GIT_INDEX_FILE: this.#index, GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' },
        stdio: ['pipe', 'pipe', 'pipe'],
        signal,
      });
      const texts = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const)
        child[name].setEncoding('utf8').on('data', (text: string) => (texts[name] += text));
      // git may end before it has read all
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
      let stopped: Error | undefined;
      child.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT')
          failed(
            problem(
              'there is no program called git',
              'Install git, or put its folder on the PATH.',
              error,
            ),
          );
        else if (child.pid === undefined) failed(interrupted(error));
        else stopped = error;
      });
      // not before: until then it may write into a folder that is to be removed
      child.on('close', (code) => {
        if (stopped === undefined) done({ code, out: texts.stdout, error: texts.stderr });
        else failed(interrupted(stopped));
      });
    });
  }
}
