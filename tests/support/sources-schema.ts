// What readers of dbt's sources.json rely on, in our own words; keys that are not named are refused.
import { z } from 'zod';

const text = z.string();
const textOrNull = z.string().nullable();
const anything = z.record(text, z.unknown());
const time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
/** of a result: as Python prints a moment with its zone */
const moment = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?\+00:00$/);
const metadata = {
  dbt_version: z.string().regex(/^1\.\d+\.\d+$/),
  generated_at: time,
  invocation_id: textOrNull,
  invocation_started_at: time.nullable(),
  env: z.record(text, text),
};

const period = z.enum(['minute', 'hour', 'day']).nullable();
const limit = z.strictObject({ count: z.number().int().nullable(), period });

/** sources.json, version 3. */
export const sourcesSchema: z.ZodType = z.strictObject({
  metadata: z.strictObject({
    ...metadata,
    dbt_schema_version: z.literal('https://schemas.getdbt.com/dbt/sources/v3.json'),
  }),
  results: z.array(
    z.union([
      z.strictObject({
        unique_id: text,
        error: z.union([text, z.number().int()]).nullable(),
        status: z.literal('runtime error'),
      }),
      z.strictObject({
        unique_id: text,
        max_loaded_at: moment,
        snapshotted_at: moment,
        max_loaded_at_time_ago_in_s: z.number(),
        status: z.enum(['pass', 'warn', 'error', 'runtime error']),
        criteria: z.strictObject({
          warn_after: limit.nullable(),
          error_after: limit.nullable(),
          filter: textOrNull,
        }),
        adapter_response: anything,
        timing: z.array(
          z.strictObject({
            name: z.enum(['compile', 'execute']),
            started_at: time.nullable(),
            completed_at: time.nullable(),
          }),
        ),
        thread_id: text,
        execution_time: z.number(),
      }),
    ]),
  ),
  elapsed_time: z.number(),
});
