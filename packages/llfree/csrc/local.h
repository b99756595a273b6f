// Locals: a worker's reservation of one tree per class, in one word: present, tree, free frames. The worker that owns the
// slot reserves and gives up; others may take frames out of it and drain it, so every change is a compare-exchange or an
// exchange of the whole word. Beside it stand hints, read and written by the owner: for each order the frame that was taken
// last. Each order goes on in a huge frame of its own choice, so that small blocks don't break up the runs of large ones.
#pragma once

#include "area.h"

ALWAYS_INLINE bool is_present(uint32_t word) { return (word & LLFREE_LOCAL_PRESENT) != 0; }
ALWAYS_INLINE uint32_t local_tree(const area *a, uint32_t word) {
  return (word & ~LLFREE_LOCAL_PRESENT) >> a->free_bits;
}
ALWAYS_INLINE uint32_t local_free(const area *a, uint32_t word) { return word & ((1u << a->free_bits) - 1); }
ALWAYS_INLINE uint32_t peek_local(const area *a, uint32_t at) { return word_peek(&a->words[at]); }

// Whether the word is a reservation of that tree.
ALWAYS_INLINE bool is_of_tree(const area *a, uint32_t word, uint32_t tree) {
  return word >> a->free_bits == (LLFREE_LOCAL_PRESENT >> a->free_bits | tree);
}

// Takes `count` frames from a reservation; returns its tree, or NONE when it has fewer, as one that is none has.
ALWAYS_INLINE int32_t take_from_local(const area *a, uint32_t at, uint32_t count) {
  uint32_t word = peek_local(a, at);
  while (local_free(a, word) >= count) {
    if (word_cas(&a->words[at], &word, word - count)) return (int32_t)local_tree(a, word);
  }
  return NONE;
}

// Takes up to `count` frames from a reservation; returns its word as it was before, 0 when nothing was taken.
static inline uint32_t take_up_to_from_local(const area *a, uint32_t at, uint32_t count) {
  uint32_t word = peek_local(a, at);
  for (;;) {
    uint32_t free = local_free(a, word);
    if (free == 0) return 0;
    if (word_cas(&a->words[at], &word, word - smaller(free, count))) return word;
  }
}

// Takes `count` frames from a reservation if it is one of `tree`; false otherwise.
static inline bool take_from_local_of(const area *a, uint32_t at, uint32_t tree, uint32_t count) {
  uint32_t word = peek_local(a, at);
  while (is_of_tree(a, word, tree) && local_free(a, word) >= count) {
    if (word_cas(&a->words[at], &word, word - count)) return true;
  }
  return false;
}

// Gives `count` frames to a reservation if it is one of `tree`; false otherwise.
ALWAYS_INLINE bool give_to_local(const area *a, uint32_t at, uint32_t tree, uint32_t count) {
  uint32_t word = peek_local(a, at);
  while (is_of_tree(a, word, tree)) {
    if (word_cas(&a->words[at], &word, word + count)) return true;
  }
  return false;
}

// Puts a new reservation in place; returns the word of the old one.
static inline uint32_t swap_local(const area *a, uint32_t at, uint32_t tree, uint32_t free) {
  return word_exchange(&a->words[at], LLFREE_LOCAL_PRESENT | tree << a->free_bits | free);
}

// Takes the reservation away; returns its word.
static inline uint32_t clear_local(const area *a, uint32_t at) { return word_exchange(&a->words[at], 0); }

// The frame that was taken last. A damaged hint leads to frame 0, not out of the words.
ALWAYS_INLINE uint32_t hint_of(const area *a, uint32_t at, uint32_t order) {
  uint32_t hint = word_peek(&a->words[at + LLFREE_LOCAL_HINTS + order]);
  return hint < a->frames ? hint : 0;
}
ALWAYS_INLINE void set_hint(const area *a, uint32_t at, uint32_t order, uint32_t frame) {
  word_poke(&a->words[at + LLFREE_LOCAL_HINTS + order], frame);
}
