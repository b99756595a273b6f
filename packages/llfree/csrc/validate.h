// Checking every invariant, while no operation runs. The order of problems is that of `problems` in src/header.ts.
#pragma once

#include "bitfield.h"
#include "stats.h"

#define PROBLEM_CHILD 0
#define PROBLEM_TREE_FREE 1
#define PROBLEM_TREE_RESERVED 2
#define PROBLEM_TREE_CLASS 3
#define PROBLEM_LOCAL_TREE 4

static inline int32_t report(uint32_t *into, uint32_t problem, uint32_t index, uint32_t expected, uint32_t found) {
  into[0] = problem;
  into[1] = index;
  into[2] = expected;
  into[3] = found;
  return PARPEROS_CORRUPT;
}

// Each counter is the number of clear bits, or the huge frame is allocated as a whole and every bit is set.
static inline int32_t validate_children(const area *a, uint32_t *into) {
  for (uint32_t child = 0; child < a->children; child++) {
    uint32_t found = peek_child(a, child);
    uint32_t free = LLFREE_CHILD_FRAMES;
    for (uint32_t i = 0; i < LLFREE_ROWS; i++) free -= ones(word_peek(&a->words[a->bits_at + child * LLFREE_ROWS + i]));
    uint32_t expected = found == LLFREE_CHILD_HUGE && free == 0 ? LLFREE_CHILD_HUGE : free;
    if (found != expected) return report(into, PROBLEM_CHILD, child, expected, found);
  }
  // Bits beyond the last frame are set for good; otherwise they could be handed out.
  uint32_t clear = 0;
  for (uint32_t frame = a->frames; frame < a->children * LLFREE_CHILD_FRAMES; frame++) {
    if (((word_peek(&a->words[a->bits_at + (frame >> LLFREE_ROW_SHIFT)]) >> (frame & 31)) & 1) == 0) clear++;
  }
  uint32_t last = a->children - 1;
  uint32_t free = peek_child(a, last);
  return clear == 0 ? 0 : report(into, PROBLEM_CHILD, last, free - clear, free);
}

// Each reservation is of a tree that exists and is held by nobody else.
static inline int32_t validate_locals(const area *a, uint32_t *into) {
  for (uint32_t local = 0; local < a->slots * a->classes; local++) {
    uint32_t word = peek_local(a, a->locals_at + local * LLFREE_LOCAL_WORDS);
    if (is_present(word) && local_tree(a, word) >= a->trees) {
      return report(into, PROBLEM_LOCAL_TREE, local, a->trees - 1, local_tree(a, word));
    }
  }
  return 0;
}

// Each tree's counter and the reservation that holds it have together what the children have.
static inline int32_t validate_trees(const area *a, uint32_t *into) {
  for (uint32_t tree = 0; tree < a->trees; tree++) {
    uint32_t word = peek_tree(a, tree);
    uint32_t holders = 0;
    uint32_t reserved = 0;
    for (uint32_t local = 0; local < a->slots * a->classes; local++) {
      uint32_t held = peek_local(a, a->locals_at + local * LLFREE_LOCAL_WORDS);
      if (!is_present(held) || local_tree(a, held) != tree) continue;
      holders++;
      reserved += local_free(a, held);
    }
    uint32_t counts[2];
    uint32_t first = tree << a->tree_shift;
    child_stats(a, first, first + children_of(a, tree), counts);
    uint32_t flag = tree_is_reserved(word) ? 1 : 0;
    if (holders != flag) return report(into, PROBLEM_TREE_RESERVED, tree, flag, holders);
    if (tree_class(word) >= a->classes) {
      return report(into, PROBLEM_TREE_CLASS, tree, a->classes - 1, tree_class(word));
    }
    uint32_t found = tree_free(word) + reserved;
    if (found != counts[0]) return report(into, PROBLEM_TREE_FREE, tree, counts[0], found);
  }
  return 0;
}

// 0, or CORRUPT with [problem, index, expected, found] of the first one.
static inline int32_t validate(const area *a, uint32_t *into) {
  int32_t result = validate_children(a, into);
  if (result == 0) result = validate_locals(a, into);
  return result == 0 ? validate_trees(a, into) : result;
}
