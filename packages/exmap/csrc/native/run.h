// Carrying a transfer out: through a ring, which has many requests with the operating system at the same time, or by calls
// that wait, each of them by whichever thread is free.
#pragma once

#include "transfer.h"

#include "prim_ring.h"

// Pages that a batch is tried for at once although nobody waits for it: of as many that are in the page cache JavaScript
// waits for less than for a thread to be woken and to tell that it is done.
#define AT_ONCE_PAGES 64u

// Reads what is in the page cache, without waiting, until a piece is not: the pieces and their pages are left as after any
// other answer. At most `most` pages, from the first piece on. False: the file cannot be asked like that.
static inline bool run_at_once(transfer *t, uint32_t most) {
  for (uint32_t i = 0; i < t->pieces && most > 0; i++) {
    piece *p = transfer_piece(t, i);
    transfer_touch(t, i + 1);
    request asked;
    while (piece_ask(t, p, &asked)) {
      if (p->asked > most) return true;
      size_t done = 0;
      int error = prim_read_cached(t->fd, asked.ranges, asked.count, asked.offset, &done);
      // Errors are told by who asks again and waits.
      if (error != 0) return error != EOPNOTSUPP && error != EINVAL;
      most -= p->asked;
      bool whole = done == (size_t)p->asked << PAGE_SHIFT;
      piece_answer(t, p, (int32_t)done);
      // The rest of it is on the disk, or behind the end of the file.
      if (!whole && p->next < p->end) return true;
    }
  }
  return true;
}

// How often a full ring is refilled while it empties once.
#define REFILLS 16u

static inline bool ring_ask(transfer *t, prim_ring *ring, uint32_t index) {
  request asked;
  if (!piece_ask(t, transfer_piece(t, index), &asked)) return false;
  prim_ring_push(ring, t->write, asked.ranges, asked.count, asked.offset, index);
  return true;
}

// Returns when every piece has come to its end and nothing is in flight.
static inline void run_on_ring(transfer *t, prim_ring *ring) {
  uint32_t started = 0, in_flight = 0;
  bool told = false;
  for (;;) {
    while (started < t->pieces && in_flight < ring->depth) {
      transfer_touch(t, started + 1);
      in_flight += ring_ask(t, ring, started++) ? 1 : 0;
    }
    if (in_flight == 0) return;
    // Nobody hears of a page before all of them are there; only so many at a time are waited for that there is always enough
    // for the device to do.
    uint32_t awaited = started < t->pieces ? (in_flight + REFILLS - 1) / REFILLS : in_flight;
    int error = 0;
    if (t->touch && t->touched < t->pieces) {
      // While the device works on these, the pages that come next get their memory.
      error = prim_ring_submit(ring, 0);
      transfer_touch(t, started + 2 * awaited);
    }
    if (error == 0) error = prim_ring_submit(ring, awaited);
    if (error != 0 && error != ETIME) {
      // A ring that is refused like that never took anything, so nothing is in flight.
      for (uint32_t i = 0; i < t->pieces; i++) set_status(t, t->piece[i].next, t->piece[i].end, PARPEROS_IO_ERROR);
      return;
    }
    uint32_t index;
    int32_t result;
    while (prim_ring_pop(ring, &index, &result)) {
      in_flight--;
      piece_answer(t, transfer_piece(t, index), result);
      in_flight += ring_ask(t, ring, index) ? 1 : 0;
    }
    if (!told && is_cancelled(t)) {
      prim_ring_cancel(ring);
      told = true;
    }
  }
}

// Takes one piece after the other, `*taken` counting them for all threads that do this.
static inline void run_by_calls(transfer *t, uint32_t *taken) {
  uint32_t index;
  while ((index = word_add(taken, 1)) < t->pieces) {
    piece *p = transfer_piece(t, index);
    piece_touch(t, p);
    request asked;
    while (piece_ask(t, p, &asked)) {
      size_t done = 0;
      int error = t->write ? prim_write(t->fd, asked.ranges, asked.count, asked.offset, &done)
                           : prim_read(t->fd, asked.ranges, asked.count, asked.offset, &done);
      piece_answer(t, p, error != 0 ? -error : (int32_t)done);
    }
  }
}
