// The shelf: the list of bundles that are nobody's, through which frames move between workers. It has no links: each bundle
// has a word that says whose it is, taking one is a compare-exchange of that word, putting one there is a write of it. So
// there is no ABA, nothing is ever between two lists, and the word of a dead worker's bundle names the worker. A search
// goes over the words of all bundles, four per slot, once for some hundreds of frames.
//
// A search that found nothing is repeated when a bundle was put on the shelf meanwhile: "none" is true at some moment of it.
#pragma once

#include "bundle.h"

ALWAYS_INLINE uint32_t current_bundle(const area *a) { return own(a, EXMAP_INTERFACE_BUNDLES) & EXMAP_NO_BUNDLE; }
ALWAYS_INLINE uint32_t spare_bundle(const area *a) { return own(a, EXMAP_INTERFACE_BUNDLES) >> EXMAP_SPARE_SHIFT; }
ALWAYS_INLINE void set_bundles(const area *a, uint32_t current, uint32_t spare) {
  set_own(a, EXMAP_INTERFACE_BUNDLES, current | spare << EXMAP_SPARE_SHIFT);
}

ALWAYS_INLINE uint32_t *current_of(const area *a) { return bundle_at(a, current_bundle(a)); }
ALWAYS_INLINE uint32_t *spare_of(const area *a) { return bundle_at(a, spare_bundle(a)); }

// Whether the slot has two bundles that can be used.
static inline bool has_bundles(const area *a) {
  uint32_t current = current_bundle(a), spare = spare_bundle(a);
  return current < a->bundles && spare < a->bundles && current != spare && bundle_is_sound(a, bundle_at(a, current)) &&
         bundle_is_sound(a, bundle_at(a, spare));
}

// Takes a bundle in that state; which one, or NO_BUNDLE. Each slot begins to look at another place, so that they do not all
// want the same one.
static inline uint32_t take_in_state(const area *a, uint32_t state) {
  for (uint32_t i = 0; i < a->bundles; i++) {
    uint32_t bundle = (a->slot * EXMAP_BUNDLES_PER_SLOT + i) % a->bundles, expected = state;
    if (word_peek(&a->shelf[bundle]) == state && word_cas(&a->shelf[bundle], &expected, EXMAP_SHELF_OWNED | a->slot)) {
      return bundle;
    }
  }
  return EXMAP_NO_BUNDLE;
}

// An empty bundle of nobody.
static inline uint32_t take_empty(const area *a) { return take_in_state(a, 0); }

// A bundle with frames of nobody.
static inline uint32_t take_shelved(const area *a) {
  for (;;) {
    uint32_t before = word_load(&a->words[EXMAP_HEADER_SHELVED]);
    uint32_t bundle = take_in_state(a, EXMAP_SHELF_SHELVED);
    if (bundle != EXMAP_NO_BUNDLE || word_load(&a->words[EXMAP_HEADER_SHELVED]) == before) return bundle;
  }
}

// Gives an own bundle to nobody, with the frames that it has.
static inline void let_go(const area *a, uint32_t bundle) {
  bool is_empty = bundle_count(bundle_at(a, bundle)) == 0;
  word_store(&a->shelf[bundle], is_empty ? 0 : EXMAP_SHELF_SHELVED);
  if (!is_empty) word_add(&a->words[EXMAP_HEADER_SHELVED], 1);
}

// The current bundle is empty: makes the next one with frames the current one; false when there is none.
static inline bool next_bundle(const area *a) {
  uint32_t current = current_bundle(a), spare = spare_bundle(a);
  if (bundle_count(bundle_at(a, spare)) > 0) {
    set_bundles(a, spare, current);
    return true;
  }
  uint32_t taken = take_shelved(a);
  if (taken == EXMAP_NO_BUNDLE) return false;
  set_bundles(a, taken, spare);
  let_go(a, current);
  return true;
}

// The current bundle has no room: makes one with room the current one; false when the spare one has to be emptied first.
static inline bool make_room(const area *a) {
  uint32_t current = current_bundle(a), spare = spare_bundle(a);
  if (bundle_room(a, bundle_at(a, spare)) > 0) {
    set_bundles(a, spare, current);
    return true;
  }
  uint32_t taken = take_empty(a);
  if (taken == EXMAP_NO_BUNDLE) return false;
  set_fill(bundle_at(a, taken), a->bundle_frames, a->bundle_frames);
  set_bundles(a, taken, current);
  let_go(a, spare);
  return true;
}

// Gives one frame to the current bundle; false when the spare one has to be emptied first.
static inline bool give_frame(const area *a, uint32_t frame) {
  if (bundle_room(a, current_of(a)) == 0 && !make_room(a)) return false;
  uint32_t *bundle = current_of(a);
  uint32_t first = bundle_room(a, bundle) - 1;
  word_poke(&bundle_frames(bundle)[first], frame);
  set_fill(bundle, first, bundle_end(bundle));
  return true;
}
