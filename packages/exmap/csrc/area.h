// One worker's view of an area: the shared words, where everything stands in them, and which slot this worker is. Made anew
// from the header for each call: a core keeps no state.
#pragma once

#include "atomics.h"
#include "generated/layout.h"
#include "generated/status.h"
#include "map.h"

typedef struct {
  uint32_t *words;
  // The page table; an index is a page.
  uint32_t *table;
  // This slot's interface, its commands, its hand.
  uint32_t *self, *commands, *hand;
  uint32_t *shelf;
  uint64_t pages;
  uint32_t slots, command_count, frames, zero, zero_order;
  uint32_t bundles, bundle_frames, bundle_words, bundles_at;
  uint32_t interfaces_at, interface_words, hand_offset;
  uint32_t slot;
  // What the slot's claims look like in the page table.
  uint32_t busy;
  space *space;
} area;

ALWAYS_INLINE uint32_t smaller(uint32_t a, uint32_t b) { return a < b ? a : b; }

// The interface of a slot.
ALWAYS_INLINE uint32_t *interface_of(const area *a, uint32_t slot) {
  return a->words + a->interfaces_at + (size_t)slot * a->interface_words;
}

static inline area area_of(uint32_t *words, uint32_t slot, space *space) {
  area a = {.words = words,
            .table = words + words[EXMAP_HEADER_TABLE_AT],
            .shelf = words + words[EXMAP_HEADER_SHELF_AT],
            .pages = (uint64_t)words[EXMAP_HEADER_LAST_PAGE] + 1,
            .slots = words[EXMAP_HEADER_SLOTS],
            .command_count = words[EXMAP_HEADER_COMMANDS],
            .frames = words[EXMAP_HEADER_FRAMES],
            .zero = words[EXMAP_HEADER_ZERO_FRAME],
            .zero_order = words[EXMAP_HEADER_ZERO_ORDER],
            .bundles = words[EXMAP_HEADER_BUNDLES],
            .bundle_frames = words[EXMAP_HEADER_BUNDLE_FRAMES],
            .bundle_words = words[EXMAP_HEADER_BUNDLE_WORDS],
            .bundles_at = words[EXMAP_HEADER_BUNDLES_AT],
            .interfaces_at = words[EXMAP_HEADER_INTERFACES_AT],
            .interface_words = words[EXMAP_HEADER_INTERFACE_WORDS],
            .slot = slot,
            .busy = EXMAP_TABLE_BUSY | slot,
            .space = space};
  a.hand_offset = a.interface_words - EXMAP_HAND_ENTRIES * EXMAP_ENTRY_WORDS;
  a.self = interface_of(&a, slot);
  a.commands = a.self + EXMAP_INTERFACE_STATE_WORDS;
  a.hand = a.self + a.hand_offset;
  return a;
}

// Whether there is no other slot: then nobody else claims pages.
ALWAYS_INLINE bool is_alone(const area *a) { return a->slots == 1; }

// A word of the own interface. Only this slot writes it; what is written later is never there before.
ALWAYS_INLINE uint32_t own(const area *a, uint32_t index) { return word_peek(&a->self[index]); }
ALWAYS_INLINE void set_own(const area *a, uint32_t index, uint32_t value) { word_release(&a->self[index], value); }

// Command `run`, and entry `index` of the hand.
ALWAYS_INLINE uint32_t *command_at(const area *a, uint32_t run) { return a->commands + run * EXMAP_COMMAND_WORDS; }
ALWAYS_INLINE uint32_t *entry_at(const area *a, uint32_t index) { return a->hand + index * EXMAP_ENTRY_WORDS; }
