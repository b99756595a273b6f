// Child counters: how many frames of each huge frame are free, 16 bits each, two in a word. A counter is taken from
// before bits are set and given back to after bits were cleared, so that a huge frame never has fewer free bits than its
// counter and the workers inside it together have claimed.
#pragma once

#include "area.h"

// Where a counter stands: its word, and how far it is shifted in it.
typedef struct {
  uint32_t *word;
  uint32_t shift;
} child_place;

ALWAYS_INLINE child_place place_of(const area *a, uint32_t child) {
  return (child_place){&a->words[a->children_at + (child >> 1)], (child & 1) << 4};
}

ALWAYS_INLINE uint32_t count_in(child_place place, uint32_t word) { return (word >> place.shift) & LLFREE_CHILD_MASK; }

// The counter of a huge frame, plainly read: a number of free frames, HUGE or FREEING.
ALWAYS_INLINE uint32_t peek_child(const area *a, uint32_t child) {
  child_place place = place_of(a, child);
  return count_in(place, word_peek(place.word));
}

// Takes `count` free frames from a counter; false when there are fewer.
ALWAYS_INLINE bool take_from_child(const area *a, uint32_t child, uint32_t count) {
  child_place place = place_of(a, child);
  uint32_t word = word_peek(place.word);
  for (;;) {
    uint32_t free = count_in(place, word);
    if (free < count || free > LLFREE_CHILD_FRAMES) return false;
    if (word_cas(place.word, &word, word - (count << place.shift))) return true;
  }
}

// Takes up to `count` free frames; returns how many.
ALWAYS_INLINE uint32_t take_up_to_from_child(const area *a, uint32_t child, uint32_t count) {
  child_place place = place_of(a, child);
  uint32_t word = word_peek(place.word);
  for (;;) {
    uint32_t free = count_in(place, word);
    if (free == 0 || free > LLFREE_CHILD_FRAMES) return 0;
    uint32_t taken = smaller(free, count);
    if (word_cas(place.word, &word, word - (taken << place.shift))) return taken;
  }
}

// Gives `count` frames back to a counter, in one addition: whoever cleared bits may count them. False, with the addition
// taken back, when the counter would hold more than there are.
ALWAYS_INLINE bool give_to_child(const area *a, uint32_t child, uint32_t count) {
  child_place place = place_of(a, child);
  if (LIKELY(count_in(place, word_add(place.word, count << place.shift)) + count <= LLFREE_CHILD_FRAMES)) return true;
  word_add(place.word, 0u - (count << place.shift));
  return false;
}

// From one state to another in one step; false when the child is in a different one.
ALWAYS_INLINE bool change_child(const area *a, uint32_t child, uint32_t from, uint32_t to) {
  child_place place = place_of(a, child);
  uint32_t others = ~((uint32_t)LLFREE_CHILD_MASK << place.shift);
  uint32_t word = word_peek(place.word);
  while (count_in(place, word) == from) {
    if (word_cas(place.word, &word, (word & others) | (to << place.shift))) return true;
  }
  return false;
}

// Both counters of an aligned pair from one state to another, in one step. `child` is the even one.
ALWAYS_INLINE bool change_pair(const area *a, uint32_t child, uint32_t from, uint32_t to) {
  uint32_t expected = from | from << 16;
  return word_cas(place_of(a, child).word, &expected, to | to << 16);
}
