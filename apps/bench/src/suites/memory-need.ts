// How much memory an allocator is given. Contracts do not say how large metadata is; too much costs nothing, since
// pages that are not touched do not exist.

/** Bytes of metadata for a frame that are enough for every allocator here: LLFree needs a seventh of one, buddy 4.4. */
export const METADATA_PER_FRAME = 6
