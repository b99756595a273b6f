// Shaking: the core's atomic steps, each with a pause before it now and then, as long as a few instructions or as a
// turn of another thread. Errors hide between a look and the step that follows it, and a thread on a core of its own
// passes there in no time; a pause there lets all the others pass. Included before the core, whose steps are these
// then.
#pragma once

#define word_store still_store
#define word_cas still_cas
#define word_exchange still_exchange
#define word_add still_add
#define word_set_bit still_set_bit
#define word_clear_bit still_clear_bit
#include "atomics.h"
#undef word_store
#undef word_cas
#undef word_exchange
#undef word_add
#undef word_set_bit
#undef word_clear_bit

#include "draw.h"

#include <sched.h>

// A pause before one step in so many; 0: none. Each thread sets its own.
static _Thread_local uint32_t shake_interval;
static _Thread_local source shake_source;

// Short pauses mostly. Giving up the processor is dear where other programs wait for it, so that is rare.
static inline void shake(void) {
  if (LIKELY(shake_interval == 0) || draw_below(&shake_source, shake_interval) != 0) return;
  uint32_t kind = draw_below(&shake_source, 4096);
  if (kind == 0) {
    sched_yield();
    return;
  }
  uint32_t turns = kind < 256 ? 256 : draw_below(&shake_source, 16);
  for (uint32_t i = 0; i < turns; i++) spin_hint();
}

ALWAYS_INLINE void word_store(uint32_t *word, uint32_t value) {
  shake();
  still_store(word, value);
}
ALWAYS_INLINE bool word_cas(uint32_t *word, uint32_t *expected, uint32_t desired) {
  shake();
  return still_cas(word, expected, desired);
}
ALWAYS_INLINE uint32_t word_exchange(uint32_t *word, uint32_t value) {
  shake();
  return still_exchange(word, value);
}
ALWAYS_INLINE uint32_t word_add(uint32_t *word, uint32_t value) {
  shake();
  return still_add(word, value);
}
ALWAYS_INLINE bool word_set_bit(uint32_t *word, uint32_t bit) {
  shake();
  return still_set_bit(word, bit);
}
ALWAYS_INLINE bool word_clear_bit(uint32_t *word, uint32_t bit) {
  shake();
  return still_clear_bit(word, bit);
}
