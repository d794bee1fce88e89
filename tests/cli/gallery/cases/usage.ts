// Command lines that cannot be meant.
import type { GalleryCase } from '../gallery-case.ts';

const MODEL = { 'models/orders.sql': 'select 1 as id\n' };

export const USAGE: readonly GalleryCase[] = [
  {
    name: 'unknown-option',
    files: MODEL,
    args: ['build', '--full-refesh'],
    exit: 2,
    codes: ['ETL1001'],
  },
  { name: 'unknown-command', args: ['biuld'], exit: 2, codes: ['ETL1001'] },
  {
    name: 'option-without-value',
    files: MODEL,
    args: ['build', '--target'],
    exit: 2,
    codes: ['ETL1001'],
  },
  {
    name: 'threads-not-a-number',
    files: MODEL,
    args: ['build', '--threads', 'four'],
    exit: 2,
    codes: ['ETL1001'],
  },
  {
    name: 'threads-zero',
    files: MODEL,
    args: ['parse', '--threads', '0'],
    exit: 2,
    codes: ['ETL1001'],
  },
  {
    name: 'threads-of-the-environment',
    files: MODEL,
    args: ['parse'],
    env: { ETL_THREADS: 'many' },
    exit: 2,
    codes: ['ETL1001'],
  },
  {
    name: 'log-format-unknown',
    files: MODEL,
    args: ['parse', '--log-format', 'jsn'],
    exit: 2,
    codes: ['ETL1001'],
  },
  {
    name: 'vars-not-yaml',
    files: MODEL,
    args: ['parse', '--vars', '{day: 2024-01-01'],
    exit: 2,
    codes: ['ETL1003'],
  },
  {
    name: 'vars-not-a-mapping',
    files: MODEL,
    args: ['parse', '--vars', '[1, 2]'],
    exit: 2,
    codes: ['ETL1001'],
  },
  {
    name: 'show-without-select',
    files: MODEL,
    args: ['show'],
    exit: 2,
    codes: ['ETL1001'],
  },
  {
    name: 'resource-type-unknown',
    files: MODEL,
    args: ['ls', '--resource-type', 'modle'],
    exit: 2,
    codes: ['ETL1001'],
  },
  {
    name: 'selector-malformed',
    files: MODEL,
    args: ['ls', '--select', 'tagg:nightly'],
    exit: 2,
    codes: ['ETL3007'],
  },
  {
    name: 'selection-matches-nothing',
    files: MODEL,
    args: ['show', '--select', 'order'],
    exit: 2,
    codes: ['ETL3008'],
  },
  {
    name: 'init-in-a-project',
    files: MODEL,
    args: ['init'],
    exit: 2,
    codes: ['ETL1002'],
  },
];
