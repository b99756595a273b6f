// Bundles: stacks of frames that are ready to be used. The frames are the entries first … end − 1 of an array that is filled
// from its end: the next one to be taken is the first, and one that is given back comes before it. So what the allocator
// wrote in ascending order is taken in ascending order, and a run of pages gets a run of frames.
//
//   entry    0        first           end      bundle_frames
//            ┌────────┬───────────────┬────────┐
//            │ room   │ frames        │        │    empty: first = end
//            └────────┴───────────────┴────────┘
//
// first and end are one word: taking and giving any number of frames is one write. Only the owner of a bundle writes it.
#pragma once

#include "area.h"

ALWAYS_INLINE uint32_t *bundle_at(const area *a, uint32_t bundle) {
  return a->words + a->bundles_at + (size_t)bundle * a->bundle_words;
}
ALWAYS_INLINE uint32_t *bundle_frames(uint32_t *bundle) { return bundle + EXMAP_BUNDLE_HEADER_WORDS; }

ALWAYS_INLINE uint32_t bundle_first(const uint32_t *bundle) {
  return word_peek(&bundle[EXMAP_BUNDLE_FILL]) & EXMAP_BUNDLE_FIRST_MASK;
}
ALWAYS_INLINE uint32_t bundle_end(const uint32_t *bundle) {
  return word_peek(&bundle[EXMAP_BUNDLE_FILL]) >> EXMAP_BUNDLE_END_SHIFT;
}
ALWAYS_INLINE uint32_t bundle_count(const uint32_t *bundle) { return bundle_end(bundle) - bundle_first(bundle); }

ALWAYS_INLINE void set_fill(uint32_t *bundle, uint32_t first, uint32_t end) {
  word_release(&bundle[EXMAP_BUNDLE_FILL], first | end << EXMAP_BUNDLE_END_SHIFT);
}

// Whether its numbers are possible; what was damaged must not lead anywhere else.
ALWAYS_INLINE bool bundle_is_sound(const area *a, const uint32_t *bundle) {
  uint32_t end = bundle_end(bundle);
  return bundle_first(bundle) <= end && end <= a->bundle_frames;
}

// How many frames can be given to it. An empty one has all its room again.
static inline uint32_t bundle_room(const area *a, uint32_t *bundle) {
  if (bundle_count(bundle) == 0) set_fill(bundle, a->bundle_frames, a->bundle_frames);
  return bundle_first(bundle);
}

// Whether `frame` is among its first `count` frames.
static inline bool bundle_has(uint32_t *bundle, uint32_t frame, uint32_t count) {
  uint32_t first = bundle_first(bundle);
  uint32_t end = first + smaller(count, bundle_count(bundle));
  for (uint32_t i = first; i < end; i++) {
    if (word_peek(&bundle_frames(bundle)[i]) == frame) return true;
  }
  return false;
}
