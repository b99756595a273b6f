// How much longer the stress tests run than in `npm test`: `npm run soak` sets it.

/** A factor for rounds and operations. */
export const soak = Number(process.env.PARPEROS_SOAK ?? 1)
