// Trees: how many frames of a run of huge frames are free and not part of a reservation, the class of what is allocated
// in it, and whether a local has it reserved. A tree's counter and the local that holds it are taken from before the
// children, and given to after them: together they never exceed what the children have.
#pragma once

#include "area.h"

ALWAYS_INLINE uint32_t tree_free(uint32_t word) { return word & LLFREE_TREE_FREE_MASK; }
ALWAYS_INLINE uint32_t tree_class(uint32_t word) { return (word >> LLFREE_TREE_CLASS_SHIFT) & LLFREE_TREE_CLASS_MASK; }
ALWAYS_INLINE bool tree_is_reserved(uint32_t word) { return (word & LLFREE_TREE_RESERVED) != 0; }

ALWAYS_INLINE uint32_t compose_tree(uint32_t free, uint32_t frame_class, uint32_t reserved) {
  return free | frame_class << LLFREE_TREE_CLASS_SHIFT | reserved;
}

ALWAYS_INLINE uint32_t *tree_word(const area *a, uint32_t tree) { return &a->words[a->trees_at + tree]; }
ALWAYS_INLINE uint32_t peek_tree(const area *a, uint32_t tree) { return word_peek(tree_word(a, tree)); }

// The state of a tree that nobody has reserved: entirely free, it has the default class.
ALWAYS_INLINE uint32_t resting_tree(const area *a, uint32_t tree, uint32_t free, uint32_t frame_class) {
  return compose_tree(free, free == frames_of(a, tree) ? a->default_class : frame_class, 0);
}

// Takes `count` frames from a tree's counter, reserved or not; false when there are fewer. An entirely free tree becomes
// one of `frame_class`.
static inline bool take_from_tree(const area *a, uint32_t tree, uint32_t count, uint32_t frame_class) {
  uint32_t word = peek_tree(a, tree);
  for (;;) {
    uint32_t free = tree_free(word);
    if (free < count) return false;
    bool fresh = free == frames_of(a, tree) && !tree_is_reserved(word);
    uint32_t next = fresh ? compose_tree(free - count, frame_class, 0) : word - count;
    if (word_cas(tree_word(a, tree), &word, next)) return true;
  }
}

// Gives `count` frames to a tree's counter.
static inline void give_to_tree(const area *a, uint32_t tree, uint32_t count) {
  uint32_t word = peek_tree(a, tree);
  for (;;) {
    uint32_t next = tree_is_reserved(word) ? word + count
                                           : resting_tree(a, tree, tree_free(word) + count, tree_class(word));
    if (word_cas(tree_word(a, tree), &word, next)) return;
  }
}

// Reserves the tree if it still is `word`: its free frames are the caller's then, its class is `frame_class`.
static inline bool reserve_tree(const area *a, uint32_t tree, uint32_t word, uint32_t frame_class) {
  return word_cas(tree_word(a, tree), &word, compose_tree(0, frame_class, LLFREE_TREE_RESERVED));
}

// Takes all frames that others gave back into a reserved tree; returns how many.
static inline uint32_t take_given_back(const area *a, uint32_t tree) {
  uint32_t word = peek_tree(a, tree);
  for (;;) {
    uint32_t free = tree_free(word);
    if (free == 0) return 0;
    if (word_cas(tree_word(a, tree), &word, word - free)) return free;
  }
}

// Ends a reservation, giving back the frames that it still had.
static inline void unreserve_tree(const area *a, uint32_t tree, uint32_t count) {
  uint32_t word = peek_tree(a, tree);
  for (;;) {
    uint32_t next = resting_tree(a, tree, tree_free(word) + count, tree_class(word));
    if (word_cas(tree_word(a, tree), &word, next)) return;
  }
}
