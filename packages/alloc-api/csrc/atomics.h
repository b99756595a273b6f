// The atomic operations on shared 32-bit words, one name each, for every C core. WebAssembly has sequentially consistent
// atomics only, and so has JavaScript; on native hardware a compare-exchange that acquires and releases is enough where
// the algorithm says so. Words are always accessed as 32 bits: mixed sizes on the same bytes are outside of the memory
// models of both languages.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

// A read that may be stale and orders nothing: decide on it, then compare-exchange. Never spin on it.
ALWAYS_INLINE uint32_t word_peek(const uint32_t *word) { return __atomic_load_n(word, __ATOMIC_RELAXED); }

// A read after which everything that the writer did before its write is visible.
ALWAYS_INLINE uint32_t word_load(const uint32_t *word) { return __atomic_load_n(word, __ATOMIC_SEQ_CST); }

// A write to a word that only this worker writes, or that nobody else can reach yet; orders nothing. WebAssembly has no
// atomic store but the sequentially consistent one, which costs as much as a compare-exchange: there, as in TypeScript,
// such a write is a plain one.
ALWAYS_INLINE void word_poke(uint32_t *word, uint32_t value) {
#if defined(__wasm__)
  *(volatile uint32_t *)word = value;
#else
  __atomic_store_n(word, value, __ATOMIC_RELAXED);
#endif
}

// The same value for a run of words. Others may look at them meanwhile, and see any of them written or not. The compiler
// may write several at once, which no atomic write lets it do and which is worth half a compare-exchange for a huge frame:
// processors write aligned words whole, also as parts of a vector. C has no name for that promise, so ThreadSanitizer, which
// knows C only, sees single atomic writes.
ALWAYS_INLINE void words_poke(uint32_t *words, uint32_t count, uint32_t value) {
#if defined(__SANITIZE_THREAD__)
  for (uint32_t i = 0; i < count; i++) word_poke(&words[i], value);
#else
  for (uint32_t i = 0; i < count; i++) words[i] = value;
#endif
}

// A write before which everything that this worker did is visible to whoever reads the new value.
ALWAYS_INLINE void word_store(uint32_t *word, uint32_t value) { __atomic_store_n(word, value, __ATOMIC_SEQ_CST); }

// A write to a word that only this worker writes, before which everything that it did is visible to whoever reads it; in
// WebAssembly plain, as above, with the order that the processor gives to plain stores.
ALWAYS_INLINE void word_release(uint32_t *word, uint32_t value) {
#if defined(__wasm__)
  *(volatile uint32_t *)word = value;
#else
  __atomic_store_n(word, value, __ATOMIC_RELEASE);
#endif
}

// Puts `desired` where `*expected` stands. On failure `*expected` becomes what stands there.
ALWAYS_INLINE bool word_cas(uint32_t *word, uint32_t *expected, uint32_t desired) {
  return __atomic_compare_exchange_n(word, expected, desired, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

ALWAYS_INLINE uint32_t word_exchange(uint32_t *word, uint32_t value) {
  return __atomic_exchange_n(word, value, __ATOMIC_SEQ_CST);
}

ALWAYS_INLINE uint32_t word_add(uint32_t *word, uint32_t value) {
  return __atomic_fetch_add(word, value, __ATOMIC_SEQ_CST);
}

// Sets bit 0 … 31; whether it was clear before. One instruction where the processor has it (lock bts).
ALWAYS_INLINE bool word_set_bit(uint32_t *word, uint32_t bit) {
  return (__atomic_fetch_or(word, 1u << bit, __ATOMIC_SEQ_CST) & (1u << bit)) == 0;
}

// Clears bit 0 … 31; whether it was set before.
ALWAYS_INLINE bool word_clear_bit(uint32_t *word, uint32_t bit) {
  return (__atomic_fetch_and(word, ~(1u << bit), __ATOMIC_SEQ_CST) & (1u << bit)) != 0;
}

// Tells the processor that this is a spin loop.
ALWAYS_INLINE void spin_hint(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#elif defined(__wasm__)
  // There is no such instruction; a fence takes about as long as one, so that a wait of so many turns is one of some length.
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}
