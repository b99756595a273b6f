// What is done with reservations: taking blocks out of one, pulling back what others gave to its tree, replacing it, ending
// it. `most` says how free a huge frame may be that a block is taken from: CHILD_PART spares the whole ones.
#pragma once

#include "ledger.h"
#include "local.h"
#include "lower.h"
#include "tree.h"

// Takes a block whose frames have been claimed in `tree`; NONE when an order above 0 finds none.
ALWAYS_INLINE int32_t get_claimed(const area *a, uint32_t tree, uint32_t order, uint32_t hint, uint32_t most) {
  return order == 0 ? get_one(a, tree, hint) : get_block(a, tree, order, hint, most);
}

// Claimed frames that were not used go back to where the tree's count is now.
static inline void give_back(const area *a, uint32_t at, uint32_t tree, uint32_t count) {
  if (tree >= a->trees) return;
  if (!give_to_local(a, at, tree, count)) give_to_tree(a, tree, count);
}

static inline int32_t claim_and_get(const area *a, uint32_t at, uint32_t order, uint32_t most) {
  uint32_t count = 1u << order;
  begin_move(a);
  int32_t tree = take_from_local(a, at, count);
  int32_t frame = NONE;
  if (tree >= 0) {
    frame = get_claimed(a, (uint32_t)tree, order, hint_of(a, at, order), most);
    if (frame < 0) give_back(a, at, (uint32_t)tree, count);
  }
  end_move(a, frame < 0);
  return frame;
}

// Takes a block out of the reservation at `at`, the own or another slot's, when one is to be seen in its tree.
static inline int32_t get_from_local(const area *a, uint32_t at, uint32_t order, uint32_t most) {
  uint32_t word = peek_local(a, at);
  if (!is_present(word) || local_free(a, word) < 1u << order) return NONE;
  return sees_block(a, local_tree(a, word), order, most) ? claim_and_get(a, at, order, most) : NONE;
}

static inline int32_t get_block_near(const area *a, uint32_t at, uint32_t order) {
  if (order > LLFREE_FIELD_ORDER) return get_from_local(a, at, order, LLFREE_CHILD_FRAMES);
  uint32_t near = hint_of(a, at, order) >> LLFREE_CHILD_SHIFT;
  if (near >> a->tree_shift != local_tree(a, peek_local(a, at))) return NONE;
  return child_sees(a, near, order, LLFREE_CHILD_FRAMES) ? claim_and_get(a, at, order, LLFREE_CHILD_FRAMES) : NONE;
}

ALWAYS_INLINE int32_t get_one_near(const area *a, uint32_t at) {
  uint32_t hint = hint_of(a, at, 0);
  uint32_t free = peek_child(a, hint >> LLFREE_CHILD_SHIFT);
  if (free == 0 || free > LLFREE_CHILD_FRAMES) return NONE;
  begin_move(a);
  int32_t tree = take_from_local(a, at, 1);
  int32_t frame = tree < 0 ? NONE : get_one(a, (uint32_t)tree, hint);
  end_move(a, false);
  return frame;
}

// Takes a block out of the reservation at `at` if the huge frame of the last one has it: the usual case.
ALWAYS_INLINE int32_t get_near(const area *a, uint32_t at, uint32_t order) {
  return order == 0 ? get_one_near(a, at) : get_block_near(a, at, order);
}

// Pulls what was given back to a reserved tree into its reservation; whether that was anything.
static inline bool sync_local(const area *a, uint32_t at) {
  uint32_t word = peek_local(a, at);
  if (!is_present(word)) return false;
  uint32_t tree = local_tree(a, word);
  if (tree >= a->trees || tree_free(peek_tree(a, tree)) == 0) return false;
  begin_move(a);
  uint32_t count = take_given_back(a, tree);
  // The reservation may have ended meanwhile: then the tree gets them again.
  if (count > 0) give_back(a, at, tree, count);
  end_move(a, count > 0);
  return count > 0;
}

// Gives back what an ended reservation still had; a damaged one, of a tree that does not exist, had nothing.
static inline void end_reservation(const area *a, uint32_t word) {
  if (local_tree(a, word) >= a->trees) return;
  if (is_present(word)) unreserve_tree(a, local_tree(a, word), local_free(a, word));
}

// Makes `tree` the reservation at `at` and takes a block in it; NONE when the tree is gone or has no such block.
static inline int32_t reserve_and_get(const area *a, uint32_t at, uint32_t tree, uint32_t order, uint32_t frame_class,
                                      uint32_t most) {
  uint32_t word = peek_tree(a, tree);
  uint32_t free = tree_free(word);
  uint32_t count = 1u << order;
  if (tree_is_reserved(word) || free < count || !sees_block(a, tree, order, most)) return NONE;
  begin_move(a);
  int32_t frame = NONE;
  if (reserve_tree(a, tree, word, frame_class)) {
    end_reservation(a, swap_local(a, at, tree, free - count));
    frame = get_claimed(a, tree, order, hint_of(a, at, order), most);
    if (frame < 0) give_back(a, at, tree, count);
  }
  end_move(a, true);
  if (frame >= 0) set_hint(a, at, order, (uint32_t)frame);
  return frame;
}

// Gives back the reservations of all slots.
static inline void drain(const area *a) {
  begin_move(a);
  for (uint32_t slot = 0; slot < a->slots; slot++) {
    for (uint32_t held = 0; held < a->classes; held++) end_reservation(a, clear_local(a, local_at(a, slot, held)));
  }
  end_move(a, true);
}
