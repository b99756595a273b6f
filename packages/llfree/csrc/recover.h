// Recovery: an allocator made consistent again, whatever its last workers left. The bit fields are the truth, and the
// states HUGE and FREEING; counters, trees and reservations are made anew from them. No worker may be attached.
//
//   child was            its bits             becomes
//   HUGE                 any                  HUGE, all bits set: a get may have stopped before it had set them
//   FREEING              all set              HUGE: a put that had not begun to clear them
//   FREEING              whole rows clear     free: a put that is ended here
//   anything else        any                  a counter: 512 − bits that are set
#pragma once

#include "bitfield.h"
#include "child.h"
#include "init.h"
#include "local.h"
#include "tree.h"

// Gives back what reservations had, and clears hints and ledgers.
static inline void end_reservations(const area *a, uint32_t *into) {
  for (uint32_t local = 0; local < a->slots * a->classes; local++) {
    uint32_t word = a->words[a->locals_at + local * LLFREE_LOCAL_WORDS];
    if (!is_present(word)) continue;
    into[LLFREE_REPORT_RESERVATIONS]++;
    uint32_t tree = local_tree(a, word);
    if (tree >= a->trees) continue;
    uint32_t *at = tree_word(a, tree);
    uint32_t free = smaller(tree_free(*at) + local_free(a, word), LLFREE_TREE_FREE_MASK);
    *at = (*at & ~(uint32_t)LLFREE_TREE_FREE_MASK) | free;
  }
  for (uint32_t i = a->locals_at; i < a->trees_at; i++) a->words[i] = 0;
}

// Sets a tree's count, and its class if that is none.
static inline void recover_tree(const area *a, uint32_t tree, uint32_t free, uint32_t *into) {
  uint32_t word = *tree_word(a, tree);
  if (tree_free(word) != free) into[LLFREE_REPORT_TREES]++;
  uint32_t kept = tree_class(word);
  *tree_word(a, tree) = resting_tree(a, tree, free, kept < a->classes ? kept : a->default_class);
}

// Four rows at once, where the processor can.
typedef uint32_t four_rows __attribute__((vector_size(16), aligned(4), may_alias));

// How many bits of each byte are 1 (row.h, ones).
ALWAYS_INLINE four_rows ones_of_bytes(four_rows rows) {
  rows -= (rows >> 1) & 0x55555555u;
  rows = (rows & 0x33333333u) + ((rows >> 2) & 0x33333333u);
  return (rows + (rows >> 4)) & 0x0f0f0f0fu;
}

static inline uint32_t count_free(const four_rows *rows) {
  // At most 8 in each byte of a row: 32 in those of four rows, 128 in the sum of four such bytes, which is one byte still.
  four_rows bytes = ones_of_bytes(rows[0]) + ones_of_bytes(rows[1]) + ones_of_bytes(rows[2]) + ones_of_bytes(rows[3]);
  uint32_t taken = 0;
  for (uint32_t i = 0; i < 4; i++) taken += (bytes[i] * 0x01010101u) >> 24;
  return LLFREE_CHILD_FRAMES - taken;
}

// Whether all of its frames exist, so that it can have been allocated as one block.
ALWAYS_INLINE bool is_whole(const area *a, uint32_t child) { return (child + 1) << LLFREE_CHILD_SHIFT <= a->frames; }

static inline bool rows_are_whole(const area *a, uint32_t child) {
  for (uint32_t i = 0; i < LLFREE_ROWS; i++) {
    uint32_t row = a->words[a->bits_at + child * LLFREE_ROWS + i];
    if (row != 0 && row != ROW_FULL) return false;
  }
  return true;
}

static inline bool has_clear_row(const area *a, uint32_t child) {
  for (uint32_t i = 0; i < LLFREE_ROWS; i++) {
    if (a->words[a->bits_at + child * LLFREE_ROWS + i] == 0) return true;
  }
  return false;
}

static inline void set_child(const area *a, uint32_t child, uint32_t value) {
  uint32_t *word = &a->words[a->children_at + (child >> 1)];
  uint32_t shift = (child & 1) << 4;
  *word = (*word & ~((uint32_t)LLFREE_CHILD_MASK << shift)) | value << shift;
}

// Ends the get or the put of a huge block: it is `state` from now on. Returns its free frames.
static inline uint32_t end_huge(const area *a, uint32_t child, uint32_t state, uint32_t *into) {
  into[LLFREE_REPORT_BLOCKS]++;
  fill(a->words, a->bits_at + child * LLFREE_ROWS, state == LLFREE_CHILD_HUGE ? ROW_FULL : 0);
  set_child(a, child, state);
  return state == LLFREE_CHILD_HUGE ? 0 : LLFREE_CHILD_FRAMES;
}

// A put of an order-10 block stops in both of its huge frames: they have one fate. The first one decides it.
static inline uint32_t end_freeing(const area *a, uint32_t child, uint32_t *into) {
  uint32_t other = child ^ 1;
  bool paired = other > child && other < a->children && peek_child(a, other) == LLFREE_CHILD_FREEING;
  bool both = paired && is_whole(a, other) && rows_are_whole(a, other);
  bool begun = has_clear_row(a, child) || (both && has_clear_row(a, other));
  uint32_t state = begun ? LLFREE_CHILD_FRAMES : LLFREE_CHILD_HUGE;
  if (both) end_huge(a, other, state, into);
  return end_huge(a, child, state, into);
}

// A child whose counter is not what its bits say.
OUT_OF_LINE uint32_t mend_child(uint32_t *words, uint32_t child, uint32_t free, uint32_t *into) {
  area a = area_of(words, 0);
  uint32_t found = peek_child(&a, child);
  if (found > LLFREE_CHILD_FRAMES && is_whole(&a, child)) {
    if (found == LLFREE_CHILD_HUGE) return end_huge(&a, child, LLFREE_CHILD_HUGE, into);
    if (found == LLFREE_CHILD_FREEING && rows_are_whole(&a, child)) return end_freeing(&a, child, into);
  }
  into[LLFREE_REPORT_COUNTERS]++;
  set_child(&a, child, free);
  return free;
}

// Sets a child's counter; returns its free frames.
ALWAYS_INLINE uint32_t recover_child(const area *a, uint32_t child, uint32_t *into) {
  const four_rows *rows = (const four_rows *)(const void *)&a->words[a->bits_at + child * LLFREE_ROWS];
  four_rows any = rows[0] | rows[1] | rows[2] | rows[3];
  four_rows all = rows[0] & rows[1] & rows[2] & rows[3];
  bool full = (all[0] & all[1] & all[2] & all[3]) == ROW_FULL;
  uint32_t found = peek_child(a, child);
  if (found == LLFREE_CHILD_HUGE && full && is_whole(a, child)) return 0;
  bool empty = (any[0] | any[1] | any[2] | any[3]) == 0;
  uint32_t free = empty ? LLFREE_CHILD_FRAMES : full ? 0 : count_free(rows);
  return LIKELY(found == free) ? free : mend_child(a->words, child, free, into);
}

// Writes what was mended to `into`: four numbers, LLFREE_REPORT_….
static inline void recover(const area *a, uint32_t *into) {
  for (uint32_t i = 0; i < 4; i++) into[i] = 0;
  close_end(a);
  end_reservations(a, into);
  for (uint32_t tree = 0; tree < a->trees; tree++) {
    uint32_t first = tree << a->tree_shift;
    uint32_t end = first + children_of(a, tree);
    uint32_t free = 0;
    for (uint32_t child = first; child < end; child++) free += recover_child(a, child, into);
    recover_tree(a, tree, free, into);
  }
}
