// The lower allocator: blocks inside one tree. What it changes, children and bit fields, is the truth about what is
// allocated; the counters above only say where to look. All of it is called with frames of the tree already claimed from
// a local or the tree's counter, so that for a single frame it cannot fail.
#pragma once

#include "bitfield.h"
#include "child.h"
#include "ledger.h"
#include "persist.h"

ALWAYS_INLINE uint32_t field_at(const area *a, uint32_t child) { return a->bits_at + child * LLFREE_ROWS; }

ALWAYS_INLINE int32_t frame_at(uint32_t child, int32_t position) {
  return position < 0 ? PARPEROS_CORRUPT : (int32_t)(child << LLFREE_CHILD_SHIFT) + position;
}

// Going through the huge frames of a tree from the fullest to the freest: the key of the first behind `previous` (NONE:
// the very first) that has `least` to `most` free frames, or NONE. A key orders by free frames, then by place.
static inline int32_t next_child(const area *a, uint32_t tree, uint32_t least, uint32_t most, int32_t previous) {
  uint32_t first = tree << a->tree_shift;
  uint32_t children = children_of(a, tree);
  int32_t next = NONE;
  for (uint32_t i = 0; i < children; i++) {
    uint32_t free = peek_child(a, first + i);
    int32_t key = (int32_t)(free << LLFREE_MAX_TREE_SHIFT | i);
    if (free >= least && free <= most && key > previous && (next < 0 || key < next)) next = key;
  }
  return next;
}

ALWAYS_INLINE uint32_t child_of(const area *a, uint32_t tree, int32_t key) {
  return (tree << a->tree_shift) + ((uint32_t)key & ((1u << LLFREE_MAX_TREE_SHIFT) - 1));
}

// The fullest huge frame of the tree that has a free frame, so that others stay whole; NONE for none.
static inline int32_t pick_child(const area *a, uint32_t tree) {
  int32_t key = next_child(a, tree, 1, LLFREE_CHILD_FRAMES, NONE);
  return key < 0 ? NONE : (int32_t)child_of(a, tree, key);
}

OUT_OF_LINE int32_t get_one_elsewhere(uint32_t *words, uint32_t slot, uint32_t tree) {
  area a = area_of(words, slot);
  for (uint32_t pass = 0; pass < LLFREE_MAX_PASSES; pass++) {
    int32_t child = pick_child(&a, tree);
    if (child < 0 || !take_from_child(&a, (uint32_t)child, 1)) continue;
    return frame_at((uint32_t)child, take_one(words, field_at(&a, (uint32_t)child), 0));
  }
  return PARPEROS_CORRUPT;
}

// Takes one frame of `tree`, from the row of `hint` on. Its number; CORRUPT when counters and bits disagree.
ALWAYS_INLINE int32_t get_one(const area *a, uint32_t tree, uint32_t hint) {
  uint32_t near = hint >> LLFREE_CHILD_SHIFT;
  // The hinted huge frame first: usually that is all.
  if (LIKELY(near >> a->tree_shift == tree && take_from_child(a, near, 1))) {
    return frame_at(near, take_one(a->words, field_at(a, near), (hint >> LLFREE_ROW_SHIFT) & ROW_MASK));
  }
  return get_one_elsewhere(a->words, a->slot, tree);
}

// Whether a free aligned block is to be seen in a huge frame with at most `most` free frames: CHILD_PART leaves out those
// that are whole. A plain look, so that little is undone.
static inline bool child_sees(const area *a, uint32_t child, uint32_t order, uint32_t most) {
  uint32_t free = peek_child(a, child);
  if (free > most || free > LLFREE_CHILD_FRAMES) return false;
  if (order <= LLFREE_FIELD_ORDER) {
    return free >= 1u << order && (order == 0 || has_block(a->words, field_at(a, child), order));
  }
  if (free != LLFREE_CHILD_FRAMES) return false;
  return order == LLFREE_HUGE_ORDER || ((child & 1) == 0 && peek_child(a, child + 1) == LLFREE_CHILD_FRAMES);
}

// The same for a tree.
static inline bool sees_block(const area *a, uint32_t tree, uint32_t order, uint32_t most) {
  uint32_t first = tree << a->tree_shift;
  uint32_t end = first + children_of(a, tree);
  for (uint32_t child = first; child < end; child++) {
    if (child_sees(a, child, order, most)) return true;
  }
  return false;
}

// From entirely free to HUGE is the step that takes; the rows are filled afterwards, when nobody else may touch them.
static inline bool take_huge(const area *a, uint32_t child, uint32_t order) {
  if (order == LLFREE_HUGE_ORDER) {
    if (!change_child(a, child, LLFREE_CHILD_FRAMES, LLFREE_CHILD_HUGE)) return false;
  } else {
    if (!change_pair(a, child, LLFREE_CHILD_FRAMES, LLFREE_CHILD_HUGE)) return false;
    fill(a->words, field_at(a, child + 1), ROW_FULL);
  }
  fill(a->words, field_at(a, child), ROW_FULL);
  return true;
}

static inline int32_t get_huge(const area *a, uint32_t tree, uint32_t order) {
  uint32_t first = tree << a->tree_shift;
  uint32_t end = first + children_of(a, tree);
  uint32_t step = order - LLFREE_FIELD_ORDER;
  for (uint32_t child = first; child < end; child += step) {
    if (take_huge(a, child, order)) return (int32_t)(child << LLFREE_CHILD_SHIFT);
  }
  return NONE;
}

