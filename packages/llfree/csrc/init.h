// The first state of an allocator: everything free, or everything allocated. The header has been written.
#pragma once

#include "row.h"
#include "tree.h"

static inline uint32_t child_state(const area *a, uint32_t child, bool allocated) {
  uint32_t frames = smaller(LLFREE_CHILD_FRAMES, a->frames - child * LLFREE_CHILD_FRAMES);
  if (!allocated) return frames;
  return frames == LLFREE_CHILD_FRAMES ? LLFREE_CHILD_HUGE : 0;
}

// Bits beyond the last frame are set for good.
static inline void close_end(const area *a) {
  for (uint32_t frame = a->frames; frame < a->children * LLFREE_CHILD_FRAMES; frame++) {
    a->words[a->bits_at + (frame >> LLFREE_ROW_SHIFT)] |= 1u << (frame & 31);
  }
}

static inline void init(const area *a, bool allocated) {
  uint32_t *words = a->words;
  for (uint32_t i = a->locals_at; i < a->trees_at; i++) words[i] = 0;
  uint32_t row = allocated ? ROW_FULL : 0;
  for (uint32_t i = 0; i < a->children * LLFREE_ROWS; i++) words[a->bits_at + i] = row;
  for (uint32_t child = 0; child < a->children; child += 2) {
    uint32_t second = child + 1 < a->children ? child_state(a, child + 1, allocated) : 0;
    words[a->children_at + (child >> 1)] = child_state(a, child, allocated) | second << 16;
  }
  for (uint32_t tree = 0; tree < a->trees; tree++) {
    *tree_word(a, tree) = resting_tree(a, tree, allocated ? 0 : frames_of(a, tree), a->default_class);
  }
  close_end(a);
}
