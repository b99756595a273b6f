// The second half of a round: what is in the hand is carried out. Every step looks at the page's word first, so that the
// whole can be done again from the start: after a stop for room, or by whoever takes over after the worker's death.
#pragma once

#include "hand.h"
#include "shelf.h"

// From here on the round is completed, whatever happens.
static inline void begin_finish(const area *a) {
  uint32_t op = own(a, EXMAP_INTERFACE_OP), held = own(a, EXMAP_INTERFACE_HELD);
  uint32_t resident = own(a, EXMAP_INTERFACE_RESIDENT);
  if (takes_frames(op)) resident += count_whole(a, held);
  if (op == EXMAP_OP_FREE) resident -= held;
  set_own(a, EXMAP_INTERFACE_RESIDENT_NEXT, resident);
  set_own(a, EXMAP_INTERFACE_PHASE, EXMAP_PHASE_FINISH);
}

// Entries from `first` on that are claimed and whole: up to which one.
static inline uint32_t end_of_whole(const area *a, uint32_t first, uint32_t held) {
  uint32_t end = first;
  while (end < held && !entry_failed(a, end) && is_claimed(a, entry_page(a, end))) end++;
  return end;
}

// Pages get their frames; what did not get its bytes gives its frame back. 0, or GIVE_FRAMES: there was no room for one.
static inline int32_t finish_taking(const area *a, uint32_t held) {
  tally done = {0};
  for (uint32_t i = 0; i < held;) {
    uint32_t end = end_of_whole(a, i, held);
    if (end > i) map_pages(a->space, entry_at(a, 0), held, i, end);
    for (; i < end; i++) {
      set_page(a, entry_page(a, i), word_of(a, entry_frame(a, i)));
      count_done(a, &done, i);
    }
    if (i == held) break;
    if (entry_failed(a, i) && is_claimed(a, entry_page(a, i))) {
      // It may have memory at its own address already, and a part of its bytes.
      unmap_pages(a->space, entry_at(a, i), 1);
      uint32_t frame = entry_frame(a, i);
      if (!bundle_has(current_of(a), frame, a->bundle_frames) && !give_frame(a, frame)) {
        tell_done(a, &done);
        return EXMAP_EVENT_GIVE_FRAMES;
      }
      set_page(a, entry_page(a, i), 0);
    }
    i++;
  }
  tell_done(a, &done);
  return 0;
}

// Frames go into the current bundle, all at once, the first page's to be taken first; then the pages have none. The room was
// there when they were claimed.
static inline int32_t finish_freeing(const area *a, uint32_t held) {
  uint32_t *bundle = current_of(a);
  if (!bundle_has(bundle, entry_frame(a, 0), held)) {
    uint32_t room = bundle_room(a, bundle);
    if (room < held) return PARPEROS_CORRUPT;
    unmap_pages(a->space, entry_at(a, 0), held);
    for (uint32_t i = 0; i < held; i++) word_poke(&bundle_frames(bundle)[room - held + i], entry_frame(a, i));
    set_fill(bundle, room - held, bundle_end(bundle));
  }
  tally done = {0};
  for (uint32_t i = 0; i < held; i++) {
    if (!is_claimed(a, entry_page(a, i))) continue;
    set_page(a, entry_page(a, i), 0);
    count_done(a, &done, i);
  }
  tell_done(a, &done);
  return 0;
}

// Pages are no longer being written.
static inline int32_t finish_writing(const area *a, uint32_t held) {
  tally done = {0};
  for (uint32_t i = 0; i < held; i++) {
    uint32_t page = entry_page(a, i), word = word_of(a, entry_frame(a, i));
    if (page >= a->pages || word_load(&a->table[page]) != (word | EXMAP_TABLE_WRITING)) continue;
    set_page(a, page, word);
    if (!entry_failed(a, i)) count_done(a, &done, i);
  }
  tell_done(a, &done);
  return 0;
}

// Carries out the hand. 0, GIVE_FRAMES (then once more), or CORRUPT.
static inline int32_t finish(const area *a) {
  uint32_t op = own(a, EXMAP_INTERFACE_OP), held = own(a, EXMAP_INTERFACE_HELD);
  int32_t stop = 0;
  if (op == EXMAP_OP_WRITE) stop = finish_writing(a, held);
  else if (held > 0) stop = op == EXMAP_OP_FREE ? finish_freeing(a, held) : finish_taking(a, held);
  if (stop == 0) empty_hand(a, own(a, EXMAP_INTERFACE_RESIDENT_NEXT));
  return stop;
}
