// The buddy algorithm (Knowlton 1965; Knuth, The Art of Computer Programming 1, 2.5): a block of order n is split into
// two buddies of order n - 1, whose numbers differ in bit n - 1 only, and two free buddies are merged at once. All of it
// runs under the lock; arguments have been checked by buddy.h.
#pragma once

#include "lists.h"

// Where whole blocks of the top order end.
ALWAYS_INLINE uint32_t top_end(const buddy *b) { return b->frames & ~(TOP_FRAMES - 1); }

// The first block that was never touched, LIST_EMPTY, or LIST_DAMAGED.
static inline int32_t fresh_pop(const buddy *b) {
  uint32_t frame = b->words[BUDDY_FRESH_WORD];
  if (frame == top_end(b)) return LIST_EMPTY;
  if (!is_block(b, frame, BUDDY_TOP_ORDER)) return LIST_DAMAGED;
  b->words[BUDDY_FRESH_WORD] = frame + TOP_FRAMES;
  --*list_count(b, BUDDY_TOP_ORDER);
  return (int32_t)frame;
}

// Puts the fresh blocks up to and with the one around `frame` into their list; false when that is damaged.
static inline bool fresh_list_up_to(const buddy *b, uint32_t frame) {
  if (frame >= top_end(b)) return true;
  while (b->words[BUDDY_FRESH_WORD] <= frame) {
    int32_t fresh = fresh_pop(b);
    if (fresh < 0 || !list_push(b, BUDDY_TOP_ORDER, (uint32_t)fresh)) return false;
  }
  return true;
}

ALWAYS_INLINE void mark_taken(const buddy *b, uint32_t frame, uint32_t order) {
  set_allocated(b, frame, order);
  b->words[BUDDY_FREE_WORD] -= 1u << order;
}

// Takes a block: the first of its list, or the first half of the smallest larger one.
static inline int32_t block_take(const buddy *b, uint32_t order) {
  uint32_t from = order;
  int32_t found = list_pop(b, from);
  while (found == LIST_EMPTY && from < BUDDY_TOP_ORDER) found = list_pop(b, ++from);
  if (found == LIST_EMPTY) found = fresh_pop(b);
  if (UNLIKELY(found < 0)) return found == LIST_EMPTY ? PARPEROS_OUT_OF_MEMORY : PARPEROS_CORRUPT;
  uint32_t frame = (uint32_t)found;
  while (from > order) {
    from--;
    if (!list_push(b, from, frame + (1u << from))) return PARPEROS_CORRUPT;
  }
  mark_taken(b, frame, order);
  return found;
}

// Takes exactly this block: 1, or 0 when part of it is not free.
static inline int32_t block_take_at(const buddy *b, uint32_t frame, uint32_t order) {
  if (!all_free(b, frame, order)) return 0;
  if (!fresh_list_up_to(b, frame)) return PARPEROS_CORRUPT;
  uint32_t from = order;
  while (order_entry(b, frame & ~((1u << from) - 1)) != from + 1) {
    if (++from > BUDDY_TOP_ORDER) return PARPEROS_CORRUPT;
  }
  uint32_t block = frame & ~((1u << from) - 1);
  if (!is_block(b, block, from) || !list_remove(b, from, block)) return PARPEROS_CORRUPT;
  while (from > order) {
    from--;
    uint32_t half = block + (1u << from);
    bool is_upper = frame >= half;
    if (!list_push(b, from, is_upper ? block : half)) return PARPEROS_CORRUPT;
    if (is_upper) block = half;
  }
  mark_taken(b, frame, order);
  return 1;
}

// Gives a block back, merged with its buddy as long as that is free too.
static inline int32_t block_give(const buddy *b, uint32_t frame, uint32_t order) {
  if (!all_allocated(b, frame, order)) return PARPEROS_NOT_ALLOCATED;
  set_free(b, frame, order);
  b->words[BUDDY_FREE_WORD] += 1u << order;
  uint32_t block = frame;
  uint32_t merged = order;
  while (merged < BUDDY_TOP_ORDER) {
    uint32_t other = block ^ (1u << merged);
    if (other >= b->frames || order_entry(b, other) != merged + 1) break;
    if (!list_remove(b, merged, other)) return PARPEROS_CORRUPT;
    block &= ~(1u << merged);
    merged++;
  }
  return list_push(b, merged, block) ? 0 : PARPEROS_CORRUPT;
}
