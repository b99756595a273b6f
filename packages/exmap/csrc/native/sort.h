// Sorting a hand: neighbours go to the operating system in one call, and a thousand numbers are sorted in the time of a few
// calls. A radix sort, which needs as many passes as the numbers that differ have bytes.
#pragma once

#include "atomics.h"

#include "../generated/layout.h"

#include <string.h>

// Sorts keys by their bits from `low` to `high`, of 64; `count` is at most EXMAP_HAND_ENTRIES.
static inline void sort_keys(uint64_t *keys, uint32_t count, uint32_t low, uint32_t high) {
  uint64_t other[EXMAP_HAND_ENTRIES];
  uint64_t *from = keys, *to = other;
  uint64_t differ = 0;
  for (uint32_t i = 1; i < count; i++) differ |= keys[i] ^ keys[0];
  for (uint32_t shift = low; shift < high; shift += 8) {
    if ((differ >> shift & 0xff) == 0) continue;
    uint32_t at[256] = {0};
    for (uint32_t i = 0; i < count; i++) at[from[i] >> shift & 0xff]++;
    for (uint32_t value = 0, sum = 0; value < 256; value++) {
      uint32_t many = at[value];
      at[value] = sum;
      sum += many;
    }
    for (uint32_t i = 0; i < count; i++) to[at[from[i] >> shift & 0xff]++] = from[i];
    uint64_t *last = from;
    from = to;
    to = last;
  }
  if (from != keys) memcpy(keys, from, count * sizeof *keys);
}

// Whether word `which` grows from entry to entry.
static inline bool is_ascending(const uint32_t *entries, uint32_t count, uint32_t which) {
  for (uint32_t i = 1; i < count; i++) {
    if (entries[i * EXMAP_ENTRY_WORDS + which] <= entries[(i - 1) * EXMAP_ENTRY_WORDS + which]) return false;
  }
  return true;
}

// Puts the entries in the order of their pages.
static inline void sort_pages(uint32_t *entries, uint32_t count) {
  if (is_ascending(entries, count, EXMAP_ENTRY_PAGE)) return;
  uint64_t keys[EXMAP_HAND_ENTRIES];
  uint32_t sorted[EXMAP_HAND_ENTRIES * EXMAP_ENTRY_WORDS];
  for (uint32_t i = 0; i < count; i++) keys[i] = (uint64_t)entries[i * EXMAP_ENTRY_WORDS + EXMAP_ENTRY_PAGE] << 32 | i;
  sort_keys(keys, count, 32, 64);
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t *entry = entries + (uint32_t)keys[i] * EXMAP_ENTRY_WORDS;
    memcpy(sorted + i * EXMAP_ENTRY_WORDS, entry, EXMAP_ENTRY_WORDS * sizeof *entry);
  }
  memcpy(entries, sorted, count * EXMAP_ENTRY_WORDS * sizeof *entries);
}

// Deals the frames out anew, so that they ascend with the entries.
static inline void sort_frames(uint32_t *entries, uint32_t count) {
  if (is_ascending(entries, count, EXMAP_ENTRY_FRAME)) return;
  uint64_t keys[EXMAP_HAND_ENTRIES];
  for (uint32_t i = 0; i < count; i++) keys[i] = entries[i * EXMAP_ENTRY_WORDS + EXMAP_ENTRY_FRAME];
  sort_keys(keys, count, 0, 32);
  for (uint32_t i = 0; i < count; i++) entries[i * EXMAP_ENTRY_WORDS + EXMAP_ENTRY_FRAME] = (uint32_t)keys[i];
}
