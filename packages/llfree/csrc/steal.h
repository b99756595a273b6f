// What is left when no tree can be reserved: taking from trees of other classes and from other workers' reservations, as
// far as the policy allows it. First without changing what a tree is for (steal), then changing it (demote).
#pragma once

#include "reserve.h"

static inline int32_t get_from_tree(const area *a, uint32_t tree, uint32_t order, uint32_t frame_class) {
  uint32_t count = 1u << order;
  if (tree_free(peek_tree(a, tree)) < count) return NONE;
  if (!sees_block(a, tree, order, LLFREE_CHILD_FRAMES)) return NONE;
  begin_move(a);
  int32_t frame = NONE;
  if (take_from_tree(a, tree, count, frame_class)) {
    uint32_t hint = tree << (a->tree_shift + LLFREE_CHILD_SHIFT);
    frame = get_claimed(a, tree, order, hint, LLFREE_CHILD_FRAMES);
    if (frame < 0) give_to_tree(a, tree, count);
  }
  end_move(a, frame < 0);
  return frame;
}

static inline int32_t steal_from_locals(const area *a, uint32_t own, uint32_t order, uint32_t frame_class,
                                        bool demoting) {
  for (uint32_t slot = 0; slot < a->slots; slot++) {
    for (uint32_t held = 0; held < a->classes; held++) {
      uint32_t at = local_at(a, slot, held);
      if (at == own) continue;
      uint32_t action = action_for(a, frame_class, held);
      if (action == LLFREE_ACTION_NO || (action == LLFREE_ACTION_DEMOTE) != demoting) continue;
      int32_t frame = get_from_local(a, at, order, LLFREE_CHILD_FRAMES);
      // What was given back to its tree, perhaps at the moment at which another worker took what it had.
      if (frame == NONE && sync_local(a, at)) frame = get_from_local(a, at, order, LLFREE_CHILD_FRAMES);
      if (frame != NONE) return frame;
    }
  }
  return NONE;
}

// Takes a block from wherever the policy allows to steal: trees of other classes, then other reservations.
static inline int32_t steal(const area *a, uint32_t own, uint32_t order, uint32_t frame_class) {
  for (uint32_t tree = 0; tree < a->trees; tree++) {
    uint32_t word = peek_tree(a, tree);
    if (tree_is_reserved(word) || action_for(a, frame_class, tree_class(word)) != LLFREE_ACTION_STEAL) continue;
    int32_t frame = get_from_tree(a, tree, order, frame_class);
    if (frame != NONE) return frame;
  }
  return steal_from_locals(a, own, order, frame_class, false);
}

// Takes a block where that changes what a tree is for: makes trees of other classes the own, then their reservations.
static inline int32_t demote(const area *a, uint32_t own, uint32_t order, uint32_t frame_class) {
  for (uint32_t tree = 0; tree < a->trees; tree++) {
    uint32_t word = peek_tree(a, tree);
    if (tree_is_reserved(word) || action_for(a, frame_class, tree_class(word)) != LLFREE_ACTION_DEMOTE) continue;
    int32_t frame = reserve_and_get(a, own, tree, order, frame_class, LLFREE_CHILD_FRAMES);
    if (frame != NONE) return frame;
  }
  return steal_from_locals(a, own, order, frame_class, true);
}
