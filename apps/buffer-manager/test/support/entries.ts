// Names of entries, for tests and the processes that they start.

/** Keys that are in order. */
export const keyOf = (number: number): string => `key ${String(number).padStart(6, '0')}`
