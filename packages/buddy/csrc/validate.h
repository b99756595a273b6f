// Checks every invariant, under the lock: what the bits say decides where free blocks must start and of which order they
// must be (the largest that fit, since buddies merge at once); the entries of the orders must say exactly that, and the
// lists, the counts and the number of free frames must agree with it. A problem is written as [what, index, expected,
// found].
#pragma once

#include "blocks.h"

static inline bool report(uint32_t *into, uint32_t what, uint32_t index, uint32_t expected, uint32_t found) {
  into[0] = what;
  into[1] = index;
  into[2] = expected;
  into[3] = found;
  return false;
}

// Fresh blocks are whole ones, and nothing has been written for them.
static inline bool fresh_is_valid(const buddy *b, uint32_t *into) {
  uint32_t end = top_end(b);
  uint32_t fresh = b->words[BUDDY_FRESH_WORD];
  uint32_t whole = fresh & ~(TOP_FRAMES - 1);
  if (whole > end) whole = end;
  if (fresh != whole) return report(into, BUDDY_PROBLEM_FRESH, BUDDY_FRESH_WORD, whole, fresh);
  for (uint32_t frame = fresh; frame < end; frame += 32) {
    uint32_t found = *block_bits(b, frame);
    if (found) return report(into, BUDDY_PROBLEM_BITS, frame, 0, found);
  }
  for (uint32_t frame = fresh; frame < end; frame += 16) {
    uint32_t found = b->words[b->orders + frame / 16];
    if (found) return report(into, BUDDY_PROBLEM_ORDER, frame, 0, found);
  }
  return true;
}

// Bits of frames that do not exist are 0.
static inline bool end_is_valid(const buddy *b, uint32_t *into) {
  uint32_t over = b->frames & 31;
  if (over == 0) return true;
  uint32_t found = *block_bits(b, b->frames);
  uint32_t expected = found & ((1u << over) - 1);
  return found == expected || report(into, BUDDY_PROBLEM_BITS, b->frames - over, expected, found);
}

// The entry that the pair at `frame`, where no larger free block is under way, must have.
static inline uint32_t wanted_entry(const buddy *b, uint32_t frame) {
  bool is_first_free = all_free(b, frame, 0);
  bool is_second_free = frame + 1 < b->frames && all_free(b, frame + 1, 0);
  if (!is_first_free || !is_second_free) return is_first_free || is_second_free ? 1 : 0;
  uint32_t order = 1;
  while (order < BUDDY_TOP_ORDER && is_block(b, frame, order + 1) && all_free(b, frame, order + 1)) order++;
  return order + 1;
}

// Compares the entries of `frames` frames from `frame` on with what the first of them must be; the others must be 0.
static inline bool entries_are_valid(const buddy *b, uint32_t frame, uint32_t frames, uint32_t entry, uint32_t *into) {
  for (uint32_t at = frame; at < frame + frames; at += 2) {
    uint32_t wanted = at == frame ? entry : 0;
    uint32_t found = order_entry(b, at);
    if (found != wanted) return report(into, BUDDY_PROBLEM_ORDER, at, wanted, found);
  }
  return true;
}

// Compares each pair's entry with what the bits demand; counts the free blocks of each order into `seen`.
static inline bool blocks_are_valid(const buddy *b, uint32_t *seen, uint32_t *into) {
  uint32_t fresh = b->words[BUDDY_FRESH_WORD];
  uint32_t frame = 0;
  while (frame < b->frames) {
    if (frame == fresh) {
      frame = top_end(b);
      seen[BUDDY_TOP_ORDER] += (frame - fresh) / TOP_FRAMES;
      if (frame == b->frames) break;
    }
    if (frame % 32 == 0 && *block_bits(b, frame) == ALL_BITS) {
      const uint32_t *entries = b->words + b->orders + frame / 16;
      if (entries[0]) return report(into, BUDDY_PROBLEM_ORDER, frame, 0, entries[0]);
      if (entries[1]) return report(into, BUDDY_PROBLEM_ORDER, frame + 16, 0, entries[1]);
      frame += 32;
      continue;
    }
    uint32_t entry = wanted_entry(b, frame);
    uint32_t frames = entry < 2 ? 2 : 1u << (entry - 1);
    if (!entries_are_valid(b, frame, frames, entry, into)) return false;
    if (entry) seen[entry - 1]++;
    frame += frames;
  }
  return true;
}

// Walks a list that must have `wanted` blocks: every block's entry names this order, every backward link leads back.
static inline bool list_is_valid(const buddy *b, uint32_t order, uint32_t wanted, uint32_t *into) {
  uint32_t count = 0;
  uint32_t previous = 0;
  uint32_t link = *list_head(b, order);
  while (link) {
    uint32_t frame = link - 1;
    if (link > b->frames || order_entry(b, frame) != order + 1 || !all_free(b, frame, 0)) {
      return report(into, BUDDY_PROBLEM_LIST, order, wanted, count);
    }
    uint32_t back = list_links(b, frame)[1];
    if (back != previous) return report(into, BUDDY_PROBLEM_LINK, frame, previous, back);
    count++;
    previous = link;
    link = list_links(b, frame)[0];
  }
  return count == wanted || report(into, BUDDY_PROBLEM_LIST, order, wanted, count);
}

static inline bool lists_are_valid(const buddy *b, const uint32_t *seen, uint32_t *into) {
  uint32_t fresh = (top_end(b) - b->words[BUDDY_FRESH_WORD]) / TOP_FRAMES;
  for (uint32_t order = 0; order <= BUDDY_TOP_ORDER; order++) {
    uint32_t wanted = order == BUDDY_TOP_ORDER ? seen[order] - fresh : seen[order];
    if (!list_is_valid(b, order, wanted, into)) return false;
    uint32_t counted = *list_count(b, order);
    if (counted != seen[order]) return report(into, BUDDY_PROBLEM_COUNT, order, seen[order], counted);
  }
  return true;
}

static inline bool free_is_valid(const buddy *b, const uint32_t *seen, uint32_t *into) {
  uint32_t free = 0;
  for (uint32_t order = 0; order <= BUDDY_TOP_ORDER; order++) free += seen[order] << order;
  uint32_t found = b->words[BUDDY_FREE_WORD];
  return found == free || report(into, BUDDY_PROBLEM_FREE, BUDDY_FREE_WORD, free, found);
}

// True, or false with the problem written.
static inline bool is_valid(const buddy *b, uint32_t *into) {
  uint32_t seen[BUDDY_TOP_ORDER + 1];
  for (uint32_t order = 0; order <= BUDDY_TOP_ORDER; order++) seen[order] = 0;
  return fresh_is_valid(b, into) && end_is_valid(b, into) && blocks_are_valid(b, seen, into) &&
         lists_are_valid(b, seen, into) && free_is_valid(b, seen, into);
}
