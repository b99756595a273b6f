// ExMap in C: the batches of one attached worker (Leis et al., "Virtual-Memory Assisted Buffer Management", SIGMOD'23), on
// the words that the TypeScript core works on too, step for step the same, but that it tells once for several pages that they
// are done. `words` is the area's Region, `slot` the worker's, `space` what the mapping hook keeps for it (map.h; include one
// of its bodies before this file).
//
// A core cannot call the allocator and does no I/O: it stops, JavaScript does that, and the core goes on.
//
//   exmap_recover    at attach, before anything else. EVENT_GIVE_FRAMES: see below, then again.
//   exmap_begin      a batch of `runs` commands, whose pages and counts are written; the lock is the caller's affair.
//   exmap_step       goes on with it, and stops with an event:
//                      EVENT_DONE         the batch is done; done and status stand in its commands.
//                      EVENT_NEED_FRAMES  the current bundle is empty: fill it; when the allocator has none, gather; and when
//                                         there are none either, set DRY.
//                      EVENT_GIVE_FRAMES  the spare bundle is to give all its frames back to the allocator.
//                      EVENT_FILL         the hand's pages wait for their transfer (OP_READ from the file, OP_CLEAR with
//                                         zeros, OP_WRITE to the file): entries 0 … HELD − 1. What fails gets a status in
//                                         its entry, all later entries of the same run too, and that run's command.
//                    Negative: CORRUPT.
//   exmap_next_bundle  the current bundle is empty: 1 when another one with frames is the current one now.
//   exmap_gather     the allocator has no frames: 1 when other workers' idle ones are on the shelf now.
//   exmap_ready      after the lock was taken: the slot has its bundles again.
//   exmap_leave      gives the slot's bundles to nobody; the hand is empty.
#pragma once

#include "claim.h"
#include "finish.h"
#include "gather.h"
#include "recover.h"

static inline void exmap_begin(uint32_t *words, uint32_t slot, uint32_t op, uint32_t runs) {
  area a = area_of(words, slot, NULL);
  runs = smaller(runs, a.command_count);
  for (uint32_t i = 0; i < runs; i++) {
    word_poke(&command_at(&a, i)[EXMAP_COMMAND_DONE], 0);
    word_poke(&command_at(&a, i)[EXMAP_COMMAND_STATUS], (uint32_t)PARPEROS_PENDING);
  }
  set_own(&a, EXMAP_INTERFACE_OP, op);
  set_own(&a, EXMAP_INTERFACE_RUNS, runs);
  set_own(&a, EXMAP_INTERFACE_RUN, 0);
  set_own(&a, EXMAP_INTERFACE_OFFSET, 0);
  set_own(&a, EXMAP_INTERFACE_DRY, 0);
}

// Whether the hand has to be filled or emptied by somebody else before it is carried out.
static inline bool needs_transfer(const area *a, uint32_t held) {
  uint32_t op = own(a, EXMAP_INTERFACE_OP);
  if (op == EXMAP_OP_CLEAR) return !clear_frames(a->space, entry_at(a, 0), held);
  return op == EXMAP_OP_READ || op == EXMAP_OP_WRITE;
}

static inline int32_t exmap_step(uint32_t *words, uint32_t slot, space *space) {
  area a = area_of(words, slot, space);
  if (!has_bundles(&a) || own(&a, EXMAP_INTERFACE_HELD) > EXMAP_HAND_ENTRIES) return PARPEROS_CORRUPT;
  for (;;) {
    if (own(&a, EXMAP_INTERFACE_PHASE) == EXMAP_PHASE_CLAIM) {
      uint32_t event = claim(&a);
      if (event != EXMAP_EVENT_DONE) return (int32_t)event;
      uint32_t held = own(&a, EXMAP_INTERFACE_HELD);
      if (held == 0) {
        set_own(&a, EXMAP_INTERFACE_OP, EXMAP_OP_NONE);
        return EXMAP_EVENT_DONE;
      }
      uint32_t op = own(&a, EXMAP_INTERFACE_OP);
      if (takes_frames(op)) arrange_frames(a.space, entry_at(&a, 0), held, op == EXMAP_OP_READ);
      if (needs_transfer(&a, held)) {
        set_own(&a, EXMAP_INTERFACE_PHASE, EXMAP_PHASE_FILL);
        return EXMAP_EVENT_FILL;
      }
    }
    if (own(&a, EXMAP_INTERFACE_PHASE) != EXMAP_PHASE_FINISH) begin_finish(&a);
    int32_t stop = finish(&a);
    if (stop != 0) return stop;
    set_own(&a, EXMAP_INTERFACE_DRY, 0);
  }
}

static inline int32_t exmap_recover(uint32_t *words, uint32_t slot, space *space) {
  area a = area_of(words, slot, space);
  return recover(&a);
}

static inline uint32_t exmap_next_bundle(uint32_t *words, uint32_t slot) {
  area a = area_of(words, slot, NULL);
  return has_bundles(&a) && next_bundle(&a);
}

static inline uint32_t exmap_gather(uint32_t *words, uint32_t slot, space *space) {
  area a = area_of(words, slot, space);
  return gather(&a);
}

static inline void exmap_ready(uint32_t *words, uint32_t slot) {
  area a = area_of(words, slot, NULL);
  ready(&a);
}

static inline void exmap_leave(uint32_t *words, uint32_t slot) {
  area a = area_of(words, slot, NULL);
  leave(&a);
}
