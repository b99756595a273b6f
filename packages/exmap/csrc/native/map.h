// The hook of the core (../map.h) for areas whose pages have addresses: what each way does with a hand.
#pragma once

#include "../map.h"

#include "advise.h"
#include "move.h"
#include "sort.h"

// Frames ascend with their entries afterwards, and where that is asked for pages do.
static inline void sort_hand(uint32_t *entries, uint32_t count, bool by_page) {
  if (run_length(entries, count, entries[EXMAP_ENTRY_PAGE], entries[EXMAP_ENTRY_FRAME]) == count) return;
  if (by_page) sort_pages(entries, count);
  sort_frames(entries, count);
}

// Pages get memory of their own here, or from a transfer (transfer.h).
static inline void arrange_frames(space *s, uint32_t *entries, uint32_t count, bool filled) {
  switch (s->way) {
    case WAY_MOVE:
      sort_hand(entries, count, true);
      if (!is_in_place(s, entries, count)) break;
      // A frame's memory is at one place only: in the pool, or at its page.
      advise_entries(s, entries, count, true, PRIM_DROP);
      if (!filled) touch_pages(s, entries, count);
      break;
    case WAY_MADVISE:
      if (!filled) touch_pages(s, entries, count);
      break;
    // Where there is no memory left a touch would kill.
    case WAY_MEMFD: advise_pages(s, entries, count, PRIM_POPULATE); break;
    default: break;
  }
}

static inline bool clear_frames(space *s, const uint32_t *entries, uint32_t count) {
  if (s->way == WAY_MEMFD) {
    // What somebody wrote there before goes; and where there is no memory left a write would kill.
    advise_pages(s, entries, count, PRIM_PUNCH);
    advise_pages(s, entries, count, PRIM_POPULATE);
    return true;
  }
  bool in_place = is_in_place(s, entries, count);
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t *entry = entries + i * EXMAP_ENTRY_WORDS;
    uint32_t page = word_peek(&entry[EXMAP_ENTRY_PAGE]), frame = word_peek(&entry[EXMAP_ENTRY_FRAME]);
    // A page that has just been faulted in is full of zeros, unless somebody wrote to it while it had no frame.
    if (is_inside(s, page, frame, 1)) memset(incoming_address(s, in_place, page, frame), 0, PAGE_BYTES);
  }
  return true;
}

static inline void map_pages(space *s, const uint32_t *hand, uint32_t held, uint32_t first, uint32_t end) {
  if (s->way != WAY_MOVE || is_in_place(s, hand, held)) return;
  move_entries(s, hand + first * EXMAP_ENTRY_WORDS, end - first, true);
}

static inline void unmap_pages(space *s, uint32_t *entries, uint32_t count) {
  switch (s->way) {
    case WAY_MOVE:
      // In ascending order more of them are dropped at once; and mostly they got their frames in that order, too.
      sort_hand(entries, count, s->alone);
      if (is_in_place(s, entries, count)) advise_pages(s, entries, count, PRIM_DROP);
      else move_entries(s, entries, count, false);
      break;
    case WAY_MADVISE:
      if (s->alone) sort_pages(entries, count);
      advise_pages(s, entries, count, PRIM_DROP);
      break;
    case WAY_MEMFD: advise_pages(s, entries, count, PRIM_PUNCH); break;
    default: break;
  }
}
