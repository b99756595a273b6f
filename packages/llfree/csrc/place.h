// get_at: taking exactly the block that the caller names. Its frames are claimed first, from whatever counts the tree's
// free frames: the tree itself, or the reservation that holds it.
#pragma once

#include "reservation.h"

// A plain look at the block.
static inline bool seems_free(const area *a, uint32_t frame, uint32_t order) {
  uint32_t child = frame >> LLFREE_CHILD_SHIFT;
  uint32_t free = peek_child(a, child);
  if (order > LLFREE_FIELD_ORDER) {
    return free == LLFREE_CHILD_FRAMES && (order == LLFREE_HUGE_ORDER || peek_child(a, child + 1) == free);
  }
  if (free < 1u << order || free > LLFREE_CHILD_FRAMES) return false;
  uint32_t index = a->bits_at + (frame >> LLFREE_ROW_SHIFT);
  if (order > LLFREE_ROW_ORDER) return rows_are(a->words, index, 1u << (order - LLFREE_ROW_ORDER), 0);
  return (word_peek(&a->words[index]) & (block_mask(order) << (frame & 31))) == 0;
}

// Claims frames of a tree, wherever they are counted.
static inline bool claim(const area *a, uint32_t tree, uint32_t count, uint32_t frame_class) {
  if (take_from_tree(a, tree, count, frame_class)) return true;
  for (uint32_t slot = 0; slot < a->slots; slot++) {
    for (uint32_t held = 0; held < a->classes; held++) {
      uint32_t at = local_at(a, slot, held);
      uint32_t word = peek_local(a, at);
      if (!is_present(word) || local_tree(a, word) != tree) continue;
      if (take_from_local_of(a, at, tree, count)) return true;
      // Part of the count may be with the tree and part with the reservation: together they can suffice.
      bool pulled = sync_local(a, at);
      begin_move(a);
      if (pulled && take_from_local_of(a, at, tree, count)) return true;
    }
  }
  return false;
}

// 1 taken, 0 not free, or a status.
static inline int32_t get_at(const area *a, uint32_t frame, uint32_t order, uint32_t frame_class) {
  if (!seems_free(a, frame, order)) return 0;
  uint32_t tree = frame >> (a->tree_shift + LLFREE_CHILD_SHIFT);
  uint32_t count = 1u << order;
  begin_move(a);
  int32_t taken = 0;
  bool claimed = claim(a, tree, count, frame_class);
  if (claimed) {
    taken = get_at_place(a, frame, order);
    if (taken != 1) give_to_tree(a, tree, count);
  }
  end_move(a, claimed && taken != 1);
  return taken;
}
