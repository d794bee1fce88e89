import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const project = (name: string, include: readonly string[], more: object = {}) => ({
  test: { name, include: [...include], environment: 'node', ...more },
});

/** They ask for a way of their own to reach the engine. */
const OWN_WAY = 'cluster,engine,front,front-statements,grants,http,http-reach,lease';

/** Pure logic: the files of a worker share what they import, which takes longer than most of them run. */
const TOGETHER = { isolate: false };

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    globalSetup: ['tests/support/data-folders-setup.ts'],
    // all cores: most of a test's time is spent in the processes it starts, while it waits for them
    maxWorkers: Math.max(2, availableParallelism()),
    projects: [
      // what takes a second may take many where the cores are shared
      project('unit', ['tests/unit/**/*.test.ts'], { ...TOGETHER, testTimeout: 60_000 }),
      project('golden', ['tests/golden/**/*.test.ts'], TOGETHER),
      project('architecture', ['tests/architecture/**/*.test.ts']),
      project('conformance', ['tests/conformance/**/*.test.ts'], {
        testTimeout: 60_000,
        hookTimeout: 60_000,
        // one process per file: the embedded ClickHouse allows one data directory per process and crashes in worker threads
        pool: 'forks',
      }),
      // the same list with the driver for servers, over HTTP; ETL_TEST_CLICKHOUSE_URL names a server of your own
      project('wire', ['tests/conformance/clickhouse/*.test.ts'], {
        exclude: [`tests/conformance/clickhouse/{${OWN_WAY}}.test.ts`],
        env: { ETL_TEST_WIRE: '1' },
        testTimeout: 60_000,
        hookTimeout: 60_000,
        pool: 'forks',
        fileParallelism: process.env['ETL_TEST_CLICKHOUSE_URL'] === undefined,
      }),
      project('projects', ['tests/projects/**/*.test.ts'], {
        testTimeout: 180_000,
        hookTimeout: 180_000,
        pool: 'forks',
        fileParallelism: true,
      }),
      // needs programs that npm does not install: see the files
      project('servers', ['tests/servers/**/*.test.ts'], {
        testTimeout: 180_000,
        hookTimeout: 180_000,
        pool: 'forks',
      }),
      project('faults', ['tests/faults/**/*.test.ts'], {
        testTimeout: 1_800_000,
        hookTimeout: 180_000,
        pool: 'forks',
        fileParallelism: false,
      }),
      // needs Chromium: see tests/browser/support
      project('browser', ['tests/browser/**/*.test.ts'], {
        testTimeout: 60_000,
        hookTimeout: 120_000,
        pool: 'forks',
      }),
      project('cli', ['tests/cli/**/*.test.ts'], {
        testTimeout: 120_000,
        hookTimeout: 120_000,
        pool: 'forks',
      }),
    ],
  },
});
