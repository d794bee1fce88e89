// The command line as a process that can be killed while it builds a version.
import { etl } from '../etl.ts';
import type { Builder, Rig } from './rig.ts';

const WINDOW = ['--event-time-start', '2024-01-01', '--event-time-end', '2024-01-03'];

/** Builds by `bin/etl.cjs`; `victim.kill` sends it SIGKILL. */
export const killableBuilder =
  (victim: Rig['victim']): Builder =>
  async ({ scenario, v, projectDir, profilesDir }) => {
    const hasBatches = scenario.verb === 'run' || scenario.verb === 'build';
    const { output } = await etl(
      [
        scenario.verb,
        '--profiles-dir',
        profilesDir,
        '--select',
        scenario.select,
        '--vars',
        JSON.stringify({ v }),
        ...(hasBatches ? WINDOW : []),
      ],
      {
        cwd: projectDir,
        started: (child) => {
          victim.kill = () => void child.kill('SIGKILL');
        },
      },
    );
    victim.kill = undefined;
    return output;
  };
