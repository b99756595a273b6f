// The first half of a round: pages of the batch's runs are claimed and put into the hand, with a frame each. Entries stand in
// the hand before their page is claimed; frames stand in the hand before they are gone from their bundle:
//
//   entry    0          held             claiming
//            ┌──────────┬────────────────┬──────────
//            │ claimed, │ written down,  │
//            │ framed   │ maybe claimed  │
//            └──────────┴────────────────┴──────────
//
// So a worker that dies anywhere here leaves a hand that tells what has to be undone (recover.h).
#pragma once

#include "hand.h"
#include "shelf.h"

// Ends the run at the cursor with a status, and goes on to the next.
static inline void next_run(const area *a, uint32_t run, int32_t status) {
  if (status != 0 && run < a->command_count) word_store(&command_at(a, run)[EXMAP_COMMAND_STATUS], (uint32_t)status);
  set_own(a, EXMAP_INTERFACE_OFFSET, 0);
  set_own(a, EXMAP_INTERFACE_RUN, run + 1);
}

// How many pages of the hand can still be claimed, for an operation that gives frames to pages: 0 with an event, or more.
static inline uint32_t frames_ready(const area *a, uint32_t *event) {
  uint32_t ready = bundle_count(current_of(a));
  if (ready > 0) return ready;
  if (!next_bundle(a)) {
    *event = EXMAP_EVENT_NEED_FRAMES;
    return 0;
  }
  return bundle_count(current_of(a));
}

// The same for one that takes frames away: they all have to find room in one bundle.
static inline uint32_t room_ready(const area *a, uint32_t held, uint32_t *event) {
  uint32_t room = bundle_room(a, current_of(a));
  if (room > 0 || held > 0) return room - smaller(held, room);
  if (!make_room(a)) {
    *event = EXMAP_EVENT_GIVE_FRAMES;
    return 0;
  }
  return bundle_room(a, current_of(a));
}

// Claims pages from `page` on, at most `count`, which all fit; how many it claimed. `*found` is the obstacle, if any.
static inline uint32_t claim_run(const area *a, uint32_t op, uint32_t run, uint32_t page, uint32_t count, int32_t *found) {
  uint32_t held = own(a, EXMAP_INTERFACE_HELD);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t *entry = entry_at(a, held + i);
    word_poke(&entry[EXMAP_ENTRY_PAGE], page + i);
    word_poke(&entry[EXMAP_ENTRY_RUN], run);
    word_poke(&entry[EXMAP_ENTRY_STATUS], 0);
  }
  set_own(a, EXMAP_INTERFACE_CLAIMING, held + count);
  if (op == EXMAP_OP_WRITE) set_own(a, EXMAP_INTERFACE_WRITES, own(a, EXMAP_INTERFACE_WRITES) + 1);
  uint32_t claimed = 0;
  while (claimed < count) {
    *found = claim_page(a, op, entry_at(a, held + claimed));
    if (*found != 0) break;
    claimed++;
  }
  if (takes_frames(op)) {
    uint32_t *bundle = current_of(a);
    uint32_t first = bundle_first(bundle);
    for (uint32_t i = 0; i < claimed; i++) {
      word_poke(&entry_at(a, held + i)[EXMAP_ENTRY_FRAME], word_peek(&bundle_frames(bundle)[first + i]));
    }
    set_own(a, EXMAP_INTERFACE_HELD, held + claimed);
    set_fill(bundle, first + claimed, bundle_end(bundle));
  } else {
    set_own(a, EXMAP_INTERFACE_HELD, held + claimed);
  }
  set_own(a, EXMAP_INTERFACE_CLAIMING, held + claimed);
  return claimed;
}

// Single pages have their words anywhere in the table, and a compare-exchange waits for its word and lets nothing pass: so
// many runs ahead the processor is told which one it will be.
#define CLAIM_AHEAD 8u

static inline void fetch_ahead(const area *a, uint32_t run, uint32_t runs) {
  if (run + CLAIM_AHEAD >= runs) return;
  uint32_t page = word_peek(&command_at(a, run + CLAIM_AHEAD)[EXMAP_COMMAND_PAGE]);
  if (page < a->pages) __builtin_prefetch(&a->table[page], 1);
}

// Fills the hand from the batch's runs. EVENT_DONE: the hand is ready, or empty because the batch is at its end. Other
// events have to be dealt with before it is called again.
static inline uint32_t claim(const area *a) {
  uint32_t op = own(a, EXMAP_INTERFACE_OP), runs = own(a, EXMAP_INTERFACE_RUNS);
  uint32_t run, event = EXMAP_EVENT_DONE;
  while ((run = own(a, EXMAP_INTERFACE_RUN)) < runs) {
    const uint32_t *command = command_at(a, run);
    // Read once: the commands are in shared memory, and what was checked has to be what is used.
    uint32_t page = word_peek(&command[EXMAP_COMMAND_PAGE]), count = word_peek(&command[EXMAP_COMMAND_COUNT]);
    uint32_t offset = own(a, EXMAP_INTERFACE_OFFSET), held = own(a, EXMAP_INTERFACE_HELD);
    fetch_ahead(a, run, runs);
    if ((int32_t)word_peek(&command[EXMAP_COMMAND_STATUS]) != PARPEROS_PENDING) {
      next_run(a, run, 0);
      continue;
    }
    if (page >= a->pages || count > a->pages - page) {
      next_run(a, run, PARPEROS_BAD_PAGE);
      continue;
    }
    if (offset >= count) {
      // An empty run is done; any other one is when its last page is.
      if (count == 0) word_store(&command_at(a, run)[EXMAP_COMMAND_STATUS], 0);
      next_run(a, run, 0);
      continue;
    }
    if (held >= EXMAP_HAND_ENTRIES) break;
    uint32_t most = EXMAP_HAND_ENTRIES - held;
    if (takes_frames(op)) {
      if (bundle_count(current_of(a)) == 0) {
        // A page that cannot have a frame needs none.
        int32_t found = obstacle(a, op, word_peek(&a->table[page + offset]));
        if (found == PARPEROS_PAGE_BUSY && is_held(a, page + offset, held)) break;
        bool refused = found == 0 && own(a, EXMAP_INTERFACE_DRY) != 0 && !next_bundle(a);
        if (found != 0 || refused) {
          next_run(a, run, refused ? PARPEROS_OUT_OF_MEMORY : found);
          continue;
        }
      }
      most = smaller(most, frames_ready(a, &event));
    } else if (op == EXMAP_OP_FREE) {
      most = smaller(most, room_ready(a, held, &event));
    }
    if (most == 0) break;
    int32_t found = 0;
    uint32_t claimed = claim_run(a, op, run, page + offset, smaller(most, count - offset), &found);
    set_own(a, EXMAP_INTERFACE_OFFSET, offset + claimed);
    // A page of this very hand: first what came before is done, then it is looked at again.
    if (found == PARPEROS_PAGE_BUSY && held + claimed > 0 && is_held(a, page + offset + claimed, held + claimed)) break;
    if (found != 0) next_run(a, run, found);
  }
  return event;
}
