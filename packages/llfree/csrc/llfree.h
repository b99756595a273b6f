// LLFree in C: the operations of one attached worker (Wrenger et al., "LLFree: Scalable and Optionally-Persistent
// Page-Frame Allocation", USENIX ATC'23), on the words that the TypeScript core works on too, step for step the same.
// `words` is the allocator's Region, `slot` the worker's. Results below zero are statuses.
#pragma once

#include "batch.h"
#include "init.h"
#include "place.h"
#include "recover.h"
#include "steal.h"
#include "validate.h"

static inline int32_t search_all(const area *a, uint32_t at, uint32_t order, uint32_t frame_class) {
  sync_local(a, at);
  int32_t frame = reserve(a, at, order, frame_class);
  if (frame == NONE) frame = steal(a, at, order, frame_class);
  return frame == NONE ? demote(a, at, order, frame_class) : frame;
}

// The own reservation had nothing: search everywhere until something is found or nothing moved during a whole search.
OUT_OF_LINE int32_t get_slow(uint32_t *words, uint32_t slot, uint32_t at, uint32_t order, uint32_t frame_class) {
  area a = area_of(words, slot);
  for (uint32_t search = 0; search < LLFREE_MAX_SEARCHES; search++) {
    uint32_t before = all_moves(&a);
    int32_t frame = search_all(&a, at, order, frame_class);
    if (frame >= 0) persist_block(&a, (uint32_t)frame, order);
    if (frame != NONE) return frame;
    if (!moved_since(&a, before)) break;
  }
  persist_undone(&a);
  return PARPEROS_OUT_OF_MEMORY;
}

// The class of a request, or BAD_CLASS; −1 asks for the policy's.
ALWAYS_INLINE int32_t requested_class(const area *a, uint32_t order, int32_t frame_class) {
  if (frame_class == -1) return (int32_t)class_of_order(a, order);
  return (uint32_t)frame_class < a->classes ? frame_class : PARPEROS_BAD_CLASS;
}

ALWAYS_INLINE int32_t llfree_get_in(const area *a, uint32_t order, int32_t frame_class) {
  if (order > LLFREE_MAX_ORDER) return PARPEROS_BAD_ORDER;
  int32_t requested = requested_class(a, order, frame_class);
  if (requested < 0) return requested;
  uint32_t at = local_at(a, a->slot, (uint32_t)requested);
  int32_t frame = get_near(a, at, order);
  if (UNLIKELY(frame < 0)) return frame == NONE ? get_slow(a->words, a->slot, at, order, (uint32_t)requested) : frame;
  set_hint(a, at, order, (uint32_t)frame);
  persist_block(a, (uint32_t)frame, order);
  return frame;
}

ALWAYS_INLINE int32_t llfree_get(uint32_t *words, uint32_t slot, uint32_t order, int32_t frame_class) {
  area a = area_of(words, slot);
  return llfree_get_in(&a, order, frame_class);
}

// 0, or what is wrong with a block.
ALWAYS_INLINE int32_t check_block(const area *a, uint32_t frame, uint32_t order) {
  if (order > LLFREE_MAX_ORDER) return PARPEROS_BAD_ORDER;
  uint32_t count = 1u << order;
  // Written so that nothing overflows 32 bits.
  if (frame >= a->frames || count > a->frames - frame) return PARPEROS_BAD_FRAME;
  return (frame & (count - 1)) == 0 ? 0 : PARPEROS_UNALIGNED;
}

OUT_OF_LINE void count_elsewhere(uint32_t *words, uint32_t slot, uint32_t tree, uint32_t count) {
  area a = area_of(words, slot);
  uint32_t held = tree_class(peek_tree(&a, tree));
  // A damaged tree can have a class for which there is no reservation.
  if (held >= a.classes || !give_to_local(&a, local_at(&a, slot, held), tree, count)) give_to_tree(&a, tree, count);
}

// Counts frames that were given back: in the own reservation when it holds their tree, else in the tree.
ALWAYS_INLINE void count_given(const area *a, uint32_t frame, uint32_t order, uint32_t count) {
  uint32_t tree = frame >> (a->tree_shift + LLFREE_CHILD_SHIFT);
  // Most often it is the reservation of the order's own class: no need to look what class the tree has.
  uint32_t at = local_at(a, a->slot, class_of_order(a, order));
  if (!give_to_local(a, at, tree, count)) count_elsewhere(a->words, a->slot, tree, count);
}

