// Random reads of single pages as a C program makes them that has nothing else to do: io_uring is kept full, and each
// place that becomes free is asked for the next page at once.
#pragma once

#include "faults.h"
#include "prim_ring.h"

#define MAX_DEPTH 256u

typedef struct {
  prim_ring ring;
  uint32_t depth;
  bool is_open;
} reads;

// Precondition: depth is 1 … MAX_DEPTH.
static inline int reads_open(reads *self, int fd, uint32_t depth) {
  int error = prim_ring_open(&self->ring, depth, fd);
  self->is_open = error == 0;
  self->depth = self->is_open && self->ring.depth < depth ? self->ring.depth : depth;
  return error;
}

static inline void reads_close(reads *self) {
  if (self->is_open) prim_ring_close(&self->ring);
  self->is_open = false;
}

static inline void reads_push(reads *self, uint8_t *buffer, uint32_t page, uint32_t place) {
  prim_range range = {buffer + (size_t)place * PAGE_BYTES, PAGE_BYTES};
  prim_ring_push(&self->ring, false, &range, 1, (uint64_t)page * PAGE_BYTES, place);
}

// Reads all of the pages; place i of the buffer, of `depth` pages, is written again and again. After an error nothing more is
// asked for, and nothing is in flight when it returns. A page that does not come as a whole is EIO.
static inline int reads_run(reads *self, const uint32_t *pages, uint32_t count, uint8_t *buffer) {
  uint32_t next = 0, in_flight = 0;
  int error = 0;
  while (next < count && in_flight < self->depth) reads_push(self, buffer, pages[next++], in_flight++);
  while (in_flight > 0) {
    int refused = prim_ring_submit(&self->ring, 1);
    if (refused != 0 && refused != ETIME) return refused;
    uint32_t place;
    int32_t result;
    while (prim_ring_pop(&self->ring, &place, &result)) {
      in_flight--;
      if (result != (int32_t)PAGE_BYTES && error == 0) error = result < 0 ? -result : EIO;
      if (error != 0 || next == count) continue;
      reads_push(self, buffer, pages[next++], place);
      in_flight++;
    }
  }
  return error;
}
