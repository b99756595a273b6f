// The policy, read from the header: which tree suits a request. It is data, so that all backends and all workers agree and
// two allocators in one process can have different ones.
#pragma once

#include "tree.h"

// How well a tree suits a reservation; 0 is not at all.
#define RANK_PARTLY 3
#define RANK_FREE 2
#define RANK_NEARLY_FULL 1
#define RANK_NONE 0

// What a class may do with a tree of another (or its own) class.
ALWAYS_INLINE uint32_t action_for(const area *a, uint32_t frame_class, uint32_t of_tree) {
  return a->words[LLFREE_HEADER_POLICY + frame_class * LLFREE_MAX_CLASSES + of_tree];
}

// The class of a request that names none.
ALWAYS_INLINE uint32_t class_of_order(const area *a, uint32_t order) {
  return a->words[LLFREE_HEADER_ORDER_CLASS + order];
}

// How well a tree suits a reservation for a block of `count` frames: partly used ones of the class are best, so that
// whole trees stay free; entirely free ones suit every class; nearly full ones come last, since they don't last.
static inline uint32_t rank(const area *a, uint32_t tree, uint32_t frame_class, uint32_t count) {
  uint32_t word = peek_tree(a, tree);
  uint32_t free = tree_free(word);
  if (free < count || tree_is_reserved(word)) return RANK_NONE;
  uint32_t frames = frames_of(a, tree);
  if (free == frames) return RANK_FREE;
  if (action_for(a, frame_class, tree_class(word)) != LLFREE_ACTION_MATCH) return RANK_NONE;
  return free > frames >> 4 ? RANK_PARTLY : RANK_NEARLY_FULL;
}
