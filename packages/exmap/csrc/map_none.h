// No mapping: a page's bytes are in its frame, wherever that is in the pool.
#pragma once

#include "map.h"

static inline void arrange_frames(space *s, uint32_t *entries, uint32_t count, bool filled) {
  (void)s;
  (void)entries;
  (void)count;
  (void)filled;
}

static inline bool clear_frames(space *s, const uint32_t *entries, uint32_t count) {
  (void)s;
  (void)entries;
  (void)count;
  return false;
}

static inline void map_pages(space *s, const uint32_t *hand, uint32_t held, uint32_t first, uint32_t end) {
  (void)s;
  (void)hand;
  (void)held;
  (void)first;
  (void)end;
}

static inline void unmap_pages(space *s, uint32_t *entries, uint32_t count) {
  (void)s;
  (void)entries;
  (void)count;
}
