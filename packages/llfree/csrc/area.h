// One worker's view of an allocator: the shared words, where everything stands in them, and which slot this worker is.
// Made anew from the header for each call: the fields that a call needs stay in registers, and a core keeps no state.
#pragma once

#include "atomics.h"
#include "generated/layout.h"
#include "generated/status.h"

#define NONE (-1)
#define OUT_OF_LINE static __attribute__((noinline))

typedef struct {
  uint32_t *words;
  uint32_t frames, slots, classes, tree_shift, children, trees;
  uint32_t locals_at, trees_at, children_at, bits_at, default_class;
  uint32_t slot;
  // When changes are made durable: LLFREE_PERSIST_….
  uint32_t persist;
  // Bits of a local's count of free frames.
  uint32_t free_bits;
  // The word of this slot's ledger.
  uint32_t ledger_at;
} area;

// The line of the reservation of (slot, class).
ALWAYS_INLINE uint32_t local_at(const area *a, uint32_t slot, uint32_t frame_class) {
  return a->locals_at + (slot * a->classes + frame_class) * LLFREE_LOCAL_WORDS;
}

ALWAYS_INLINE area area_of(uint32_t *words, uint32_t slot) {
  area a = {.words = words,
            .frames = words[LLFREE_HEADER_FRAMES],
            .slots = words[LLFREE_HEADER_SLOTS],
            .classes = words[LLFREE_HEADER_CLASSES],
            .tree_shift = words[LLFREE_HEADER_TREE_SHIFT],
            .children = words[LLFREE_HEADER_CHILDREN],
            .trees = words[LLFREE_HEADER_TREES],
            .locals_at = words[LLFREE_HEADER_LOCALS_AT],
            .trees_at = words[LLFREE_HEADER_TREES_AT],
            .children_at = words[LLFREE_HEADER_CHILDREN_AT],
            .bits_at = words[LLFREE_HEADER_BITS_AT],
            .default_class = words[LLFREE_HEADER_DEFAULT_CLASS],
            .persist = words[LLFREE_HEADER_PERSIST],
            .slot = slot};
  a.free_bits = a.tree_shift + LLFREE_CHILD_SHIFT + 1;
  a.ledger_at = local_at(&a, slot, 0);
  return a;
}

ALWAYS_INLINE uint32_t smaller(uint32_t a, uint32_t b) { return a < b ? a : b; }

// How many huge frames a tree has; the last one may have fewer, one that does not exist has none.
ALWAYS_INLINE uint32_t children_of(const area *a, uint32_t tree) {
  uint32_t first = tree << a->tree_shift;
  return first < a->children ? smaller(1u << a->tree_shift, a->children - first) : 0;
}

// How many frames a tree has; the last one may have fewer.
ALWAYS_INLINE uint32_t frames_of(const area *a, uint32_t tree) {
  uint32_t shift = a->tree_shift + LLFREE_CHILD_SHIFT;
  return smaller(1u << shift, a->frames - (tree << shift));
}
