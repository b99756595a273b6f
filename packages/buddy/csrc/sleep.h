// Sleeping until a word changes: the engine's waiters in WebAssembly (they are JavaScript's too), the kernel's in native
// code. The two do not wake each other, so a sleep is always bounded by its caller.
#pragma once

#include "atomics.h"

#ifdef __wasm__

ALWAYS_INLINE void sleep_while(uint32_t *word, uint32_t seen, int64_t timeout_ns) {
  (void)__builtin_wasm_memory_atomic_wait32((int *)word, (int)seen, timeout_ns);
}

ALWAYS_INLINE void wake_one(uint32_t *word) { (void)__builtin_wasm_memory_atomic_notify((int *)word, 1); }

#else

#include "prim.h"

// A wake, a signal, a changed word and the end of the time all mean the same here: look again.
ALWAYS_INLINE void sleep_while(uint32_t *word, uint32_t seen, int64_t timeout_ns) {
  (void)prim_futex_wait(word, seen, timeout_ns);
}

ALWAYS_INLINE void wake_one(uint32_t *word) {
  uint32_t woken;
  (void)prim_futex_wake(word, 1, &woken);
}

#endif
