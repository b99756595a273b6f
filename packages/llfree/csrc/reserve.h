// Reserving: finding a tree for a (class, slot), taking its counter as a whole, and giving the old reservation back. The
// trees around the old one are looked at first, for the best of a few; then all others.
#pragma once

#include "ledger.h"
#include "local.h"
#include "lower.h"
#include "policy.h"

// Takes a block whose frames have been claimed in `tree`; NONE when an order above 0 finds none.
static inline int32_t get_claimed(const area *a, uint32_t tree, uint32_t order, uint32_t hint) {
  return order == 0 ? get_one(a, tree, hint) : get_block(a, tree, order, hint);
}

// Claimed frames that were not used go back to where the tree's count is now.
static inline void give_back(const area *a, uint32_t at, uint32_t tree, uint32_t count) {
  if (!give_to_local(a, at, tree, count)) give_to_tree(a, tree, count);
}

// Takes a block out of the reservation at `at`, the own or another slot's.
ALWAYS_INLINE int32_t get_from_local(const area *a, uint32_t at, uint32_t order) {
  if (order == 0) {
    int32_t tree = take_from_local(a, at, 1);
    return tree < 0 ? NONE : get_one(a, (uint32_t)tree, hint_of(a, at));
  }
  uint32_t word = peek_local(a, at);
  uint32_t count = 1u << order;
  if (!is_present(word) || local_free(a, word) < count) return NONE;
  if (!sees_block(a, local_tree(a, word), order)) return NONE;
  begin_move(a);
  int32_t tree = take_from_local(a, at, count);
  int32_t frame = NONE;
  if (tree >= 0) {
    frame = get_block(a, (uint32_t)tree, order, hint_of(a, at));
    if (frame < 0) give_back(a, at, (uint32_t)tree, count);
  }
  end_move(a, tree >= 0 && frame < 0);
  return frame;
}

// Pulls what was given back to a reserved tree into its reservation; whether that was anything.
static inline bool sync_local(const area *a, uint32_t at) {
  uint32_t word = peek_local(a, at);
  if (!is_present(word)) return false;
  uint32_t tree = local_tree(a, word);
  if (tree_free(peek_tree(a, tree)) == 0) return false;
  begin_move(a);
  uint32_t count = take_given_back(a, tree);
  // The reservation may have ended meanwhile: then the tree gets them again.
  if (count > 0) give_back(a, at, tree, count);
  end_move(a, count > 0);
  return count > 0;
}

// Gives back what an ended reservation still had.
static inline void end_reservation(const area *a, uint32_t word) {
  if (is_present(word)) unreserve_tree(a, local_tree(a, word), local_free(a, word));
}

// Makes `tree` the reservation at `at` and takes a block in it; NONE when the tree is gone or has no such block.
static inline int32_t reserve_and_get(const area *a, uint32_t at, uint32_t tree, uint32_t order,
                                      uint32_t frame_class) {
  uint32_t word = peek_tree(a, tree);
  uint32_t free = tree_free(word);
  uint32_t count = 1u << order;
  if (tree_is_reserved(word) || free < count) return NONE;
  if (order > 0 && !sees_block(a, tree, order)) return NONE;
  begin_move(a);
  int32_t frame = NONE;
  if (reserve_tree(a, tree, word, frame_class)) {
    end_reservation(a, swap_local(a, at, tree, free - count));
    frame = get_claimed(a, tree, order, hint_of(a, at));
    if (frame < 0) give_back(a, at, tree, count);
  }
  end_move(a, true);
  if (frame >= 0) set_hint(a, at, (uint32_t)frame);
  return frame;
}

// The best of the few trees around `last`.
static inline int32_t reserve_near(const area *a, uint32_t at, uint32_t order, uint32_t frame_class, uint32_t last) {
  uint32_t first = last - last % LLFREE_NEAR_TREES;
  uint32_t end = smaller(first + LLFREE_NEAR_TREES, a->trees);
  int32_t good = NONE;
  for (uint32_t tree = first; tree < end; tree++) {
    uint32_t suits = rank(a, tree, frame_class, 1u << order);
    if (suits == RANK_BEST) {
      int32_t frame = reserve_and_get(a, at, tree, order, frame_class);
      if (frame != NONE) return frame;
    } else if (suits == RANK_GOOD && good < 0) {
      good = (int32_t)tree;
    }
  }
  return good < 0 ? NONE : reserve_and_get(a, at, (uint32_t)good, order, frame_class);
}

// Reserves a tree that suits the class and takes a block in it; NONE when no tree does.
static inline int32_t reserve(const area *a, uint32_t at, uint32_t order, uint32_t frame_class) {
  uint32_t word = peek_local(a, at);
  uint32_t spread = (uint32_t)((uint64_t)a->trees * a->slot / a->slots);
  uint32_t last = is_present(word) ? local_tree(a, word) : spread;
  int32_t near = reserve_near(a, at, order, frame_class, last);
  if (near != NONE) return near;
  for (uint32_t wanted = RANK_GOOD; wanted >= RANK_LAST; wanted--) {
    for (uint32_t i = 0, tree = last; i < a->trees; i++, tree = tree + 1 == a->trees ? 0 : tree + 1) {
      if (rank(a, tree, frame_class, 1u << order) < wanted) continue;
      int32_t frame = reserve_and_get(a, at, tree, order, frame_class);
      if (frame != NONE) return frame;
    }
  }
  return NONE;
}

// Gives back the reservations of all slots.
static inline void drain(const area *a) {
  begin_move(a);
  for (uint32_t slot = 0; slot < a->slots; slot++) {
    for (uint32_t held = 0; held < a->classes; held++) end_reservation(a, clear_local(a, local_at(a, slot, held)));
  }
  end_move(a, true);
}
