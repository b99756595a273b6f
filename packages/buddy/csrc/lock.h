// The lock: one word, drawn in src/layout.ts. Taking and releasing it are one atomic operation each while nobody waits.
// Who finds it held looks again a few times, then marks it as awaited and sleeps until the word changes; whoever releases
// an awaited lock wakes one sleeper. Sleeps are short, since a worker of another kind releases without waking us; and a
// word that stays the same over ten seconds of sleeps belongs to a worker that died inside: waiting then ends with
// LOCK_ABANDONED.
#pragma once

#include "parts.h"
#include "sleep.h"

// What lock_acquire returns instead of a ticket.
#define LOCK_ABANDONED 0xffffffffu

ALWAYS_INLINE bool lock_is_free(uint32_t seen) { return (seen & BUDDY_LOCK_STATE_MASK) == BUDDY_LOCK_FREE; }

// The free word after the release that ends the hold which `seen` begins.
ALWAYS_INLINE uint32_t lock_ticket(uint32_t seen) {
  return (seen & ~(uint32_t)BUDDY_LOCK_STATE_MASK) + BUDDY_LOCK_RELEASE;
}

// Lets time pass while the word stays the same.
static inline void lock_pause(uint32_t *word, uint32_t seen, bool may_sleep) {
  if (may_sleep) sleep_while(word, seen, BUDDY_LOCK_SLEEP_NS);
  else for (uint32_t look = 0; look < BUDDY_LOCK_LOOKS_PER_ROUND && word_load(word) == seen; look++) spin_hint();
}

static __attribute__((noinline)) uint32_t lock_acquire_held(const buddy *b) {
  uint32_t *word = b->words + BUDDY_LOCK_WORD;
  for (uint32_t spin = 0; spin < BUDDY_LOCK_SPINS; spin++) {
    uint32_t seen = word_load(word);
    if (lock_is_free(seen) && word_cas(word, &seen, seen | BUDDY_LOCK_HELD)) return lock_ticket(seen);
    spin_hint();
  }
  uint32_t rounds = 0;
  uint32_t before = word_load(word);
  while (rounds < BUDDY_LOCK_ROUNDS) {
    uint32_t seen = word_load(word);
    // Others may sleep beside us: a lock taken from here on is marked as awaited, so that its release wakes the next.
    uint32_t awaited = (seen & ~(uint32_t)BUDDY_LOCK_STATE_MASK) | BUDDY_LOCK_AWAITED;
    if (lock_is_free(seen)) {
      if (word_cas(word, &seen, awaited)) return lock_ticket(seen);
    } else if (seen == awaited || word_cas(word, &seen, awaited)) {
      rounds = awaited == before ? rounds + 1 : 0;
      before = awaited;
      lock_pause(word, awaited, b->may_sleep);
    }
  }
  return LOCK_ABANDONED;
}

// Takes the lock; the ticket that it returns is what lock_release puts back.
ALWAYS_INLINE uint32_t lock_acquire(const buddy *b) {
  uint32_t *word = b->words + BUDDY_LOCK_WORD;
  uint32_t seen = word_peek(word);
  if (LIKELY(lock_is_free(seen)) && LIKELY(word_cas(word, &seen, seen | BUDDY_LOCK_HELD))) return lock_ticket(seen);
  return lock_acquire_held(b);
}

// Gives the lock back and wakes one sleeper when there may be any.
ALWAYS_INLINE void lock_release(const buddy *b, uint32_t ticket) {
  uint32_t *word = b->words + BUDDY_LOCK_WORD;
  uint32_t state = word_exchange(word, ticket) & BUDDY_LOCK_STATE_MASK;
  if (UNLIKELY(state == BUDDY_LOCK_AWAITED)) wake_one(word);
}
