// Giving back what a slot's former holder had when it ended, wherever that was. A round that was not yet being carried out
// is undone, any other one is completed; bundles in transit are found by whose they say they are. All of it can be stopped,
// and done again.
#pragma once

#include "finish.h"

// The slot's bundles: those it says, else any that are marked as its own; what is more goes to the shelf.
static inline void find_bundles(const area *a) {
  uint32_t current = current_bundle(a), spare = spare_bundle(a);
  uint32_t mine = EXMAP_SHELF_OWNED | a->slot;
  if (current >= a->bundles || word_load(&a->shelf[current]) != mine) current = EXMAP_NO_BUNDLE;
  if (spare >= a->bundles || spare == current || word_load(&a->shelf[spare]) != mine) spare = EXMAP_NO_BUNDLE;
  for (uint32_t bundle = 0; bundle < a->bundles; bundle++) {
    if (bundle == current || bundle == spare || word_load(&a->shelf[bundle]) != mine) continue;
    if (current == EXMAP_NO_BUNDLE) current = bundle;
    else if (spare == EXMAP_NO_BUNDLE) spare = bundle;
    else let_go(a, bundle);
  }
  if (current == EXMAP_NO_BUNDLE) current = take_empty(a);
  if (current == EXMAP_NO_BUNDLE) current = take_shelved(a);
  if (spare == EXMAP_NO_BUNDLE) spare = take_empty(a);
  if (spare == EXMAP_NO_BUNDLE) spare = take_shelved(a);
  set_bundles(a, current, spare);
}

// How often the other slots together have noted pages for writing.
static inline uint32_t others_writes(const area *a) {
  uint32_t writes = 0;
  for (uint32_t slot = 0; slot < a->slots; slot++) {
    if (slot != a->slot) writes += word_load(&interface_of(a, slot)[EXMAP_INTERFACE_WRITES]);
  }
  return writes;
}

typedef enum { NOBODY, NOTED, MARKED } writer;

// Whether another slot's hand has this page for writing: noted only, so that its mark may be there or not, or marked.
static inline writer other_writer(const area *a, uint32_t page) {
  writer found = NOBODY;
  for (uint32_t slot = 0; slot < a->slots; slot++) {
    const uint32_t *other = interface_of(a, slot);
    if (slot == a->slot || word_load(&other[EXMAP_INTERFACE_OP]) != EXMAP_OP_WRITE) continue;
    uint32_t held = word_load(&other[EXMAP_INTERFACE_HELD]);
    uint32_t claiming = smaller(word_load(&other[EXMAP_INTERFACE_CLAIMING]), EXMAP_HAND_ENTRIES);
    for (uint32_t i = 0; i < claiming; i++) {
      if (word_load(&other[a->hand_offset + i * EXMAP_ENTRY_WORDS + EXMAP_ENTRY_PAGE]) != page) continue;
      // Its round may be over by now, and the entry another round's.
      if (i < held && i < word_load(&other[EXMAP_INTERFACE_HELD])) return MARKED;
      found = NOTED;
    }
  }
  return found;
}

// A mark on a page does not say whose it is. It is the former holder's when the page was in nobody else's hand before it was
// seen, and nobody has noted pages for writing until after.
static inline bool mark_is_own(const area *a, uint32_t page, uint32_t marked) {
  for (uint32_t look = 0; look < EXMAP_MAX_LOOKS; look++) {
    uint32_t before = others_writes(a);
    writer other = other_writer(a, page);
    if (word_load(&a->table[page]) != marked) return false;
    // What is noted only will be marked or not in a moment, unless its worker died too.
    if (others_writes(a) == before && other != NOTED) return other == NOBODY;
    spin_hint();
  }
  return false;
}

// A page's mark is cleared if it is the former holder's: certainly so when its claim was noted.
static inline void undo_writing(const area *a, uint32_t index, uint32_t held) {
  uint32_t page = entry_page(a, index), word = word_of(a, entry_frame(a, index));
  if (page >= a->pages) return;
  uint32_t marked = word | EXMAP_TABLE_WRITING;
  if (index < held || mark_is_own(a, page, marked)) word_cas(&a->table[page], &marked, word);
}