static inline int32_t get_in_child(const area *a, uint32_t child, uint32_t order, uint32_t row) {
  uint32_t at = field_at(a, child);
  uint32_t count = 1u << order;
  if (peek_child(a, child) < count || !has_block(a->words, at, order)) return NONE;
  if (!take_from_child(a, child, count)) return NONE;
  int32_t position = take_block(a->words, at, order, row);
  // Others may have seen as taken what was only claimed, or filled and emptied again on the way.
  if (position < 0 || order > LLFREE_ROW_ORDER) note_move(a);
  if (position >= 0) return (int32_t)(child << LLFREE_CHILD_SHIFT) + position;
  bool given = give_to_child(a, child, count);
  flush_child(a, child);
  return given ? NONE : PARPEROS_CORRUPT;
}

// Takes a block of order 1 … 10 in `tree`, near `hint`, in a huge frame with at most `most` free frames. Its first frame,
// NONE when there is none, or a status.
static inline int32_t get_block(const area *a, uint32_t tree, uint32_t order, uint32_t hint, uint32_t most) {
  if (order > LLFREE_FIELD_ORDER) return get_huge(a, tree, order);
  uint32_t near = hint >> LLFREE_CHILD_SHIFT;
  if (near >> a->tree_shift == tree && child_sees(a, near, order, most)) {
    int32_t frame = get_in_child(a, near, order, (hint >> LLFREE_ROW_SHIFT) & ROW_MASK);
    if (frame != NONE) return frame;
  }
  int32_t key = NONE;
  while ((key = next_child(a, tree, 1u << order, most, key)) >= 0) {
    int32_t frame = get_in_child(a, child_of(a, tree, key), order, 0);
    if (frame != NONE) return frame;
  }
  return NONE;
}

// Takes exactly this block: 1 taken, 0 not free, or a status. Its frames have been claimed from the tree.
static inline int32_t get_at_place(const area *a, uint32_t frame, uint32_t order) {
  uint32_t child = frame >> LLFREE_CHILD_SHIFT;
  if (order > LLFREE_FIELD_ORDER) return take_huge(a, child, order);
  uint32_t count = 1u << order;
  if (!take_from_child(a, child, count)) return 0;
  if (take_at(a->words, field_at(a, child), frame & (LLFREE_CHILD_FRAMES - 1), order)) return 1;
  bool given = give_to_child(a, child, count);
  flush_child(a, child);
  return given ? 0 : PARPEROS_CORRUPT;
}

static inline int32_t put_huge(const area *a, uint32_t child) {
  // FREEING keeps others out while the rows are cleared: a second put of the same block finds nothing to give back.
  if (change_child(a, child, LLFREE_CHILD_HUGE, LLFREE_CHILD_FREEING)) {
    fill(a->words, field_at(a, child), 0);
    return change_child(a, child, LLFREE_CHILD_FREEING, LLFREE_CHILD_FRAMES) ? LLFREE_CHILD_FRAMES : PARPEROS_CORRUPT;
  }
  // Not one block, but perhaps every frame of it is allocated.
  if (peek_child(a, child) != 0) return 0;
  uint32_t given = give(a->words, field_at(a, child), 0, LLFREE_HUGE_ORDER);
  return given == 0 || give_to_child(a, child, given) ? (int32_t)given : PARPEROS_CORRUPT;
}

// Whether every frame of a huge frame is allocated, as one block or in parts.
static inline bool is_full(const area *a, uint32_t child) {
  uint32_t free = peek_child(a, child);
  return free == LLFREE_CHILD_HUGE || (free == 0 && rows_are(a->words, field_at(a, child), LLFREE_ROWS, ROW_FULL));
}

static inline int32_t put_pair(const area *a, uint32_t child) {
  if (change_pair(a, child, LLFREE_CHILD_HUGE, LLFREE_CHILD_FREEING)) {
    fill(a->words, field_at(a, child), 0);
    fill(a->words, field_at(a, child + 1), 0);
    return change_pair(a, child, LLFREE_CHILD_FREEING, LLFREE_CHILD_FRAMES) ? 2 * LLFREE_CHILD_FRAMES
                                                                           : PARPEROS_CORRUPT;
  }
  if (!is_full(a, child) || !is_full(a, child + 1)) return 0;
  int32_t first = put_huge(a, child);
  if (first != LLFREE_CHILD_FRAMES) return first;
  int32_t second = put_huge(a, child + 1);
  return second < 0 ? first : first + second;
}

// Part of a huge block is given back: from now on it is allocated frame by frame. Its rows are full already, so that this
// is one step, and it does not matter which of several workers makes it. False when it is being given back as a whole.
static inline bool split(const area *a, uint32_t child) {
  return change_child(a, child, LLFREE_CHILD_HUGE, 0) || peek_child(a, child) <= LLFREE_CHILD_FRAMES;
}

// Gives back a block of order 0 … 10: how many frames became free, which is all of them or 0; less than all says misuse
// by two workers at once (bitfield.h, give). A negative number is a status.
ALWAYS_INLINE int32_t put_block(const area *a, uint32_t frame, uint32_t order) {
  uint32_t child = frame >> LLFREE_CHILD_SHIFT;
  if (order == LLFREE_MAX_ORDER) return put_pair(a, child);
  if (order == LLFREE_HUGE_ORDER) return put_huge(a, child);
  if (UNLIKELY(peek_child(a, child) > LLFREE_CHILD_FRAMES) && !split(a, child)) return 0;
  uint32_t at = field_at(a, child);
  uint32_t position = frame & (LLFREE_CHILD_FRAMES - 1);
  uint32_t given = order == 0 ? give_one(a->words, at, position) : give(a->words, at, position, order);
  return given == 0 || give_to_child(a, child, given) ? (int32_t)given : PARPEROS_CORRUPT;
}
