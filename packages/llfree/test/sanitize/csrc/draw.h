// A seeded source of numbers: SplitMix64. Whatever a test draws, it draws from one of these, so that a seed says it
// all.
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  uint64_t state;
} source;

static inline uint64_t draw(source *from) {
  uint64_t word = (from->state += 0x9e3779b97f4a7c15u);
  word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
  word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
  return word ^ (word >> 31);
}

// 0 … limit − 1.
static inline uint32_t draw_below(source *from, uint32_t limit) {
  return (uint32_t)(((draw(from) >> 32) * limit) >> 32);
}

// least … most.
static inline uint32_t draw_from(source *from, uint32_t least, uint32_t most) {
  return least + draw_below(from, most - least + 1);
}

// True `share` times in 100.
static inline bool draw_chance(source *from, uint32_t share) { return draw_below(from, 100) < share; }

// An index into a list of weights, each as often as its weight says.
static inline uint32_t draw_weighted(source *from, const uint32_t *weights, uint32_t count) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < count; i++) sum += weights[i];
  uint32_t at = draw_below(from, sum);
  for (uint32_t i = 0; i + 1 < count; i++) {
    if (at < weights[i]) return i;
    at -= weights[i];
  }
  return count - 1;
}
