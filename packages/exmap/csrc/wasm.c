// The core as a WebAssembly module: the operations of exmap.h under their names. Addresses are those of the memory that the
// instance was made with; the pool may be in another one.
#include "map_none.h"

#include "exmap.h"

#define EXPORT(name) __attribute__((export_name(#name)))

EXPORT(layout_hash) uint32_t layout_hash(void) { return EXMAP_LAYOUT_HASH; }

EXPORT(recover) int32_t export_recover(uint32_t *words, uint32_t slot) { return exmap_recover(words, slot, NULL); }

EXPORT(begin) void export_begin(uint32_t *words, uint32_t slot, uint32_t op, uint32_t runs) {
  exmap_begin(words, slot, op, runs);
}

EXPORT(step) int32_t export_step(uint32_t *words, uint32_t slot) { return exmap_step(words, slot, NULL); }

EXPORT(next_bundle) uint32_t export_next_bundle(uint32_t *words, uint32_t slot) {
  return exmap_next_bundle(words, slot);
}

EXPORT(gather) uint32_t export_gather(uint32_t *words, uint32_t slot) { return exmap_gather(words, slot, NULL); }

EXPORT(ready) void export_ready(uint32_t *words, uint32_t slot) { exmap_ready(words, slot); }

EXPORT(leave) void export_leave(uint32_t *words, uint32_t slot) { exmap_leave(words, slot); }
