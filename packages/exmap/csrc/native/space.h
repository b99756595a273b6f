// The address space of an area, where a page has an address of its own: page n is at area + n · 4096. How the operating
// system puts a frame's bytes there is its way:
//
//   move      the page tables' entries move between the area and the pool (UFFDIO_MOVE): nothing is copied, cleared or given
//             back to the system. Both have to be private anonymous memory, as the memory of SharedArrayBuffers and
//             WebAssembly memories is.
//   madvise   a page is faulted in at its address and dropped again; frames are numbers that limit how many there are
//   memfd     the same in a file without a name, which other processes map too
//   table     not at all: a page's bytes are where its frame is, and the page table tells which that is
//
// The descriptors that this needs belong to the process, not to an area: a range of memory takes part in one mover only, and
// a pool can have several areas. They are opened once, and live as long as the process.
#pragma once

#include "atomics.h"
#include "prim.h"

#include "../generated/layout.h"

#define PAGE_SHIFT 12
#define PAGE_BYTES ((size_t)1 << PAGE_SHIFT)
#define HUGE_PAGES 512u
#define HUGE_BYTES (HUGE_PAGES << PAGE_SHIFT)

// The last is a wish only.
typedef enum way { WAY_TABLE, WAY_MOVE, WAY_MADVISE, WAY_MEMFD, WAY_BEST } way;

typedef struct space space;

struct space {
  way way;
  // Whether frames may lie in huge pages; whether hands of scattered pages are carried out in place where runs move.
  bool huge, singles;
  // Whether the area has a single slot, so that no page gets a frame but by this worker; and the page table, to look at then.
  bool alone;
  const uint32_t *table;
  uint8_t *area, *pool;
  // Numbers in shared memory are checked against these before they become addresses.
  uint64_t pages, frames;
  // Descriptors; `self` is −1 where many ranges cannot be advised at once.
  int mover, self;
};

ALWAYS_INLINE uint8_t *page_address(const space *s, uint32_t page) { return s->area + ((size_t)page << PAGE_SHIFT); }
ALWAYS_INLINE uint8_t *frame_address(const space *s, uint32_t frame) { return s->pool + ((size_t)frame << PAGE_SHIFT); }

ALWAYS_INLINE bool is_inside(const space *s, uint32_t page, uint32_t frame, uint32_t count) {
  return (uint64_t)page + count <= s->pages && (uint64_t)frame + count <= s->frames;
}

// How many entries from the first on have neighbouring pages and frames.
static inline uint32_t run_length(const uint32_t *entries, uint32_t count, uint32_t page, uint32_t frame) {
  uint32_t n = 1;
  while (n < count && entries[n * EXMAP_ENTRY_WORDS + EXMAP_ENTRY_PAGE] == page + n &&
         entries[n * EXMAP_ENTRY_WORDS + EXMAP_ENTRY_FRAME] == frame + n) {
    n++;
  }
  return n;
}

// Whether most runs of neighbours are single pages. A move of one costs a system call, and for each processor that runs a
// thread of this process an interrupt, which a call for many pages needs once.
static inline bool is_scattered(const uint32_t *entries, uint32_t count) {
  uint32_t runs = 0;
  // Until what is left could not make up for it.
  for (uint32_t i = 0; i < count && 2 * (runs + count - i) > count; runs++) {
    const uint32_t *entry = entries + i * EXMAP_ENTRY_WORDS;
    i += run_length(entry, count - i, word_peek(&entry[EXMAP_ENTRY_PAGE]), word_peek(&entry[EXMAP_ENTRY_FRAME]));
  }
  return 2 * runs > count;
}

// Whether the pages of a hand have memory at their own addresses before they are mapped, and frames are numbers. It follows
// from the hand after arrange_frames, whoever asks.
static inline bool is_in_place(const space *s, const uint32_t *hand, uint32_t held) {
  if (s->way == WAY_MOVE) return s->singles && is_scattered(hand, held);
  return s->way == WAY_MADVISE || s->way == WAY_MEMFD;
}

// Where a page's bytes are put before map_pages.
ALWAYS_INLINE uint8_t *incoming_address(const space *s, bool in_place, uint32_t page, uint32_t frame) {
  return in_place ? page_address(s, page) : frame_address(s, frame);
}

// Where the bytes of a page that has a frame are.
ALWAYS_INLINE uint8_t *resident_address(const space *s, uint32_t page, uint32_t frame) {
  return s->way == WAY_TABLE ? frame_address(s, frame) : page_address(s, page);
}

// A descriptor of the process, opened by whoever comes first. 0, or why it cannot be had.
static inline int process_descriptor(uint32_t *known, int (*open)(int *), int *descriptor) {
  uint32_t found = word_load(known);
  if (found == 0) {
    int opened = -1;
    int error = open(&opened);
    if (error != 0) return error;
    if (word_cas(known, &found, (uint32_t)opened + 1)) found = (uint32_t)opened + 1;
    else prim_close(opened);
  }
  *descriptor = (int)(found - 1);
  return 0;
}

static inline int process_mover(int *mover) {
  static uint32_t known;
  return process_descriptor(&known, prim_mover, mover);
}

static inline int process_self(int *self) {
  static uint32_t known;
  return process_descriptor(&known, prim_self, self);
}
