// The bit field of a huge frame: 16 rows, 1 = allocated. Bits change by compare-exchange of one row; a block of several
// rows is taken row by row, with undo. Positions count frames from the start of the huge frame; `at` is its first row.
#pragma once

#include "row.h"

#define ROW_MASK (LLFREE_ROWS - 1)

// Whether all of these rows hold `value`. A plain look.
ALWAYS_INLINE bool rows_are(const uint32_t *words, uint32_t index, uint32_t rows, uint32_t value) {
  for (uint32_t i = 0; i < rows; i++) {
    if (word_peek(&words[index + i]) != value) return false;
  }
  return true;
}

// Writes all rows. The caller owns the whole huge frame: nobody else may change a bit of it, but everybody may look.
ALWAYS_INLINE void fill(uint32_t *words, uint32_t at, uint32_t value) { words_poke(&words[at], LLFREE_ROWS, value); }

// Takes one frame, looking from row `start` on, around. The caller has taken one frame from the child's counter, so one
// is there: it can only move while others take and give. NONE says that the counter lied.
ALWAYS_INLINE int32_t take_one(uint32_t *words, uint32_t at, uint32_t start) {
  for (uint32_t pass = 0; pass < LLFREE_MAX_PASSES; pass++) {
    for (uint32_t i = 0; i < LLFREE_ROWS; i++) {
      uint32_t index = (start + i) & ROW_MASK;
      uint32_t row;
      while ((row = word_peek(&words[at + index])) != ROW_FULL) {
        uint32_t bit = lowest_bit(~row);
        // Setting a bit that is set changes nothing, so no compare-exchange is needed.
        if (word_set_bit(&words[at + index], bit)) return (int32_t)((index << LLFREE_ROW_SHIFT) + bit);
      }
    }
  }
  return NONE;
}

// Gives back one frame; whether it was allocated.
ALWAYS_INLINE bool give_one(uint32_t *words, uint32_t at, uint32_t position) {
  return word_clear_bit(&words[at + (position >> LLFREE_ROW_SHIFT)], position & 31);
}

// Takes up to `count` frames of one row; returns their bits, 0 when the row is full.
ALWAYS_INLINE uint32_t take_some(uint32_t *words, uint32_t index, uint32_t count) {
  uint32_t row = word_peek(&words[index]);
  for (;;) {
    uint32_t free = ~row;
    if (free == 0) return 0;
    uint32_t bits = free;
    if (ones(free) > count) {
      // All but the lowest `count` free bits stay.
      uint32_t left = free;
      for (uint32_t i = 0; i < count; i++) left &= left - 1;
      bits = free & ~left;
    }
    if (word_cas(&words[index], &row, row | bits)) return bits;
  }
}

// Whether an aligned free block of 2^order frames is to be seen (order 1 … 8). A plain look: it may be gone again.
static inline bool has_block(const uint32_t *words, uint32_t at, uint32_t order) {
  if (order <= LLFREE_ROW_ORDER) {
    for (uint32_t i = 0; i < LLFREE_ROWS; i++) {
      if (free_block(word_peek(&words[at + i]), order) >= 0) return true;
    }
    return false;
  }
  uint32_t rows = 1u << (order - LLFREE_ROW_ORDER);
  for (uint32_t i = 0; i < LLFREE_ROWS; i += rows) {
    if (rows_are(words, at + i, rows, 0)) return true;
  }
  return false;
}

// All of these rows from empty to full, or none: what was done is undone when one of them is not empty any more.
static inline bool swap_rows(uint32_t *words, uint32_t index, uint32_t rows) {
  for (uint32_t done = 0; done < rows; done++) {
    uint32_t row = 0;
    if (word_cas(&words[index + done], &row, ROW_FULL)) continue;
    // The rows that were filled here belong to this worker alone.
    while (done-- > 0) word_store(&words[index + done], 0);
    return false;
  }
  return true;
}

static inline int32_t take_in_row(uint32_t *words, uint32_t at, uint32_t order, uint32_t start) {
  uint32_t mask = block_mask(order);
  for (uint32_t i = 0; i < LLFREE_ROWS; i++) {
    uint32_t index = (start + i) & ROW_MASK;
    uint32_t row = word_peek(&words[at + index]);
    for (;;) {
      int32_t bit = free_block(row, order);
      if (bit < 0) break;
      if (word_cas(&words[at + index], &row, row | (mask << bit))) return (int32_t)(index << LLFREE_ROW_SHIFT) + bit;
    }
  }
  return NONE;
}

static inline int32_t take_rows(uint32_t *words, uint32_t at, uint32_t order, uint32_t start) {
  uint32_t rows = 1u << (order - LLFREE_ROW_ORDER);
  uint32_t first = start & ~(rows - 1);
  for (uint32_t i = 0; i < LLFREE_ROWS; i += rows) {
    uint32_t index = (first + i) & ROW_MASK;
    if (rows_are(words, at + index, rows, 0) && swap_rows(words, at + index, rows)) {
      return (int32_t)(index << LLFREE_ROW_SHIFT);
    }
  }
  return NONE;
}

// Takes an aligned block of 2^order frames (order 0 … 8), from row `start` on, around. Its first position, or NONE.
static inline int32_t take_block(uint32_t *words, uint32_t at, uint32_t order, uint32_t start) {
  return order <= LLFREE_ROW_ORDER ? take_in_row(words, at, order, start) : take_rows(words, at, order, start);
}

// Takes exactly the block at `position` (order 0 … 8); false when part of it is taken.
static inline bool take_at(uint32_t *words, uint32_t at, uint32_t position, uint32_t order) {
  uint32_t index = at + (position >> LLFREE_ROW_SHIFT);
  if (order > LLFREE_ROW_ORDER) {
    uint32_t rows = 1u << (order - LLFREE_ROW_ORDER);
    return rows_are(words, index, rows, 0) && swap_rows(words, index, rows);
  }
  uint32_t mask = block_mask(order) << (position & 31);
  uint32_t row = word_peek(&words[index]);
  while ((row & mask) == 0) {
    if (word_cas(&words[index], &row, row | mask)) return true;
  }
  return false;
}

// Clears these bits of one row; false, with nothing changed, unless all of them are set.
ALWAYS_INLINE bool give_bits(uint32_t *words, uint32_t index, uint32_t mask) {
  uint32_t row = word_peek(&words[index]);
  while ((row & mask) == mask) {
    if (word_cas(&words[index], &row, row & ~mask)) return true;
  }
  return false;
}

static inline uint32_t give_rows(uint32_t *words, uint32_t index, uint32_t rows) {
  if (!rows_are(words, index, rows, ROW_FULL)) return 0;
  for (uint32_t done = 0; done < rows; done++) {
    uint32_t row = ROW_FULL;
    if (!word_cas(&words[index + done], &row, 0)) return done << LLFREE_ROW_SHIFT;
  }
  return rows << LLFREE_ROW_SHIFT;
}

// Gives back the block at `position` (order 1 … 9). Returns how many frames were given back: all of them, or 0 when part
// of the block is not allocated. A number between says that another worker gave back a part at the same moment, which is
// misuse: these frames are free now and have to be counted.
ALWAYS_INLINE uint32_t give(uint32_t *words, uint32_t at, uint32_t position, uint32_t order) {
  uint32_t index = at + (position >> LLFREE_ROW_SHIFT);
  if (order > LLFREE_ROW_ORDER) return give_rows(words, index, 1u << (order - LLFREE_ROW_ORDER));
  return give_bits(words, index, block_mask(order) << (position & 31)) ? 1u << order : 0;
}