// Whether a frame stands in the hand, for a page that is claimed.
static inline bool is_in_hand(const area *a, uint32_t frame, uint32_t held) {
  for (uint32_t i = 0; i < held; i++) {
    if (entry_frame(a, i) == frame && is_claimed(a, entry_page(a, i))) return true;
  }
  return false;
}

// Frames in the hand that have not left the current bundle yet, or are in it again already, leave it.
static inline void take_held(const area *a, uint32_t held) {
  uint32_t *bundle = current_of(a);
  while (bundle_count(bundle) > 0) {
    uint32_t first = bundle_first(bundle);
    if (!is_in_hand(a, word_peek(&bundle_frames(bundle)[first]), held)) return;
    set_fill(bundle, first + 1, bundle_end(bundle));
  }
}

// 0, or GIVE_FRAMES: there was no room for a frame.
static inline int32_t undo_taking(const area *a, uint32_t index, uint32_t held) {
  uint32_t page = entry_page(a, index);
  if (!is_claimed(a, page)) return 0;
  if (index < held) {
    unmap_pages(a->space, entry_at(a, index), 1);
    if (!give_frame(a, entry_frame(a, index))) return EXMAP_EVENT_GIVE_FRAMES;
  }
  set_page(a, page, 0);
  return 0;
}

static inline int32_t undo(const area *a) {
  uint32_t op = own(a, EXMAP_INTERFACE_OP);
  uint32_t held = smaller(own(a, EXMAP_INTERFACE_HELD), EXMAP_HAND_ENTRIES);
  uint32_t claiming = smaller(own(a, EXMAP_INTERFACE_CLAIMING), EXMAP_HAND_ENTRIES);
  if (takes_frames(op)) take_held(a, held);
  for (uint32_t i = 0; i < claiming; i++) {
    if (op == EXMAP_OP_WRITE) undo_writing(a, i, held);
    else if (op == EXMAP_OP_FREE) {
      if (is_claimed(a, entry_page(a, i))) set_page(a, entry_page(a, i), word_of(a, entry_frame(a, i)));
    } else if (undo_taking(a, i, held) != 0) return EXMAP_EVENT_GIVE_FRAMES;
  }
  empty_hand(a, own(a, EXMAP_INTERFACE_RESIDENT));
  return 0;
}

// EVENT_DONE: the slot is as new. EVENT_GIVE_FRAMES: the spare bundle has to give its frames back, then once more.
static inline int32_t recover(const area *a) {
  find_bundles(a);
  if (!has_bundles(a)) return PARPEROS_CORRUPT;
  bool finishing = own(a, EXMAP_INTERFACE_PHASE) == EXMAP_PHASE_FINISH;
  if (finishing && own(a, EXMAP_INTERFACE_HELD) > EXMAP_HAND_ENTRIES) return PARPEROS_CORRUPT;
  int32_t stop = finishing ? finish(a) : undo(a);
  if (stop != 0) return stop;
  set_own(a, EXMAP_INTERFACE_OP, EXMAP_OP_NONE);
  set_own(a, EXMAP_INTERFACE_LOCK, 0);
  return EXMAP_EVENT_DONE;
}

// The slot has bundles again, after another worker has taken its idle frames.
static inline void ready(const area *a) {
  if (own(a, EXMAP_INTERFACE_BUNDLES) == EXMAP_NO_BUNDLES) find_bundles(a);
}

// The slot's holder goes, or has no use for them: its bundles are nobody's.
static inline void leave(const area *a) {
  if (!has_bundles(a)) return;
  uint32_t current = current_bundle(a), spare = spare_bundle(a);
  set_bundles(a, EXMAP_NO_BUNDLE, EXMAP_NO_BUNDLE);
  let_go(a, current);
  let_go(a, spare);
}
