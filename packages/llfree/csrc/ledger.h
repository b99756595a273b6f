// Ledgers: how "out of memory" is made a true answer. While a worker moves frames between counters, or has taken counters
// for a block that it then does not find, those frames are free but nobody else can see them. So each slot has two words
// that only its worker writes, on a cache line of its own:
//
//   pending   1 while frames are in its hands
//   moves     counts what it gave back: blocks, and frames that were moved
//
// A search that found nothing is believed only if no other slot was pending after it and no slot's moves changed since
// before it, its own among them: it notes where it lost a race. Otherwise it is repeated. A worker that died with frames in its hands stays pending until its slot is
// taken over; the number of repetitions has an end, so it can cost time but not progress.
//
// Writing them is cheap: they are plain stores beside compare-exchanges, which order them. Reading them costs, but only
// a search that has failed does that.
#pragma once

#include "area.h"

// From now on frames may be in this worker's hands.
ALWAYS_INLINE void begin_move(const area *a) { word_poke(&a->words[a->ledger_at + LLFREE_LOCAL_PENDING], 1); }

// Frames were given back, or moved.
ALWAYS_INLINE void note_move(const area *a) {
  uint32_t *moves = &a->words[a->ledger_at + LLFREE_LOCAL_MOVES];
  word_release(moves, word_peek(moves) + 1);
}

// They are allocated, or where others see them again; `moved` when it is the latter.
ALWAYS_INLINE void end_move(const area *a, bool moved) {
  if (moved) note_move(a);
  word_release(&a->words[a->ledger_at + LLFREE_LOCAL_PENDING], 0);
}

// The sum of all slots' moves: each only grows, so the same sum says that none of them changed.
static inline uint32_t all_moves(const area *a) {
  uint32_t sum = 0;
  for (uint32_t slot = 0; slot < a->slots; slot++) sum += word_load(&a->words[local_at(a, slot, 0) + LLFREE_LOCAL_MOVES]);
  return sum;
}

// Whether frames moved while a search went on whose start saw `before`: then it has to be repeated. Waits a moment for
// workers that have frames in their hands.
static inline bool moved_since(const area *a, uint32_t before) {
  // Adding nothing is a full barrier: the plain reads of the search come before the reads of the ledgers.
  word_add(&a->words[a->ledger_at + LLFREE_LOCAL_MOVES], 0);
  for (uint32_t slot = 0; slot < a->slots; slot++) {
    if (slot == a->slot) continue;
    const uint32_t *pending = &a->words[local_at(a, slot, 0) + LLFREE_LOCAL_PENDING];
    for (uint32_t reads = 0; word_load(pending) != 0; reads++) {
      if (reads == LLFREE_SETTLE_READS) return true;
      spin_hint();
    }
  }
  return all_moves(a) != before;
}
