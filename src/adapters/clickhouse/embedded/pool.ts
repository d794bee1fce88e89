/** libuv's own default. */
const DEFAULT_POOL = 4;

/** A running statement holds a thread of libuv's pool; one stays free for files. */
export const statementsAtOnce = (poolSize: string | undefined): number => {
  const size = Number(poolSize ?? DEFAULT_POOL);
  return Math.max(1, (Number.isInteger(size) && size > 0 ? size : DEFAULT_POOL) - 1);
};
