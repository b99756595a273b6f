// One allocator as the algorithm sees it: its words, where its parts are (the arithmetic of src/layout.ts), and what its
// worker may do. The indexes follow from the number of frames that was checked when the worker attached, never from words
// that others can change.
#pragma once

#include "atomics.h"

#include "generated/layout.h"
#include "generated/status.h"

#define TOP_FRAMES (1u << BUDDY_TOP_ORDER)
#define HUGE_FRAMES (1u << BUDDY_HUGE_ORDER)

typedef struct {
  uint32_t *words;
  uint32_t frames;
  uint32_t bits;
  uint32_t orders;
  uint32_t links;
  // Whether this thread may sleep while it waits for the lock; a browser's main thread may not.
  bool may_sleep;
} buddy;

ALWAYS_INLINE uint32_t in_lines(uint32_t words) {
  return (words + BUDDY_LINE_WORDS - 1) / BUDDY_LINE_WORDS * BUDDY_LINE_WORDS;
}

// Where `links` end and the owners of slots start, which the C core never touches.
ALWAYS_INLINE uint32_t parts_end(const buddy *b) { return b->links + in_lines((b->frames + 1) / 2 * 2); }

ALWAYS_INLINE buddy buddy_at(uint32_t *words, uint32_t frames, bool may_sleep) {
  buddy b = {.words = words, .frames = frames, .may_sleep = may_sleep};
  b.bits = BUDDY_PARTS_WORD;
  b.orders = b.bits + in_lines((frames + 31) / 32);
  b.links = b.orders + in_lines((frames + 15) / 16);
  return b;
}
