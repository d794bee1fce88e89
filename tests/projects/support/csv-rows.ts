import { parseCsv } from '../../../src/sql/csv.ts';
import { readFile } from 'node:fs/promises';
