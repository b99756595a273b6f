// A transfer: the pages of a hand, from the file into their frames or from their frames to the file. Neighbouring pages make
// a piece, which is one request to the operating system; a piece is asked for again from where an answer was short, and
// page by page where it was an error, so that in the end each page has its own status.
//
//   piece   next          end
//           ├──────┬──────┤     next … next + asked − 1 are with the operating system
//           │asked │      │
//           └──────┴──────┘
#pragma once

#include "advise.h"
#include "sort.h"

#include <errno.h>
#include <string.h>

// Pages of a request: larger ones make the first page wait for the last.
#define PIECE_PAGES 256u
// How often the same page is asked for when nothing came although there is more, or when there was no time for it.
#define PIECE_TRIES 100u

typedef struct {
  uint32_t next, end, asked, most, tries;
} piece;

typedef struct {
  const space *space;
  uint32_t *entries;
  int fd;
  // Whether bytes go to the pages' own addresses before these are mapped; and whether pages are faulted in before they are
  // asked for, because the system itself takes longer.
  bool write, in_place, touch;
  // Set by whoever wants it to end; what was not asked for yet is CANCELLED then.
  uint32_t cancelled;
  uint32_t count, pieces;
  // Pieces from the first on whose pages are there.
  uint32_t touched;
  // Pieces in the order in which they are asked for.
  uint64_t order[EXMAP_HAND_ENTRIES];
  // Entries of a piece have the ranges of the same numbers to themselves.
  piece piece[EXMAP_HAND_ENTRIES];
  prim_range range[EXMAP_HAND_ENTRIES];
} transfer;

static inline uint32_t *transfer_entry(const transfer *t, uint32_t index) {
  return t->entries + index * EXMAP_ENTRY_WORDS;
}

static inline uint32_t page_at(const transfer *t, uint32_t index) {
  return word_peek(&transfer_entry(t, index)[EXMAP_ENTRY_PAGE]);
}

static inline void set_status(const transfer *t, uint32_t from, uint32_t to, int32_t status) {
  for (uint32_t i = from; i < to; i++) word_poke(&transfer_entry(t, i)[EXMAP_ENTRY_STATUS], (uint32_t)status);
}

// The pages in the order of the file: what the system has to look up for one of them is near what it has for the next.
static inline void order_pieces(transfer *t) {
  bool ascending = true;
  for (uint32_t i = 0; i < t->pieces; i++) {
    t->order[i] = (uint64_t)page_at(t, t->piece[i].next) << 32 | i;
    ascending = ascending && (i == 0 || t->order[i] > t->order[i - 1]);
  }
  if (!ascending) sort_keys(t->order, t->pieces, 32, 64);
}

static inline piece *transfer_piece(transfer *t, uint32_t index) { return &t->piece[(uint32_t)t->order[index]]; }

// Cuts the hand into pieces. Precondition: at most EXMAP_HAND_ENTRIES.
static inline void transfer_begin(transfer *t, const space *s, uint32_t *entries, uint32_t count, int fd, bool write) {
  t->space = s;
  t->entries = entries;
  t->count = count;
  t->fd = fd;
  t->write = write;
  t->in_place = is_in_place(s, entries, count);
  t->touch = t->in_place && !write && s->way != WAY_MEMFD;
  t->pieces = t->touched = 0;
  word_store(&t->cancelled, 0);
  for (uint32_t i = 0; i < count; i++) {
    piece *last = t->pieces > 0 ? &t->piece[t->pieces - 1] : NULL;
    if (last && i - last->next < PIECE_PAGES && page_at(t, i) == page_at(t, i - 1) + 1) last->end = i + 1;
    else t->piece[t->pieces++] = (piece){.next = i, .end = i + 1, .most = PIECE_PAGES};
  }
  order_pieces(t);
}

static inline bool is_cancelled(const transfer *t) { return word_load(&t->cancelled) != 0; }

// Faults the pages of a piece in.
static inline void piece_touch(const transfer *t, const piece *p) {
  if (t->touch) touch_pages(t->space, transfer_entry(t, p->next), p->end - p->next);
}

// Faults the pages of all pieces before `end` in.
static inline void transfer_touch(transfer *t, uint32_t end) {
  for (; t->touched < end && t->touched < t->pieces; t->touched++) piece_touch(t, transfer_piece(t, t->touched));
}

typedef struct {
  const prim_range *ranges;
  uint32_t count;
  uint64_t offset;
} request;

