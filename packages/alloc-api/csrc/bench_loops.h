// The loops of the allocator benchmarks, inside a C core: what an operation costs without the call into it. Every
// allocator's bench/csrc includes this after it has said how a block is taken and given back:
//
//   #define CORE buddy                          the type that stands for the allocator
//   #define CORE_AT(words, first, second) …     the allocator at these words; two numbers say what else it needs
//   #define CORE_GET(core, order) …             the first frame of a block, or a negative status
//   #define CORE_PUT(core, frame, order) …      0, or a negative status
//   #define CORE_LAYOUT_HASH …                  of the layout that it was compiled with
//
// A loop ends early when an operation fails and returns how many succeeded, so that a benchmark sees that it measured
// something else than it meant to. `list` is the caller's array of frame numbers.
#pragma once

#include "atomics.h"

#if !defined(CORE) || !defined(CORE_AT) || !defined(CORE_GET) || !defined(CORE_PUT) || !defined(CORE_LAYOUT_HASH)
#error "define CORE, CORE_AT, CORE_GET, CORE_PUT and CORE_LAYOUT_HASH before bench_loops.h is included"
#endif

// Takes a block and gives it back at once, `pairs` times.
static inline uint32_t bench_repeat(const CORE *core, uint32_t order, uint32_t pairs) {
  for (uint32_t done = 0; done < pairs; done++) {
    int32_t frame = CORE_GET(core, order);
    if (frame < 0 || CORE_PUT(core, (uint32_t)frame, order) < 0) return done;
  }
  return pairs;
}

// Takes `count` blocks one by one and writes them to `list`.
static inline uint32_t bench_bulk_get(const CORE *core, uint32_t order, uint32_t *list, uint32_t count) {
  for (uint32_t done = 0; done < count; done++) {
    int32_t frame = CORE_GET(core, order);
    if (frame < 0) return done;
    list[done] = (uint32_t)frame;
  }
  return count;
}

// Gives the first `count` blocks of `list` back one by one, in the list's order.
static inline uint32_t bench_bulk_put(const CORE *core, uint32_t order, const uint32_t *list, uint32_t count) {
  for (uint32_t done = 0; done < count; done++) {
    if (CORE_PUT(core, list[done], order) < 0) return done;
  }
  return count;
}

// Puts the first `count` entries of `list` in an order that only the seed decides (Fisher-Yates over Marsaglia's
// xorshift32), so that a benchmark can give blocks back at random.
static inline void bench_shuffle(uint32_t *list, uint32_t count, uint32_t seed) {
  uint32_t random = seed ? seed : 1;
  for (uint32_t left = count; left > 1; left--) {
    random ^= random << 13;
    random ^= random >> 17;
    random ^= random << 5;
    uint32_t at = (uint32_t)(((uint64_t)random * left) >> 32);
    uint32_t other = list[at];
    list[at] = list[left - 1];
    list[left - 1] = other;
  }
}

// The unit that results are a multiple of: successful compare-exchanges of one word that nobody else uses.
static inline void bench_compare_exchange(uint32_t *word, uint32_t times) {
  uint32_t value = word_peek(word);
  for (uint32_t done = 0; done < times; done++) {
    uint32_t expected = value;
    if (word_cas(word, &expected, value + 1)) value++;
    else value = expected;
  }
}
