// The two ways in which a run ends early. Misuse is the caller's and changes nothing; both become one line on stderr.

/** The caller asked for something that cannot be done: exit code 2. */
export class Misuse extends Error {}

/** The benchmark itself failed: exit code 1. */
export class RunFailure extends Error {}
