// Reserving: finding the next tree for a (class, slot). Huge frames that are partly used come first, wherever they are,
// and the fullest trees of them: what is filled up leaves others whole. Only then is a whole huge frame begun, in the own
// tree, and then in a tree that is entirely free.
#pragma once

#include "policy.h"
#include "reservation.h"

// The tree behind this one, around.
ALWAYS_INLINE uint32_t tree_after(const area *a, uint32_t tree) { return tree + 1 == a->trees ? 0 : tree + 1; }

static inline int32_t get_own(const area *a, uint32_t at, uint32_t order, uint32_t most) {
  int32_t frame = get_from_local(a, at, order, most);
  if (frame >= 0) set_hint(a, at, order, (uint32_t)frame);
  return frame;
}

// Reserves the fullest of the partly used trees among `count` from `first` on, around.
static inline int32_t reserve_fullest(const area *a, uint32_t at, uint32_t first, uint32_t count, uint32_t order,
                                      uint32_t frame_class, uint32_t most) {
  int32_t fullest = NONE;
  uint32_t least = LLFREE_TREE_FREE_MASK;
  uint32_t trees = smaller(count, a->trees);
  for (uint32_t i = 0, tree = first; i < trees; i++, tree = tree_after(a, tree)) {
    if (rank(a, tree, frame_class, 1u << order) != RANK_PARTLY) continue;
    uint32_t free = tree_free(peek_tree(a, tree));
    if (free >= least || !sees_block(a, tree, order, most)) continue;
    fullest = (int32_t)tree;
    least = free;
  }
  return fullest < 0 ? NONE : reserve_and_get(a, at, (uint32_t)fullest, order, frame_class, most);
}

// Takes a block where something is used already: in the own tree, in the trees around it, farther away.
static inline int32_t fill_up(const area *a, uint32_t at, uint32_t order, uint32_t frame_class, uint32_t last) {
  // Huge blocks need whole huge frames, but they too go where a tree is partly used.
  uint32_t most = order > LLFREE_FIELD_ORDER ? LLFREE_CHILD_FRAMES : LLFREE_CHILD_PART;
  int32_t own = get_own(a, at, order, most);
  if (own != NONE) return own;
  uint32_t group = last - last % LLFREE_NEAR_TREES;
  int32_t near = reserve_fullest(a, at, group, LLFREE_NEAR_TREES, order, frame_class, most);
  if (near != NONE) return near;
  uint32_t far = order == 0 ? LLFREE_FAR_TREES : LLFREE_FAR_TREES_FOR_BLOCKS;
  return reserve_fullest(a, at, last, far, order, frame_class, most);
}

// Takes a block in the own tree or in a newly reserved one; NONE when no tree suits.
static inline int32_t reserve(const area *a, uint32_t at, uint32_t order, uint32_t frame_class) {
  uint32_t word = peek_local(a, at);
  uint32_t spread = (uint32_t)((uint64_t)a->trees * a->slot / a->slots);
  bool is_holder = is_present(word) && local_tree(a, word) < a->trees;
  uint32_t last = is_holder ? local_tree(a, word) : spread;
  int32_t filled = fill_up(a, at, order, frame_class, last);
  if (filled != NONE) return filled;
  int32_t own = get_own(a, at, order, LLFREE_CHILD_FRAMES);
  if (own != NONE) return own;
  for (uint32_t wanted = RANK_FREE; wanted >= RANK_NEARLY_FULL; wanted--) {
    for (uint32_t i = 0, tree = last; i < a->trees; i++, tree = tree_after(a, tree)) {
      if (rank(a, tree, frame_class, 1u << order) < wanted) continue;
      int32_t frame = reserve_and_get(a, at, tree, order, frame_class, LLFREE_CHILD_FRAMES);
      if (frame != NONE) return frame;
    }
  }
  return NONE;
}
