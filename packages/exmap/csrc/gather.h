// Frames that lie ready in other workers' bundles while those do nothing: taken when the allocator has none any more, so that
// "out of memory" is said only of frames that are in use. Who takes them holds the interface's lock, which its owner takes
// for each batch anyway; so the owner's batches pay nothing for it. What is taken are the bundles themselves, as if their
// owner had left; it gets others when it comes back.
#pragma once

#include "recover.h"

// How many frames a slot has ready, as far as can be seen from outside.
static inline uint32_t idle_frames(const area *a) {
  if (!has_bundles(a)) return 0;
  return bundle_count(current_of(a)) + bundle_count(bundle_at(a, spare_bundle(a)));
}

// Puts the idle bundles of all other slots on the shelf; whether there were any with frames.
static inline bool gather(const area *a) {
  bool found = false;
  for (uint32_t slot = 0; slot < a->slots; slot++) {
    area other = area_of(a->words, slot, a->space);
    if (slot == a->slot || idle_frames(&other) == 0) continue;
    uint32_t idle = 0;
    if (!word_cas(&other.self[EXMAP_INTERFACE_LOCK], &idle, EXMAP_LOCK_GATHERING | a->slot)) continue;
    found = found || idle_frames(&other) > 0;
    leave(&other);
    word_store(&other.self[EXMAP_INTERFACE_LOCK], 0);
  }
  return found;
}
