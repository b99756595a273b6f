// The page table: one word per page. A page is claimed by compare-exchange, and from then on only the slot that claimed it
// writes its word, until it says what the page is now. What a claim looks like names the slot, so that whoever takes over
// after a worker's death knows which claims were its. In an area of one slot a page is claimed by a plain write, since nobody
// else ever claims one.
#pragma once

#include "area.h"

ALWAYS_INLINE uint32_t frame_of(const area *a, uint32_t word) { return (word & EXMAP_TABLE_FRAME) ^ a->zero; }
ALWAYS_INLINE uint32_t word_of(const area *a, uint32_t frame) { return frame ^ a->zero; }

// Whether a frame can be a page's: in the pool, and none of the frames of zeros.
ALWAYS_INLINE bool frame_is_usable(const area *a, uint32_t frame) {
  return frame < a->frames && (frame ^ a->zero) >> a->zero_order != 0;
}

ALWAYS_INLINE bool takes_frames(uint32_t op) {
  return op == EXMAP_OP_ALLOC || op == EXMAP_OP_CLEAR || op == EXMAP_OP_READ;
}

// Why a page whose word this is cannot be claimed for `op`; 0 when it can.
static inline int32_t obstacle(const area *a, uint32_t op, uint32_t word) {
  if (takes_frames(op)) {
    if (word == 0) return 0;
    return (word & EXMAP_TABLE_BUSY) != 0 ? PARPEROS_PAGE_BUSY : PARPEROS_RESIDENT;
  }
  if (word == 0) return PARPEROS_NOT_RESIDENT;
  if ((word & (EXMAP_TABLE_BUSY | EXMAP_TABLE_WRITING)) != 0) return PARPEROS_PAGE_BUSY;
  return frame_is_usable(a, frame_of(a, word)) ? 0 : PARPEROS_CORRUPT;
}

// Claims the page of a hand's entry; 0, or the obstacle. The frame that the page has stands in the entry before the claim.
ALWAYS_INLINE int32_t claim_page(const area *a, uint32_t op, uint32_t *entry) {
  uint32_t *at = &a->table[entry[EXMAP_ENTRY_PAGE]];
  uint32_t word = word_peek(at);
  for (;;) {
    int32_t found = obstacle(a, op, word);
    if (UNLIKELY(found != 0)) return found;
    if (!takes_frames(op)) word_poke(&entry[EXMAP_ENTRY_FRAME], frame_of(a, word));
    uint32_t claimed = op == EXMAP_OP_WRITE ? word | EXMAP_TABLE_WRITING : a->busy;
    if (is_alone(a)) {
      word_release(at, claimed);
      return 0;
    }
    if (LIKELY(word_cas(at, &word, claimed))) return 0;
  }
}

// Whether the page is claimed by this slot. A page beyond the end is nobody's. A plain read will do: only this slot makes and
// ends its claims.
ALWAYS_INLINE bool is_claimed(const area *a, uint32_t page) {
  return page < a->pages && word_peek(&a->table[page]) == a->busy;
}

// Ends a claim: what the page's word is from now on. Whoever sees it sees the bytes that the page has.
ALWAYS_INLINE void set_page(const area *a, uint32_t page, uint32_t word) {
#if defined(__wasm__)
  if (!is_alone(a)) {
    word_store(&a->table[page], word);
    return;
  }
#endif
  word_release(&a->table[page], word);
}
