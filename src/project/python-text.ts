// Python's texts of plain data, where dbt makes names and hashes of them.
import { repr, str } from '../jinja/py/print.ts';

/** `str(value)` of a value as the YAML reader gives it (floats boxed). */
export const pythonStr = (value: unknown): string => str(value ?? null);

/** `repr(value)`. */
export const pythonRepr = (value: unknown): string => repr(value ?? null);
