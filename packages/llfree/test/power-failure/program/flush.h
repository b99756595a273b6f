// Stands in for alloc-api's flush.h, which has the processor's instructions: here flushes and fences are told to the
// program (operations.c).
#pragma once

#include <stddef.h>

void told_flush(const void *start, size_t bytes);
void told_fence(void);

static inline void flush_range(const void *start, size_t bytes) { told_flush(start, bytes); }
// An error that can be planted.
static inline void flush_fence(void) {
#ifndef WITHOUT_FENCES
  told_fence();
#endif
}
