// The allocator in C: checks of arguments, then the algorithm of blocks.h under the lock. A lock that is abandoned makes
// every operation answer CORRUPT, and buddy_validate say why. Results below zero are statuses.
#pragma once

#include "init.h"
#include "lock.h"
#include "validate.h"

// 0, or the status of a block that cannot exist.
ALWAYS_INLINE int32_t misuse_of_block(const buddy *b, uint32_t frame, uint32_t order) {
  if (UNLIKELY(order > BUDDY_TOP_ORDER)) return PARPEROS_BAD_ORDER;
  if (UNLIKELY(frame >= b->frames)) return PARPEROS_BAD_FRAME;
  uint32_t size = 1u << order;
  if (UNLIKELY(frame & (size - 1))) return PARPEROS_UNALIGNED;
  return UNLIKELY(frame + size > b->frames) ? PARPEROS_BAD_FRAME : 0;
}

static inline void buddy_init(const buddy *b, bool allocated) {
  if (allocated) init_allocated(b);
  else init_free(b);
}

// The first frame of a block, or a status.
static inline int32_t buddy_get(const buddy *b, uint32_t order) {
  if (UNLIKELY(order > BUDDY_TOP_ORDER)) return PARPEROS_BAD_ORDER;
  uint32_t ticket = lock_acquire(b);
  if (UNLIKELY(ticket == LOCK_ABANDONED)) return PARPEROS_CORRUPT;
  int32_t frame = block_take(b, order);
  lock_release(b, ticket);
  return frame;
}

// 1 taken, 0 not free, or a status.
static inline int32_t buddy_get_at(const buddy *b, uint32_t frame, uint32_t order) {
  int32_t wrong = misuse_of_block(b, frame, order);
  if (wrong) return wrong;
  uint32_t ticket = lock_acquire(b);
  if (ticket == LOCK_ABANDONED) return PARPEROS_CORRUPT;
  int32_t taken = block_take_at(b, frame, order);
  lock_release(b, ticket);
  return taken;
}

// 0 or a status.
static inline int32_t buddy_put(const buddy *b, uint32_t frame, uint32_t order) {
  int32_t wrong = misuse_of_block(b, frame, order);
  if (UNLIKELY(wrong)) return wrong;
  uint32_t ticket = lock_acquire(b);
  if (UNLIKELY(ticket == LOCK_ABANDONED)) return PARPEROS_CORRUPT;
  int32_t result = block_give(b, frame, order);
  lock_release(b, ticket);
  return result;
}

// How many of the wanted blocks are handled under the next hold of the lock.
ALWAYS_INLINE uint32_t batch_end(uint32_t done, uint32_t count) {
  return count - done > BUDDY_BATCH_BLOCKS ? done + BUDDY_BATCH_BLOCKS : count;
}

// How many blocks were written to `into`, or a status when there was not even one.
static inline int32_t buddy_get_batch(const buddy *b, uint32_t order, uint32_t *into, uint32_t count) {
  if (order > BUDDY_TOP_ORDER) return PARPEROS_BAD_ORDER;
  uint32_t done = 0;
  while (done < count) {
    uint32_t end = batch_end(done, count);
    uint32_t ticket = lock_acquire(b);
    if (ticket == LOCK_ABANDONED) return done ? (int32_t)done : PARPEROS_CORRUPT;
    int32_t frame = 0;
    while (done < end && (frame = block_take(b, order)) >= 0) into[done++] = (uint32_t)frame;
    lock_release(b, ticket);
    if (frame < 0) return done ? (int32_t)done : frame;
  }
  return (int32_t)done;
}

// How many blocks were given back: it stops before the first bad one.
static inline int32_t buddy_put_batch(const buddy *b, uint32_t order, const uint32_t *frames, uint32_t count) {
  uint32_t done = 0;
  while (done < count) {
    uint32_t end = batch_end(done, count);
    uint32_t ticket = lock_acquire(b);
    if (ticket == LOCK_ABANDONED) break;
    while (done < end && misuse_of_block(b, frames[done], order) == 0 && block_give(b, frames[done], order) == 0) done++;
    lock_release(b, ticket);
    if (done < end) break;
  }
  return (int32_t)done;
}

// Writes [free frames, free huge frames].
static inline void buddy_stats(const buddy *b, uint32_t *into) {
  uint32_t ticket = lock_acquire(b);
  into[0] = b->words[BUDDY_FREE_WORD];
  into[1] = *list_count(b, BUDDY_HUGE_ORDER) + 2 * *list_count(b, BUDDY_TOP_ORDER);
  if (ticket != LOCK_ABANDONED) lock_release(b, ticket);
}

// The same for one block; 0 or a status.
static inline int32_t buddy_stats_at(const buddy *b, uint32_t frame, uint32_t order, uint32_t *into) {
  int32_t wrong = misuse_of_block(b, frame, order);
  if (wrong) return wrong;
  uint32_t ticket = lock_acquire(b);
  if (ticket == LOCK_ABANDONED) return PARPEROS_CORRUPT;
  into[0] = count_free(b, frame, order);
  into[1] = 0;
  uint32_t end = frame + (1u << order);
  for (uint32_t at = frame; at + HUGE_FRAMES <= end; at += HUGE_FRAMES) into[1] += all_free(b, at, BUDDY_HUGE_ORDER);
  lock_release(b, ticket);
  return 0;
}

// 0, or CORRUPT with [what, index, expected, found] written.
static inline int32_t buddy_validate(const buddy *b, uint32_t *into) {
  uint32_t ticket = lock_acquire(b);
  if (ticket == LOCK_ABANDONED) {
    uint32_t found = word_load(b->words + BUDDY_LOCK_WORD);
    report(into, BUDDY_PROBLEM_LOCK, BUDDY_LOCK_WORD, found & ~(uint32_t)BUDDY_LOCK_STATE_MASK, found);
    return PARPEROS_CORRUPT;
  }
  bool valid = is_valid(b, into);
  lock_release(b, ticket);
  return valid ? 0 : PARPEROS_CORRUPT;
}
