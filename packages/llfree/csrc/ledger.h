// Ledgers: how "out of memory" is made a true answer. While a worker moves frames between counters, or has taken counters
// for a block that it then does not find, those frames are free but nobody else can see them. So each slot has a word
// that only its worker writes, on a cache line of its own:
//
//   ledger   31 ‥ 1                                      0
//           ┌───────────────────────────────────────────┬─────────┐
//           │moves: what it gave back or moved, counted │ pending │   pending while frames are in its hands
//           └───────────────────────────────────────────┴─────────┘
//
// A search that found nothing is believed only if no other slot was pending after it and no slot's moves changed since
// before it, its own among them: it notes where it lost a race. Otherwise it is repeated. A worker that died with frames
// in its hands stays pending until its slot is taken over; the number of repetitions has an end, so it can cost time but
// not progress.
//
// Writing it is cheap: plain stores beside compare-exchanges, which order them. Reading the ledgers of all costs, but only
// a search that has failed does that.
#pragma once

#include "area.h"

ALWAYS_INLINE uint32_t *ledger_of(const area *a, uint32_t slot) {
  return &a->words[local_at(a, slot, 0) + LLFREE_LOCAL_LEDGER];
}

// From now on frames may be in this worker's hands.
ALWAYS_INLINE void begin_move(const area *a) {
  uint32_t *ledger = ledger_of(a, a->slot);
  word_poke(ledger, word_peek(ledger) | LLFREE_LEDGER_PENDING);
}

// They are allocated, or where others see them again; `moved` when it is the latter.
ALWAYS_INLINE void end_move(const area *a, bool moved) {
  uint32_t *ledger = ledger_of(a, a->slot);
  word_release(ledger, (word_peek(ledger) & ~(uint32_t)LLFREE_LEDGER_PENDING) + (moved ? LLFREE_LEDGER_MOVE : 0));
}

// Frames were given back, or moved.
ALWAYS_INLINE void note_move(const area *a) {
  uint32_t *ledger = ledger_of(a, a->slot);
  word_release(ledger, word_peek(ledger) + LLFREE_LEDGER_MOVE);
}

// The sum of all slots' moves: each only grows, so the same sum says that none of them changed.
static inline uint32_t all_moves(const area *a) {
  uint32_t sum = 0;
  for (uint32_t slot = 0; slot < a->slots; slot++) {
    sum += word_load(ledger_of(a, slot)) & ~(uint32_t)LLFREE_LEDGER_PENDING;
  }
  return sum;
}

// Whether frames moved while a search went on whose start saw `before`: then it has to be repeated. Waits a moment for
// workers that have frames in their hands.
static inline bool moved_since(const area *a, uint32_t before) {
  // Adding nothing is a full barrier: the plain reads of the search come before the reads of the ledgers.
  word_add(ledger_of(a, a->slot), 0);
  for (uint32_t slot = 0; slot < a->slots; slot++) {
    if (slot == a->slot) continue;
    const uint32_t *ledger = ledger_of(a, slot);
    for (uint32_t reads = 0; (word_load(ledger) & LLFREE_LEDGER_PENDING) != 0; reads++) {
      if (reads == LLFREE_SETTLE_READS) return true;
      spin_hint();
    }
  }
  return all_moves(a) != before;
}
