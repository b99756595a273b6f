// Cache lines: what different workers write stands on different ones, so that they don't take them from each other.

/** Words of a cache line. */
const LINE_WORDS = 16

/** That many words, rounded up to whole cache lines. */
export const inLines = (words: number): number => Math.ceil(words / LINE_WORDS) * LINE_WORDS
