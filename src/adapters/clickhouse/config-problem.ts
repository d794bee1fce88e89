import { EtlError } from '../../kernel/error.ts';

/** The error about a config of a model that this engine cannot take as it is written. */
export const refuse = (key: string, why: string, hint: string): EtlError =>
  new EtlError([{ code: 'ETL4004', severity: 'error', message: `config "${key}" ${why}`, hint }]);
