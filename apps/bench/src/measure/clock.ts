// One clock for all threads of the process: `performance.now()` starts anew in each thread, the monotonic clock does
// not.

/** Nanoseconds of the monotonic clock. */
export const nowNs = (): number => Number(process.hrtime.bigint())
