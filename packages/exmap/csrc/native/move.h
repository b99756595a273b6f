// The way 'move': neighbouring pages with neighbouring frames move in one system call. What stands in the way of a move is
// what somebody's access to a page that has no frame left there: it is dropped, and the move repeated. What cannot be moved
// at all (a page that the kernel is using) is copied.
#pragma once

#include "space.h"

#include <errno.h>
#include <string.h>

// How often a move is tried again before the page is copied: others may be at the same page tables, or keep reading there.
#define MOVE_TRIES 1000u

static inline void drop(uint8_t *address, size_t bytes) {
  prim_range range = {address, bytes};
  prim_advise(&range, PRIM_DROP);
}

// One page, without moving it. `keep`: its bytes are wanted.
static inline void replace_page(uint8_t *to, uint8_t *from, bool keep) {
  if (keep) memcpy(to, from, PAGE_BYTES);
  drop(from, PAGE_BYTES);
}

// Moves `bytes` from one place to another; afterwards nothing is at the first. `keep`: what is there is wanted.
static inline void move_run(const space *s, uint8_t *to, uint8_t *from, size_t bytes, bool keep) {
  uint32_t tries = 0;
  while (bytes > 0) {
    size_t moved = 0;
    int error = prim_move(s->mover, to, from, bytes, &moved);
    if (moved == 0 && error != 0) {
      if (error == EEXIST && tries < MOVE_TRIES) drop(to, PAGE_BYTES);
      if ((error == EEXIST || error == EAGAIN || error == EINTR) && tries++ < MOVE_TRIES) continue;
      replace_page(to, from, keep);
      moved = PAGE_BYTES;
    }
    tries = 0;
    to += moved;
    from += moved;
    bytes -= moved;
  }
}

// Huge pages move as one when their place has no page table of its own: an empty one is given back by dropping all of it.
static inline void clear_way(uint8_t *to, size_t bytes) {
  uintptr_t first = ((uintptr_t)to + HUGE_BYTES - 1) & ~(uintptr_t)(HUGE_BYTES - 1);
  uintptr_t end = ((uintptr_t)to + bytes) & ~(uintptr_t)(HUGE_BYTES - 1);
  if (end > first) drop((uint8_t *)first, end - first);
}

static inline void move_entries(const space *s, const uint32_t *entries, uint32_t count, bool in) {
  for (uint32_t i = 0; i < count;) {
    const uint32_t *entry = entries + i * EXMAP_ENTRY_WORDS;
    uint32_t page = word_peek(&entry[EXMAP_ENTRY_PAGE]), frame = word_peek(&entry[EXMAP_ENTRY_FRAME]);
    uint32_t run = run_length(entry, count - i, page, frame);
    i += run;
    if (!is_inside(s, page, frame, run)) continue;
    uint8_t *to = in ? page_address(s, page) : frame_address(s, frame);
    uint8_t *from = in ? frame_address(s, frame) : page_address(s, page);
    size_t bytes = (size_t)run << PAGE_SHIFT;
    if (s->huge && run >= HUGE_PAGES) clear_way(to, bytes);
    move_run(s, to, from, bytes, in);
  }
}
