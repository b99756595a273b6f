// The hook of the core (../map.h) for areas whose pages have addresses: what each way does with a hand.
#pragma once

#include "../map.h"

#include "advise.h"
#include "move.h"
#include "sort.h"

static inline void arrange_frames(space *s, uint32_t *entries, uint32_t count) {
  switch (s->way) {
    case WAY_MOVE:
      sort_pages(entries, count);
      sort_frames(entries, count);
      break;
    case WAY_MADVISE:
    case WAY_MEMFD:
      // Now, so that a transfer finds the pages there and does not fault at each of them.
      advise_pages(s, entries, count, PRIM_POPULATE);
      break;
    default: break;
  }
}

static inline bool clear_frames(space *s, const uint32_t *entries, uint32_t count) {
  // Pages that have just been faulted in are full of zeros.
  if (s->way == WAY_MADVISE || s->way == WAY_MEMFD) return true;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t frame = word_peek(&entries[i * EXMAP_ENTRY_WORDS + EXMAP_ENTRY_FRAME]);
    if (is_inside(s, 0, frame, 1)) memset(frame_address(s, frame), 0, PAGE_BYTES);
  }
  return true;
}

static inline void map_pages(space *s, const uint32_t *entries, uint32_t count) {
  if (s->way == WAY_MOVE) move_entries(s, entries, count, true);
}

static inline void unmap_pages(space *s, uint32_t *entries, uint32_t count) {
  switch (s->way) {
    case WAY_MOVE:
      sort_frames(entries, count);
      move_entries(s, entries, count, false);
      break;
    case WAY_MADVISE: advise_pages(s, entries, count, PRIM_DROP); break;
    case WAY_MEMFD: advise_pages(s, entries, count, PRIM_PUNCH); break;
    default: break;
  }
}
