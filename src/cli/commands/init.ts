import { relative } from 'node:path';
import { init } from '../../api/init.ts';
import { EXIT } from '../exit-code.ts';
import type { Values } from '../commands.ts';
import type { Terminal } from '../terminal.ts';
import { apiOptions } from './api-options.ts';
import { guarded } from './guarded.ts';

/** `etl init [name]` */
export const initCommand = (
  values: Values,
  positional: readonly string[],
  terminal: Terminal,
): Promise<number> =>
  guarded(values, terminal, async () => {
    const made = await init(positional[0], apiOptions(values, terminal));
    const folder = relative(terminal.cwd, made.directory);
    terminal.write(`Created project ${made.name} in ${folder === '' ? 'this folder' : folder}:\n`);
    for (const file of made.written) terminal.write(`  ${file}\n`);
    for (const file of made.kept) terminal.write(`  ${file} (was there, left alone)\n`);
    const enter = folder === '' ? '' : `cd ${folder} && `;
    terminal.write(`\nNext: ${enter}etl build\n`);
    return EXIT.well;
  });
