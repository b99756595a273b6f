// The hand: the pages of a batch that are in transit, with their frames. It stands in shared memory, so that a worker's
// death leaves nothing that nobody knows of.
#pragma once

#include "table.h"

// Whether a page that is claimed is so for one of the first `count` entries.
static inline bool is_held(const area *a, uint32_t page, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    if (word_peek(&entry_at(a, i)[EXMAP_ENTRY_PAGE]) == page) return true;
  }
  return false;
}

// The page of an entry, its frame, and whether its bytes did not come.
ALWAYS_INLINE uint32_t entry_page(const area *a, uint32_t index) { return word_peek(&entry_at(a, index)[EXMAP_ENTRY_PAGE]); }
ALWAYS_INLINE uint32_t entry_frame(const area *a, uint32_t index) { return word_peek(&entry_at(a, index)[EXMAP_ENTRY_FRAME]); }
ALWAYS_INLINE bool entry_failed(const area *a, uint32_t index) {
  return word_peek(&entry_at(a, index)[EXMAP_ENTRY_STATUS]) != 0;
}

// Pages of a command that are done and not yet told.
typedef struct {
  uint32_t run, pages;
} tally;

// Tells them: with its last page a command is done.
static inline void tell_done(const area *a, tally *t) {
  if (t->pages == 0 || t->run >= a->command_count) return;
  uint32_t *command = command_at(a, t->run);
  uint32_t done = word_peek(&command[EXMAP_COMMAND_DONE]) + t->pages;
  word_poke(&command[EXMAP_COMMAND_DONE], done);
  if (done == word_peek(&command[EXMAP_COMMAND_COUNT])) word_store(&command[EXMAP_COMMAND_STATUS], 0);
}

// One more page of an entry's command is done. It is told with those after it.
ALWAYS_INLINE void count_done(const area *a, tally *t, uint32_t index) {
  uint32_t run = word_peek(&entry_at(a, index)[EXMAP_ENTRY_RUN]);
  if (run != t->run) {
    tell_done(a, t);
    *t = (tally){.run = run};
  }
  t->pages++;
}

// How many of the hand's entries are to be carried out.
static inline uint32_t count_whole(const area *a, uint32_t held) {
  uint32_t whole = 0;
  for (uint32_t i = 0; i < held; i++) whole += !entry_failed(a, i);
  return whole;
}

// The hand is empty again, and the slot's count of pages is what it had to become.
static inline void empty_hand(const area *a, uint32_t resident) {
  set_own(a, EXMAP_INTERFACE_RESIDENT, resident);
  set_own(a, EXMAP_INTERFACE_PHASE, EXMAP_PHASE_CLAIM);
  set_own(a, EXMAP_INTERFACE_HELD, 0);
  set_own(a, EXMAP_INTERFACE_CLAIMING, 0);
}
