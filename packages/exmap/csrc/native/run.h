// Carrying a transfer out: through a ring, which has many requests with the operating system at the same time, or by calls
// that wait, each of them by whichever thread is free.
#pragma once

#include "transfer.h"

#include "prim_ring.h"

// Requests that are with the operating system at the same time.
#define RING_DEPTH 128u

static inline bool ring_ask(transfer *t, prim_ring *ring, uint32_t index) {
  request asked;
  if (!piece_ask(t, &t->piece[index], &asked)) return false;
  prim_ring_push(ring, t->write, asked.ranges, asked.count, asked.offset, index);
  return true;
}

// Returns when every piece has come to its end and nothing is in flight.
static inline void run_on_ring(transfer *t, prim_ring *ring) {
  uint32_t started = 0, in_flight = 0;
  bool told = false;
  for (;;) {
    while (started < t->pieces && in_flight < ring->depth) in_flight += ring_ask(t, ring, started++) ? 1 : 0;
    if (in_flight == 0) return;
    int error = prim_ring_submit(ring, true);
    if (error != 0 && error != ETIME) {
      // The ring takes nothing, so nothing is in flight.
      for (uint32_t i = 0; i < t->pieces; i++) set_status(t, t->piece[i].next, t->piece[i].end, PARPEROS_IO_ERROR);
      return;
    }
    uint32_t index;
    int32_t result;
    while (prim_ring_pop(ring, &index, &result)) {
      in_flight--;
      piece_answer(t, &t->piece[index], result);
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
    piece *p = &t->piece[index];
    request asked;
    while (piece_ask(t, p, &asked)) {
      size_t done = 0;
      int error = t->write ? prim_write(t->fd, asked.ranges, asked.count, asked.offset, &done)
                           : prim_read(t->fd, asked.ranges, asked.count, asked.offset, &done);
      piece_answer(t, p, error != 0 ? -error : (int32_t)done);
    }
  }
}
