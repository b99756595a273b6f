// Bits and orders: which frames are allocated, and where free blocks start. Blocks of order 0 to 4 lie within one word
// of bits, larger ones are whole words. Everything here runs under the lock and needs no atomic operation.
#pragma once

#include "parts.h"

#define ALL_BITS 0xffffffffu

// The bits of a block of order 0 to 4 within its word.
ALWAYS_INLINE uint32_t block_mask(uint32_t frame, uint32_t order) {
  return ((1u << (1u << order)) - 1) << (frame & 31);
}

// How many words of bits a block of order 5 or more has.
ALWAYS_INLINE uint32_t block_words(uint32_t order) { return 1u << (order - 5); }

ALWAYS_INLINE uint32_t *block_bits(const buddy *b, uint32_t frame) { return b->words + b->bits + frame / 32; }

ALWAYS_INLINE bool all_are(const buddy *b, uint32_t frame, uint32_t order, uint32_t wanted) {
  const uint32_t *first = block_bits(b, frame);
  if (order < 5) {
    uint32_t those = block_mask(frame, order);
    return (*first & those) == (wanted & those);
  }
  for (uint32_t i = 0; i < block_words(order); i++) {
    if (first[i] != wanted) return false;
  }
  return true;
}

// Whether every frame of the block is allocated.
ALWAYS_INLINE bool all_allocated(const buddy *b, uint32_t frame, uint32_t order) {
  return all_are(b, frame, order, ALL_BITS);
}

// Whether every frame of the block is free.
ALWAYS_INLINE bool all_free(const buddy *b, uint32_t frame, uint32_t order) { return all_are(b, frame, order, 0); }

// Marks every frame of the block as allocated.
ALWAYS_INLINE void set_allocated(const buddy *b, uint32_t frame, uint32_t order) {
  uint32_t *first = block_bits(b, frame);
  if (order < 5) {
    *first |= block_mask(frame, order);
    return;
  }
  for (uint32_t i = 0; i < block_words(order); i++) first[i] = ALL_BITS;
}

// Marks every frame of the block as free.
ALWAYS_INLINE void set_free(const buddy *b, uint32_t frame, uint32_t order) {
  uint32_t *first = block_bits(b, frame);
  if (order < 5) {
    *first &= ~block_mask(frame, order);
    return;
  }
  for (uint32_t i = 0; i < block_words(order); i++) first[i] = 0;
}

// How many bits are set. No builtin: it becomes a table or a library call where the processor has no such instruction.
ALWAYS_INLINE uint32_t ones(uint32_t word) {
  uint32_t pairs = word - ((word >> 1) & 0x55555555u);
  uint32_t fours = (pairs & 0x33333333u) + ((pairs >> 2) & 0x33333333u);
  return (((fours + (fours >> 4)) & 0x0f0f0f0fu) * 0x01010101u) >> 24;
}

// How many frames of the block are free.
static inline uint32_t count_free(const buddy *b, uint32_t frame, uint32_t order) {
  const uint32_t *first = block_bits(b, frame);
  if (order < 5) return (1u << order) - ones(*first & block_mask(frame, order));
  uint32_t free = 0;
  for (uint32_t i = 0; i < block_words(order); i++) free += 32 - ones(first[i]);
  return free;
}

ALWAYS_INLINE uint32_t entry_shift(uint32_t frame) { return (frame << 1) & 28; }

// The entry of the frame's pair: 0, or 1 + the order of the free block that starts there.
ALWAYS_INLINE uint32_t order_entry(const buddy *b, uint32_t frame) {
  return (b->words[b->orders + frame / 16] >> entry_shift(frame)) & 15;
}

// Writes the entry of the frame's pair.
ALWAYS_INLINE void set_order_entry(const buddy *b, uint32_t frame, uint32_t entry) {
  uint32_t *word = b->words + b->orders + frame / 16;
  *word = (*word & ~(15u << entry_shift(frame))) | (entry << entry_shift(frame));
}
