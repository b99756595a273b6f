// The hook between the accounting, which is the same everywhere, and the memory that a page's bytes are in. A core is
// compiled with one of two bodies of it, included before the core (exmap.h):
//
//   map_none.h      WebAssembly: a page's bytes stay in its frame, address(page) finds them there. Nothing to do.
//   native/map.h    the addon: a page has an address of its own, where the operating system puts the frame's bytes.
//
// All work on a worker's hand: `count` entries of EXMAP_ENTRY_WORDS words, the page in word EXMAP_ENTRY_PAGE and the frame
// in word EXMAP_ENTRY_FRAME (the other words belong to the core and move with their entry). All pages of a call are claimed
// (BUSY in the page table), so that nobody else works on them. The more entries a call has, the better.
//
// None of them fails: what a quicker way refuses is done in a slower one. Each may be repeated for the same entries, after
// a worker died in the middle of the first: that is how a hand is given back.
//
// In which order, for a round of entries:
//   alloc   arrange_frames, clear_frames if asked for, map_pages, then the page table names the frames
//   read    arrange_frames, the transfer into the frames (exmap_step returns EXMAP_EVENT_FILL), map_pages, page table
//   free    unmap_pages, then the frames go into a bundle, then the page table says 0
//   write   the transfer only; the pages stay mapped and readable
#pragma once

#include "atomics.h"
#include "generated/layout.h"

#include <stddef.h>

// What the hook keeps for an attached worker; NULL where there is no mapping. The core only hands it on: `a->space`.
typedef struct space space;

// The frames of all of a hand's entries have just been taken and hold nothing yet: they, and only they, may be put in
// another order among the entries, and the entries in another order too (neighbouring pages with neighbouring frames go in
// one call). `filled`: a transfer comes next.
static void arrange_frames(space *s, uint32_t *entries, uint32_t count, bool filled);

// Makes frames whose pages are not mapped yet hold zeros. False: it cannot (the pool is not in this memory); then the
// caller of exmap_step does it, as a transfer.
static bool clear_frames(space *s, const uint32_t *entries, uint32_t count);

// Gives the pages of entries first … end − 1 of a hand their frames: what the frame holds is at the page afterwards. Frames
// keep their entries here.
static void map_pages(space *s, const uint32_t *hand, uint32_t held, uint32_t first, uint32_t end);

// Takes the frames away from their pages, which read as zeros afterwards; what a frame holds then is anything. Pages that
// were not mapped are left as they are. Entries, and frames among them, may be put in another order.
static void unmap_pages(space *s, uint32_t *entries, uint32_t count);
