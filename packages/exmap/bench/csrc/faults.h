// What a program does that has no page area: pages come by being touched, and go by being dropped. The rest of the address
// space stays as it is.
#pragma once

#include "prim.h"

#include <errno.h>

#define PAGE_BYTES 4096u

// Ranges of one process_madvise.
#define DROP_RANGES 512u

// Faults the pages of a range in, one after the other, as a program does that writes to them.
static inline void touch(uint8_t *at, size_t bytes) {
  for (size_t i = 0; i < bytes; i += PAGE_BYTES) *(volatile uint8_t *)(at + i) = 1;
}

// Every page is touched; then all of them are dropped in one call. So `times` times, at neighbouring places in turn: `bytes`
// is what one time takes, the memory has `places` of them.
static inline int fault_and_drop(uint8_t *memory, size_t bytes, uint32_t places, uint32_t times) {
  for (uint32_t i = 0; i < times; i++) {
    prim_range run = {memory + (size_t)(i % places) * bytes, bytes};
    touch(run.address, run.bytes);
    int error = prim_advise(&run, PRIM_DROP);
    if (error != 0) return error;
  }
  return 0;
}

// The same for single pages that lie apart, in batches of DROP_RANGES: each batch is dropped with one process_madvise.
// Precondition: every page is one of the memory's.
static inline int fault_and_drop_many(uint8_t *memory, const uint32_t *pages, uint32_t count) {
  int self = -1;
  int error = prim_self(&self);
  if (error != 0) return error;
  for (uint32_t first = 0; first < count && error == 0; first += DROP_RANGES) {
    prim_range ranges[DROP_RANGES];
    uint32_t some = count - first < DROP_RANGES ? count - first : DROP_RANGES;
    for (uint32_t i = 0; i < some; i++) {
      ranges[i] = (prim_range){memory + (size_t)pages[first + i] * PAGE_BYTES, PAGE_BYTES};
      touch(ranges[i].address, PAGE_BYTES);
    }
    size_t done = 0;
    error = prim_advise_many(self, ranges, some, PRIM_DROP, &done);
    // Only an error can stop it before the end.
    if (error == 0 && done != (size_t)some * PAGE_BYTES) error = EIO;
  }
  prim_close(self);
  return error;
}
