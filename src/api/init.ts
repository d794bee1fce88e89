import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { EtlError } from '../kernel/error.ts';
import { fileProblem } from './file-problem.ts';
import { newInvocation } from './invocation.ts';
import type { ApiOptions } from './options.ts';
import { starterFiles } from './starter.ts';

export interface InitResult {
  readonly directory: string;
  readonly name: string;
  /** files that were written, relative to the directory */
  readonly written: readonly string[];
  /** files that were there already and were left alone */
  readonly kept: readonly string[];
}

const NAME = /^[a-z_][a-z0-9_]*$/;

/** A folder's name as a project name: lower case, with underscores. */
const asName = (folder: string): string => {
  const name = folder
    .normalize('NFD')
    .toLowerCase()
    .replaceAll(/[\u0300-\u036f]/g, '')
    .replaceAll(/[^a-z0-9_]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
  return name === '' ? 'my_project' : /^\d/.test(name) ? `p_${name}` : name;
};

/**
 * Writes a new project into `<cwd>/<name>`, or into the current folder without a name. Existing files are never changed; a
 * folder that already is a project is ETL1002.
 */
export async function init(
  name: string | undefined,
  options: ApiOptions = {},
): Promise<InitResult> {
  const { cwd } = newInvocation(options);
  if (name !== undefined && !NAME.test(name))
    throw new EtlError([
      {
        code: 'ETL1004',
        severity: 'error',
        message: `"${name}" cannot be a project name`,
        hint: 'Use lower-case letters, digits and underscores, beginning with a letter.',
      },
    ]);
  const base = resolve(cwd, options.projectDir ?? '.');
  const directory = name === undefined ? base : join(base, name);
  const projectName = name ?? asName(basename(directory));
  await refuseExisting(directory);
  const written: string[] = [];
  const kept: string[] = [];
  for (const [file, text] of starterFiles(projectName)) {
    const path = join(directory, file);
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text, { flag: 'wx' });
      written.push(file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw fileProblem(error, path);
      kept.push(file);
    }
  }
  return { directory, name: projectName, written, kept };
}

async function refuseExisting(directory: string): Promise<void> {
  const isProject = await readFile(join(directory, 'dbt_project.yml')).then(
    () => true,
    () => false,
  );
  if (isProject)
    throw new EtlError([
      {
        code: 'ETL1002',
        severity: 'error',
        message: `there is already a project in ${directory}`,
        hint: 'Give the new one a name: etl init my_project',
      },
    ]);
}
