// The core as a WebAssembly module: the operations of llfree.h under their names. Addresses are those of the memory that
// the instance was made with.
#include "llfree.h"

#define EXPORT(name) __attribute__((export_name(#name)))

EXPORT(layout_hash) uint32_t layout_hash(void) { return LLFREE_LAYOUT_HASH; }

EXPORT(init) void export_init(uint32_t *words, uint32_t slot, uint32_t allocated) {
  area a = area_of(words, slot);
  init(&a, allocated != 0);
}

EXPORT(recover) void export_recover(uint32_t *words, uint32_t slot, uint32_t *into) {
  area a = area_of(words, slot);
  recover(&a, into);
}

EXPORT(get) int32_t export_get(uint32_t *words, uint32_t slot, uint32_t order, int32_t frame_class) {
  return llfree_get(words, slot, order, frame_class);
}

EXPORT(get_at)
int32_t export_get_at(uint32_t *words, uint32_t slot, uint32_t frame, uint32_t order, int32_t frame_class) {
  return llfree_get_at(words, slot, frame, order, frame_class);
}

EXPORT(put) int32_t export_put(uint32_t *words, uint32_t slot, uint32_t frame, uint32_t order) {
  return llfree_put(words, slot, frame, order);
}

EXPORT(get_batch)
int32_t export_get_batch(uint32_t *words, uint32_t slot, uint32_t order, uint32_t *into, uint32_t length,
                         int32_t frame_class) {
  return llfree_get_batch(words, slot, order, into, length, frame_class);
}

EXPORT(put_batch)
uint32_t export_put_batch(uint32_t *words, uint32_t slot, uint32_t order, const uint32_t *frames, uint32_t length) {
  return llfree_put_batch(words, slot, order, frames, length);
}

EXPORT(drain) void export_drain(uint32_t *words, uint32_t slot) {
  area a = area_of(words, slot);
  drain(&a);
}

EXPORT(stats) void export_stats(uint32_t *words, uint32_t slot, uint32_t *into) {
  area a = area_of(words, slot);
  stats(&a, into);
}

EXPORT(quick_stats) void export_quick_stats(uint32_t *words, uint32_t slot, uint32_t *into) {
  area a = area_of(words, slot);
  quick_stats(&a, into);
}

EXPORT(stats_at)
int32_t export_stats_at(uint32_t *words, uint32_t slot, uint32_t frame, uint32_t order, uint32_t *into) {
  return llfree_stats_at(words, slot, frame, order, into);
}

EXPORT(validate) int32_t export_validate(uint32_t *words, uint32_t slot, uint32_t *into) {
  area a = area_of(words, slot);
  return validate(&a, into);
}