// What to ask the operating system for next. False: the piece has come to its end.
static inline bool piece_ask(transfer *t, piece *p, request *asked) {
  if (p->next == p->end) return false;
  if (is_cancelled(t)) {
    set_status(t, p->next, p->end, PARPEROS_CANCELLED);
    p->next = p->end;
    return false;
  }
  prim_range *ranges = &t->range[p->next];
  uint32_t count = 0;
  uint32_t end = p->end - p->next > p->most ? p->next + p->most : p->end;
  p->asked = end - p->next;
  for (uint32_t i = p->next; i < end; i++) {
    uint32_t page = page_at(t, i), frame = word_peek(&transfer_entry(t, i)[EXMAP_ENTRY_FRAME]);
    if (!is_inside(t->space, page, frame, 1)) {
      set_status(t, p->next, p->end, PARPEROS_CORRUPT);
      p->next = p->end;
      return false;
    }
    uint8_t *address =
        t->write ? resident_address(t->space, page, frame) : incoming_address(t->space, t->in_place, page, frame);
    if (count > 0 && ranges[count - 1].address + ranges[count - 1].bytes == address) ranges[count - 1].bytes += PAGE_BYTES;
    else ranges[count++] = (prim_range){address, PAGE_BYTES};
  }
  *asked = (request){ranges, count, (uint64_t)page_at(t, p->next) << PAGE_SHIFT};
  return true;
}

// The next page is given up.
static inline void piece_failed(const transfer *t, piece *p, int32_t status) {
  set_status(t, p->next, p->next + 1, status);
  p->next++;
  p->tries = 0;
}

// Whether the file ends within the page of entry `index`, or before it. What has no size ends where nothing comes.
static inline bool is_at_end(const transfer *t, uint32_t index) {
  uint64_t size = 0;
  return prim_size(t->fd, &size) != 0 || size < ((uint64_t)page_at(t, index) + 1) << PAGE_SHIFT;
}

// Less than a page came: the file's end is there, or the system had a reason of its own.
static inline void piece_short(transfer *t, piece *p, uint32_t bytes) {
  if (!t->write && is_at_end(t, p->next)) {
    if (bytes > 0) {
      uint32_t *entry = transfer_entry(t, p->next);
      uint8_t *page = incoming_address(t->space, t->in_place, entry[EXMAP_ENTRY_PAGE], entry[EXMAP_ENTRY_FRAME]);
      memset(page + bytes, 0, PAGE_BYTES - bytes);
      set_status(t, p->next, p->next + 1, 0);
      p->next++;
    }
    set_status(t, p->next, p->end, PARPEROS_END_OF_FILE);
    p->next = p->end;
    return;
  }
  if (++p->tries == PIECE_TRIES) piece_failed(t, p, PARPEROS_IO_ERROR);
}

// The answer to the last request: bytes, or a negative errno value.
static inline void piece_answer(transfer *t, piece *p, int32_t result) {
  // Only prim_ring_cancel does the third.
  if ((result == -EINTR || result == -EAGAIN || result == -ECANCELED) && ++p->tries < PIECE_TRIES) return;
  if (result < 0) {
    // Which of its pages it was is found out by asking for each.
    if (p->asked > 1) p->most = 1;
    else piece_failed(t, p, PARPEROS_IO_ERROR);
    return;
  }
  uint32_t pages = (uint32_t)result >> PAGE_SHIFT;
  if (pages == 0) {
    piece_short(t, p, (uint32_t)result);
    return;
  }
  set_status(t, p->next, p->next + pages, 0);
  p->next += pages;
  p->tries = 0;
}

static inline bool transfer_has_ended(const transfer *t) {
  for (uint32_t i = 0; i < t->pieces; i++) {
    if (t->piece[i].next < t->piece[i].end) return false;
  }
  return true;
}

// A run of which a page failed ends there: its later pages fail too, and its command says why. What the command says already
// is an obstacle behind these pages, met when they were claimed. The pages of a run stand together.
static inline void transfer_end(const transfer *t, uint32_t *commands, uint32_t command_count) {
  uint32_t run = EXMAP_MAX_COMMANDS, failed = 0;
  for (uint32_t i = 0; i < t->count; i++) {
    uint32_t *entry = transfer_entry(t, i);
    uint32_t its_run = word_peek(&entry[EXMAP_ENTRY_RUN]);
    if (its_run != run) failed = 0;
    run = its_run;
    if (failed == 0) {
      failed = word_peek(&entry[EXMAP_ENTRY_STATUS]);
      if (failed != 0 && run < command_count) word_poke(&commands[run * EXMAP_COMMAND_WORDS + EXMAP_COMMAND_STATUS], failed);
    } else {
      word_poke(&entry[EXMAP_ENTRY_STATUS], failed);
    }
  }
}
