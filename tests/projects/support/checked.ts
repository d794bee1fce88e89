// `etl check` on a small project of a test's own, in this process.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { check, type CheckOptions, type CheckReport } from '../../../src/api/index.ts';
import { initialised } from '../../support/data-folders.ts';
import { scratch, type Scratch } from '../../support/etl.ts';
import type { Engine } from './bench.ts';

export interface Bed extends Scratch {
  /** the report of a check of what is written; files are written first */
  readonly check: (
    files?: Readonly<Record<string, string>>,
    options?: CheckOptions,
  ) => Promise<CheckReport>;
  /** makes it another project, of these files alone; its engine for checks is kept */
  readonly become: (files: Readonly<Record<string, string>>) => Promise<void>;
}

const PROJECT = `name: shop
profile: etl
models: {+materialized: view}
`;

/** A project whose embedded engine for checks is kept between them. */
export async function bed(
  engine: Engine,
  files: Readonly<Record<string, string>> = {},
): Promise<Bed> {
  const made = await scratch({ 'dbt_project.yml': PROJECT, ...files });
  if (engine === 'postgres') await initialised(made.dir, '.etl/check');
  return {
    ...made,
    check: async (more = {}, options = {}) => {
      await made.write(more);
      return check({
        projectDir: made.dir,
        cwd: made.dir,
        target: engine,
        env: { ...process.env, HOME: made.dir },
        ...options,
      });
    },
    become: async (others) => {
      for (const name of await readdir(made.dir))
        if (name !== '.etl') await rm(join(made.dir, name), { recursive: true });
      await made.write({ 'dbt_project.yml': PROJECT, ...others });
    },
  };
}

/** `ETL6041 models/a.sql:1:8 message`, in the order in which they are told. */
export const told = ({ diagnostics }: CheckReport): readonly string[] =>
  diagnostics.map(
    ({ code, at, message }) =>
      `${code} ${at === undefined ? '-' : `${at.file}:${at.line}:${at.column}`} ${message}`,
  );

/** Standing by name of the node. */
export const standings = ({ nodes }: CheckReport): Readonly<Record<string, string>> =>
  Object.fromEntries(nodes.map(({ name, standing }) => [name, standing]));

/** `name type` of the columns of a node. */
export const columnsOf = ({ nodes }: CheckReport, name: string): readonly string[] =>
  (nodes.find((n) => n.name === name)?.columns ?? []).map((c) => `${c.name} ${c.type}`);
