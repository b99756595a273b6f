// Where the stacks of WebAssembly instances stand; wasm-core.ts tells why each slot has its own.

/** Bytes of one slot's range in a Region of stacks: the lower half is scratch for arrays, the upper half the stack. */
export const STACK_BYTES = 16384
