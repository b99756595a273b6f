// The C core as WebAssembly. Every export begins with the same three numbers: the address of the Region, the number of
// its frames, and whether this thread may sleep. Arrays are addresses in the same memory.
#include "buddy.h"

#define EXPORT(name) __attribute__((export_name(#name)))

EXPORT(buddy_layout_hash) uint32_t export_layout_hash(void) { return BUDDY_LAYOUT_HASH; }

EXPORT(buddy_init) void export_init(uint32_t *words, uint32_t frames, bool may_sleep, bool allocated) {
  buddy b = buddy_at(words, frames, may_sleep);
  buddy_init(&b, allocated);
}

EXPORT(buddy_get) int32_t export_get(uint32_t *words, uint32_t frames, bool may_sleep, uint32_t order) {
  buddy b = buddy_at(words, frames, may_sleep);
  return buddy_get(&b, order);
}

EXPORT(buddy_get_at)
int32_t export_get_at(uint32_t *words, uint32_t frames, bool may_sleep, uint32_t frame, uint32_t order) {
  buddy b = buddy_at(words, frames, may_sleep);
  return buddy_get_at(&b, frame, order);
}

EXPORT(buddy_put)
int32_t export_put(uint32_t *words, uint32_t frames, bool may_sleep, uint32_t frame, uint32_t order) {
  buddy b = buddy_at(words, frames, may_sleep);
  return buddy_put(&b, frame, order);
}

EXPORT(buddy_get_batch)
int32_t export_get_batch(uint32_t *words, uint32_t frames, bool may_sleep, uint32_t order, uint32_t *into,
                         uint32_t count) {
  buddy b = buddy_at(words, frames, may_sleep);
  return buddy_get_batch(&b, order, into, count);
}

EXPORT(buddy_put_batch)
int32_t export_put_batch(uint32_t *words, uint32_t frames, bool may_sleep, uint32_t order, const uint32_t *blocks,
                         uint32_t count) {
  buddy b = buddy_at(words, frames, may_sleep);
  return buddy_put_batch(&b, order, blocks, count);
}

EXPORT(buddy_stats) void export_stats(uint32_t *words, uint32_t frames, bool may_sleep, uint32_t *into) {
  buddy b = buddy_at(words, frames, may_sleep);
  buddy_stats(&b, into);
}

EXPORT(buddy_stats_at)
int32_t export_stats_at(uint32_t *words, uint32_t frames, bool may_sleep, uint32_t frame, uint32_t order,
                        uint32_t *into) {
  buddy b = buddy_at(words, frames, may_sleep);
  return buddy_stats_at(&b, frame, order, into);
}

EXPORT(buddy_validate) int32_t export_validate(uint32_t *words, uint32_t frames, bool may_sleep, uint32_t *into) {
  buddy b = buddy_at(words, frames, may_sleep);
  return buddy_validate(&b, into);
}