ALWAYS_INLINE int32_t llfree_put_in(const area *a, uint32_t frame, uint32_t order) {
  int32_t misuse = check_block(a, frame, order);
  if (misuse < 0) return misuse;
  begin_move(a);
  int32_t given = put_block(a, frame, order);
  if (given > 0) count_given(a, frame, order, (uint32_t)given);
  end_move(a, given > 0);
  if (given > 0) persist_block(a, frame, order);
  if (given < 0) return given;
  return given == 1 << order ? 0 : PARPEROS_NOT_ALLOCATED;
}

ALWAYS_INLINE int32_t llfree_put(uint32_t *words, uint32_t slot, uint32_t frame, uint32_t order) {
  area a = area_of(words, slot);
  return llfree_put_in(&a, frame, order);
}

// 1 taken, 0 not free, or a status.
static inline int32_t llfree_get_at(uint32_t *words, uint32_t slot, uint32_t frame, uint32_t order,
                                    int32_t frame_class) {
  area a = area_of(words, slot);
  int32_t misuse = check_block(&a, frame, order);
  if (misuse < 0) return misuse;
  int32_t requested = requested_class(&a, order, frame_class);
  if (requested < 0) return requested;
  for (uint32_t tries = 0; tries < LLFREE_MAX_SEARCHES; tries++) {
    uint32_t before = all_moves(&a);
    int32_t taken = get_at(&a, frame, order, (uint32_t)requested);
    if (taken == 1) persist_block(&a, frame, order);
    if (taken != 0) return taken;
    if (!moved_since(&a, before)) break;
  }
  persist_undone(&a);
  return 0;
}

// How many blocks it wrote to `into`, or a status when the very first fails.
static inline int32_t llfree_get_batch(uint32_t *words, uint32_t slot, uint32_t order, uint32_t *into, uint32_t length,
                                       int32_t frame_class) {
  area a = area_of(words, slot);
  if (order > LLFREE_MAX_ORDER) return PARPEROS_BAD_ORDER;
  int32_t requested = requested_class(&a, order, frame_class);
  if (requested < 0) return requested;
  uint32_t at = local_at(&a, slot, (uint32_t)requested);
  uint32_t count = 0;
  while (count < length) {
    if (order == 0 && count + 1 < length) {
      int32_t many = get_many_near(&a, at, into + count, length - count);
      if (many < 0) return many;
      persist_frames(&a, into + count, (uint32_t)many);
      count += (uint32_t)many;
      if (count == length) break;
    }
    // The huge frame is used up (or the order is another one): a single get finds the next.
    int32_t frame = llfree_get_in(&a, order, frame_class);
    if (frame < 0) return count > 0 ? (int32_t)count : frame;
    into[count++] = (uint32_t)frame;
  }
  return (int32_t)count;
}

// Gives back and counts the frames that share a row with `first`: how many, 0 when that cannot be, or a status.
static inline int32_t put_and_count_row(const area *a, uint32_t first, const uint32_t *frames, uint32_t length) {
  begin_move(a);
  uint32_t given = put_row(a, first, frames, length);
  bool counted = given > 0 && give_to_child(a, first >> LLFREE_CHILD_SHIFT, given);
  if (counted) count_given(a, first, 0, given);
  end_move(a, given > 0);
  if (given > 0) persist_block(a, first, 0);
  return given > 0 && !counted ? PARPEROS_CORRUPT : (int32_t)given;
}

// How many blocks it gave back: it stops before the first bad one.
static inline uint32_t llfree_put_batch(uint32_t *words, uint32_t slot, uint32_t order, const uint32_t *frames,
                                        uint32_t length) {
  area a = area_of(words, slot);
  uint32_t done = 0;
  while (done < length) {
    // Read once: another worker may be writing the array, and what was checked has to be what is used.
    uint32_t first = word_peek(&frames[done]);
    int32_t given = order == 0 ? put_and_count_row(&a, first, frames + done, length - done) : 0;
    if (given < 0 || (given == 0 && llfree_put_in(&a, first, order) < 0)) return done;
    done += given == 0 ? 1 : (uint32_t)given;
  }
  return done;
}

static inline int32_t llfree_stats_at(uint32_t *words, uint32_t slot, uint32_t frame, uint32_t order, uint32_t *into) {
  area a = area_of(words, slot);
  int32_t misuse = check_block(&a, frame, order);
  if (misuse == 0) stats_at(&a, frame, order, into);
  return misuse;
}
