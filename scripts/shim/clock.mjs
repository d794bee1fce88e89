// Loaded into `etl` where a test sets the clock (dbt's `patch_microbatch_end_time`): time goes on from ETL_SHIM_NOW.
import process from 'node:process';

const Real = globalThis.Date;
const ahead = Real.parse(process.env.ETL_SHIM_NOW) - Real.now();

globalThis.Date = class Date extends Real {
  constructor(...given) {
    if (given.length === 0) super(Real.now() + ahead);
    else super(...given);
  }

  static now() {
    return Real.now() + ahead;
  }
};
