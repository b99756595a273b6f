// The first contents of a new Region, whose words are all 0. Whole blocks of the top order are fresh and need no word;
// what is left beyond them is split into the largest blocks that fit, at most one of each order.
#pragma once

#include "blocks.h"

// Every frame is free.
static inline void init_free(const buddy *b) {
  b->words[BUDDY_FREE_WORD] = b->frames;
  *list_count(b, BUDDY_TOP_ORDER) = b->frames / TOP_FRAMES;
  uint32_t at = top_end(b);
  for (uint32_t order = BUDDY_TOP_ORDER; order-- > 0;) {
    if ((b->frames & (1u << order)) == 0) continue;
    list_push(b, order, at);
    at += 1u << order;
  }
}

// Every frame is allocated.
static inline void init_allocated(const buddy *b) {
  uint32_t *bits = b->words + b->bits;
  uint32_t whole = b->frames / 32;
  for (uint32_t i = 0; i < whole; i++) bits[i] = ALL_BITS;
  if (b->frames & 31) bits[whole] = (1u << (b->frames & 31)) - 1;
  b->words[BUDDY_FRESH_WORD] = top_end(b);
}
