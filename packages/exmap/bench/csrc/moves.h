// What the way 'move' costs when nobody keeps accounts: page tables' entries move to and fro within a memory.
#pragma once

#include "faults.h"

// `*mover` is a descriptor, the caller's to close: pages of the memory move by it.
static inline int moves_open(prim_range memory, int *mover) {
  int error = prim_mover(mover);
  if (error != 0) return error;
  error = prim_mover_add(*mover, &memory);
  if (error != 0) prim_close(*mover);
  return error;
}

static inline int move_all(int mover, uint8_t *to, uint8_t *from, size_t bytes) {
  while (bytes > 0) {
    size_t moved;
    int error = prim_move(mover, to, from, bytes, &moved);
    if (error != 0 && error != EAGAIN && error != EINTR) return error;
    to += moved;
    from += moved;
    bytes -= moved;
  }
  return 0;
}

// The first `bytes` of the memory move to a place behind them and back; so `times` times, to the next place in turn.
static inline int move_and_back(int mover, prim_range memory, size_t bytes, uint32_t times) {
  uint32_t places = (uint32_t)(memory.bytes / bytes) - 1;
  for (uint32_t i = 0; i < times; i++) {
    uint8_t *here = memory.address, *there = here + (size_t)(1 + i % places) * bytes;
    int error = move_all(mover, there, here, bytes);
    if (error == 0) error = move_all(mover, here, there, bytes);
    if (error != 0) return error;
  }
  return 0;
}
