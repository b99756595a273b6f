// The same advice for the pages of many entries: neighbouring pages are one range, many ranges one system call. Pages that are
// dropped need not even be neighbours where nobody else can give those between them a frame: a range costs more than a hundred
// pages of it that are not there.
#pragma once

#include "space.h"

#include <errno.h>

// Ranges of a call; the kernel takes twice as many.
#define ADVISED_RANGES 512u

static inline void advise_each(const prim_range *ranges, uint32_t count, prim_advice advice) {
  for (uint32_t i = 0; i < count; i++) prim_advise(&ranges[i], advice);
}

// What the kernel does not do for many at once it does for each; what it refuses then stays undone.
static inline void advise_ranges(const space *s, prim_range *ranges, uint32_t count, prim_advice advice) {
  uint32_t first = 0;
  while (s->self >= 0 && count - first > 1) {
    size_t done = 0;
    int error = prim_advise_many(s->self, ranges + first, count - first, advice, &done);
    if (error == EINTR || error == EAGAIN) continue;
    if (done == 0) break;
    while (first < count && done >= ranges[first].bytes) done -= ranges[first++].bytes;
    if (first == count) return;
    ranges[first].address += done;
    ranges[first].bytes -= done;
  }
  advise_each(ranges + first, count - first, advice);
}

// The largest gap of a range, in pages.
#define MOST_GAP 256u

// Whether no page from `from` on, up to `to`, has a frame. Only this worker writes the table, so that it is read as plain
// memory, many words at a time.
static inline bool are_absent(const space *s, const uint8_t *from, const uint8_t *to) {
  size_t end = (size_t)(to - s->area) >> PAGE_SHIFT;
  uint32_t words = 0;
  for (size_t page = (size_t)(from - s->area) >> PAGE_SHIFT; page < end; page++) words |= s->table[page];
  return words == 0;
}

// Whether what lies between a range and an address may be advised with them.
static inline bool is_joined(const space *s, bool sweeps, const prim_range *range, const uint8_t *address) {
  const uint8_t *end = range->address + range->bytes;
  if (address == end) return true;
  // A range over all of a page table's pages makes the kernel give the table back, and the next fault has to make it anew.
  if (!sweeps || (((uintptr_t)end - 1) ^ (uintptr_t)address) >= HUGE_BYTES) return false;
  return address > end && (size_t)(address - end) <= MOST_GAP * PAGE_BYTES && are_absent(s, end, address);
}

// Advises the pages of all entries, or their frames.
static inline void advise_entries(const space *s, const uint32_t *entries, uint32_t count, bool frames, prim_advice advice) {
  prim_range ranges[ADVISED_RANGES];
  bool sweeps = s->alone && !frames && advice == PRIM_DROP;
  uint32_t used = 0;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t number = word_peek(&entries[i * EXMAP_ENTRY_WORDS + (frames ? EXMAP_ENTRY_FRAME : EXMAP_ENTRY_PAGE)]);
    if (number >= (frames ? s->frames : s->pages)) continue;
    uint8_t *address = frames ? frame_address(s, number) : page_address(s, number);
    if (used > 0 && is_joined(s, sweeps, &ranges[used - 1], address)) {
      ranges[used - 1].bytes = (size_t)(address + PAGE_BYTES - ranges[used - 1].address);
      continue;
    }
    if (used == ADVISED_RANGES) {
      advise_ranges(s, ranges, used, advice);
      used = 0;
    }
    ranges[used++] = (prim_range){address, PAGE_BYTES};
  }
  if (used > 0) advise_ranges(s, ranges, used, advice);
}

static inline void advise_pages(const space *s, const uint32_t *entries, uint32_t count, prim_advice advice) {
  advise_entries(s, entries, count, false, advice);
}

// Gives a page memory of its own: what it holds is anything. A write to it faults it in, which for private memory is quicker
// than to ask for many pages. To place a page of zeros needs no exception and is quicker still, but only where one worker does
// it: the mover's lock is the process's.
static inline void touch_page(const space *s, uint8_t *address) {
  static const uint8_t zeros[PAGE_BYTES];
  bool placed = s->way == WAY_MOVE && s->alone && prim_place(s->mover, address, zeros, PAGE_BYTES) == 0;
  if (!placed) *(volatile uint8_t *)address = 0;
}

static inline void touch_pages(const space *s, const uint32_t *entries, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    uint32_t page = word_peek(&entries[i * EXMAP_ENTRY_WORDS + EXMAP_ENTRY_PAGE]);
    if (page < s->pages) touch_page(s, page_address(s, page));
  }
}
