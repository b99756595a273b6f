// A row: 32 bits of a bit field in one word, 1 = allocated. Pure functions on the word.
#pragma once

#include "area.h"

#define ROW_FULL 0xffffffffu

// The bits at which an aligned block of each order up to 5 can start.
ALWAYS_INLINE uint32_t block_starts(uint32_t order) {
  switch (order) {
    case 0: return 0xffffffffu;
    case 1: return 0x55555555u;
    case 2: return 0x11111111u;
    case 3: return 0x01010101u;
    case 4: return 0x00010001u;
    default: return 0x00000001u;
  }
}

// The position of the lowest 1 of a word that is not 0.
ALWAYS_INLINE uint32_t lowest_bit(uint32_t word) { return (uint32_t)__builtin_ctz(word); }

// A block's bits at position 0; order 0 … 5.
ALWAYS_INLINE uint32_t block_mask(uint32_t order) { return order == 5 ? ROW_FULL : (1u << (1u << order)) - 1; }

// Where the first free aligned block of 2^order bits starts, or NONE.
ALWAYS_INLINE int32_t free_block(uint32_t row, uint32_t order) {
  uint32_t free = ~row;
  // After the step with width w, a bit says that the 2w bits from it on are free.
  for (uint32_t width = 1; width < 1u << order; width <<= 1) free &= free >> width;
  free &= block_starts(order);
  return free == 0 ? NONE : (int32_t)lowest_bit(free);
}

// How many bits are 1. Without a library call: freestanding code has none.
ALWAYS_INLINE uint32_t ones(uint32_t row) {
  uint32_t word = row - ((row >> 1) & 0x55555555u);
  word = (word & 0x33333333u) + ((word >> 2) & 0x33333333u);
  return (((word + (word >> 4)) & 0x0f0f0f0fu) * 0x01010101u) >> 24;
}
