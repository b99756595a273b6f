// Making changes durable, for memories that outlive a power failure while the processor's caches don't. Truth is the bit
// field and the states HUGE and FREEING of the children; everything else is rebuilt. One rule is enough for all
// operations: before an operation returns, the bit field and the counter of every huge frame that it changed, or tried to,
// are flushed, and then one fence is passed. What was returned is durable, then; what was not is one operation in flight.
//
// Two things follow without further flushes. A huge block's rows are durable before its owner can give a part of it back,
// so a split (HUGE → 0) never uncovers clear bits. And whoever takes frames out of a huge frame that another worker is
// just giving back flushes that one's counter and bits along with its own.
//
// WebAssembly has no flush; an allocator that needs one is not opened there, and all of this is nothing.
#pragma once

#include "area.h"

#if defined(__wasm__)
ALWAYS_INLINE bool persists(const area *a) {
  (void)a;
  return false;
}
static inline void persist_flush(const area *a, uint32_t *words, uint32_t count) {
  (void)a;
  (void)words;
  (void)count;
}
static inline void persist_fence(const area *a) { (void)a; }
#else
#include "flush.h"
#include "prim.h"

ALWAYS_INLINE bool persists(const area *a) { return a->persist != LLFREE_PERSIST_NONE; }

static inline void persist_flush(const area *a, uint32_t *words, uint32_t count) {
  if (a->persist == LLFREE_PERSIST_FLUSH) {
    flush_range(words, (size_t)count * 4);
  } else {
    prim_msync(words, (size_t)count * 4);
  }
}

static inline void persist_fence(const area *a) {
  if (a->persist == LLFREE_PERSIST_FLUSH) flush_fence();
}
#endif

// Flushes the counter and the bit field of a huge frame, without a fence.
OUT_OF_LINE void flush_both(uint32_t *words, uint32_t slot, uint32_t child) {
  area a = area_of(words, slot);
  persist_flush(&a, &words[a.children_at + (child >> 1)], 1);
  persist_flush(&a, &words[a.bits_at + child * LLFREE_ROWS], LLFREE_ROWS);
}

ALWAYS_INLINE void flush_child(const area *a, uint32_t child) {
  if (UNLIKELY(persists(a))) flush_both(a->words, a->slot, child);
}

OUT_OF_LINE void flush_block(uint32_t *words, uint32_t slot, uint32_t frame, uint32_t order) {
  area a = area_of(words, slot);
  uint32_t child = frame >> LLFREE_CHILD_SHIFT;
  flush_child(&a, child);
  if (order == LLFREE_MAX_ORDER) flush_child(&a, child + 1);
  persist_fence(&a);
}

// An operation on this block ends.
ALWAYS_INLINE void persist_block(const area *a, uint32_t frame, uint32_t order) {
  if (UNLIKELY(persists(a))) flush_block(a->words, a->slot, frame, order);
}

// An operation ends that got nothing: what it undid was flushed there.
ALWAYS_INLINE void persist_undone(const area *a) {
  if (UNLIKELY(persists(a))) persist_fence(a);
}

// An operation on these single frames ends.
static inline void persist_frames(const area *a, const uint32_t *frames, uint32_t count) {
  if (!persists(a)) return;
  uint32_t flushed = LLFREE_MAX_FRAMES;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t child = frames[i] >> LLFREE_CHILD_SHIFT;
    if (child != flushed) flush_child(a, child);
    flushed = child;
  }
  persist_fence(a);
}
