// Many blocks in one call. For order 0 one compare-exchange takes a whole run: of the reservation's count, of a child's
// counter, and of the bits of a row; giving back does the same in the other direction.
#pragma once

#include "reservation.h"

// Sets `count` bits of a huge frame whose counter they were taken from, and writes their frames.
static inline bool fill_from_child(const area *a, uint32_t child, uint32_t row, uint32_t *into, uint32_t count) {
  uint32_t at = field_at(a, child);
  uint32_t done = 0;
  for (uint32_t i = row; done < count && i < LLFREE_ROWS * LLFREE_MAX_PASSES; i++) {
    uint32_t index = at + (i & ROW_MASK);
    uint32_t first = (index - a->bits_at) << LLFREE_ROW_SHIFT;
    uint32_t bits = take_some(a->words, index, count - done);
    for (; bits != 0; bits &= bits - 1) into[done++] = first + lowest_bit(bits);
  }
  return done == count;
}

static inline int32_t claim_and_get_many(const area *a, uint32_t at, uint32_t *into, uint32_t length) {
  uint32_t hint = hint_of(a, at, 0);
  uint32_t near = hint >> LLFREE_CHILD_SHIFT;
  uint32_t free = peek_child(a, near);
  if (free == 0 || free > LLFREE_CHILD_FRAMES || near >> a->tree_shift != local_tree(a, peek_local(a, at))) return 0;
  uint32_t wanted = smaller(length, free);
  uint32_t word = take_up_to_from_local(a, at, wanted);
  if (word == 0) return 0;
  uint32_t tree = local_tree(a, word);
  uint32_t count = smaller(local_free(a, word), wanted);
  int32_t child = near >> a->tree_shift == tree ? (int32_t)near : pick_child(a, tree);
  uint32_t row = (hint >> LLFREE_ROW_SHIFT) & ROW_MASK;
  uint32_t done = 0;
  // Others may take from the huge frame meanwhile; then the rest is elsewhere in the tree.
  for (uint32_t pass = 0; pass < LLFREE_MAX_PASSES; pass++) {
    uint32_t taken = child < 0 ? 0 : take_up_to_from_child(a, (uint32_t)child, count - done);
    if (taken > 0 && !fill_from_child(a, (uint32_t)child, row, into + done, taken)) return PARPEROS_CORRUPT;
    done += taken;
    if (done == count) {
      set_hint(a, at, 0, into[count - 1]);
      return (int32_t)count;
    }
    child = pick_child(a, tree);
    row = 0;
  }
  return PARPEROS_CORRUPT;
}

// Takes up to `length` frames out of the reservation at `at`, as many as the huge frame of the last one has. How many, or
// CORRUPT.
static inline int32_t get_many_near(const area *a, uint32_t at, uint32_t *into, uint32_t length) {
  begin_move(a);
  int32_t count = claim_and_get_many(a, at, into, length);
  end_move(a, false);
  return count;
}

// Gives back the frames at the start of `frames` that share a row with `first`, in one step: how many, or 0 when one of
// them is not allocated (then nothing is changed). Only the bits: the caller counts them.
static inline uint32_t put_row(const area *a, uint32_t first, const uint32_t *frames, uint32_t count) {
  uint32_t row = first >> LLFREE_ROW_SHIFT;
  uint32_t mask = 0;
  uint32_t to = 0;
  for (; to < count; to++) {
    uint32_t frame = word_peek(&frames[to]);
    uint32_t bit = 1u << (frame & 31);
    if (frame >> LLFREE_ROW_SHIFT != row || frame >= a->frames || (mask & bit) != 0) break;
    mask |= bit;
  }
  if (mask == 0) return 0;
  uint32_t child = row >> (LLFREE_CHILD_SHIFT - LLFREE_ROW_SHIFT);
  if (peek_child(a, child) > LLFREE_CHILD_FRAMES && !split(a, child)) return 0;
  return give_bits(a->words, a->bits_at + row, mask) ? to : 0;
}
