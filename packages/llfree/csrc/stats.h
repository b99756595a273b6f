// Counting what is free: from the children (exact when nobody is inside an operation), or from trees and reservations.
#pragma once

#include "child.h"
#include "local.h"
#include "row.h"
#include "tree.h"

static inline void child_stats(const area *a, uint32_t first, uint32_t end, uint32_t *into) {
  uint32_t free = 0;
  uint32_t free_huge = 0;
  for (uint32_t child = first; child < end; child++) {
    uint32_t count = peek_child(a, child);
    if (count > LLFREE_CHILD_FRAMES) continue;
    free += count;
    if (count == LLFREE_CHILD_FRAMES) free_huge++;
  }
  into[0] = free;
  into[1] = free_huge;
}

// Free frames and free huge frames, from the children.
static inline void stats(const area *a, uint32_t *into) { child_stats(a, 0, a->children, into); }

// The same for one block: from 16 rows at most, or from its children.
static inline void stats_at(const area *a, uint32_t frame, uint32_t order, uint32_t *into) {
  if (order >= LLFREE_HUGE_ORDER) {
    uint32_t child = frame >> LLFREE_CHILD_SHIFT;
    child_stats(a, child, child + (1u << (order - LLFREE_HUGE_ORDER)), into);
    return;
  }
  const uint32_t *rows = &a->words[a->bits_at + (frame >> LLFREE_ROW_SHIFT)];
  uint32_t taken = 0;
  if (order <= LLFREE_ROW_ORDER) {
    taken = ones(word_peek(rows) & (block_mask(order) << (frame & 31)));
  } else {
    for (uint32_t i = 0; i < 1u << (order - LLFREE_ROW_ORDER); i++) taken += ones(word_peek(&rows[i]));
  }
  into[0] = (1u << order) - taken;
  into[1] = 0;
}

static inline uint32_t at_least_huge(const area *a, uint32_t tree, uint32_t free) {
  uint32_t others = children_of(a, tree) * (LLFREE_CHILD_FRAMES - 1);
  return free > others ? free - others : 0;
}

// From trees and reservations only. Huge frames are a lower bound: a tree with more free frames than all but one of each
// of its huge frames has at least the rest entirely free.
static inline void quick_stats(const area *a, uint32_t *into) {
  uint32_t free = 0;
  uint32_t free_huge = 0;
  for (uint32_t tree = 0; tree < a->trees; tree++) {
    uint32_t count = tree_free(peek_tree(a, tree));
    free += count;
    free_huge += at_least_huge(a, tree, count);
  }
  for (uint32_t local = 0; local < a->slots * a->classes; local++) {
    uint32_t word = peek_local(a, a->locals_at + local * LLFREE_LOCAL_WORDS);
    if (!is_present(word)) continue;
    free += local_free(a, word);
    free_huge += at_least_huge(a, local_tree(a, word), local_free(a, word));
  }
  into[0] = free;
  into[1] = free_huge;
}
