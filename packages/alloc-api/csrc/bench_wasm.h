// The benchmark loops as a WebAssembly module. Included once, by the wasm.c of a bench/csrc, after bench_loops.h.
#pragma once

#define BENCH_EXPORT(name) __attribute__((export_name(#name)))

BENCH_EXPORT(layout_hash) uint32_t export_layout_hash(void) { return CORE_LAYOUT_HASH; }

BENCH_EXPORT(repeat)
uint32_t export_repeat(uint32_t *words, uint32_t first, uint32_t second, uint32_t order, uint32_t pairs) {
  CORE core = CORE_AT(words, first, second);
  return bench_repeat(&core, order, pairs);
}

BENCH_EXPORT(bulk_get)
uint32_t export_bulk_get(uint32_t *words, uint32_t first, uint32_t second, uint32_t order, uint32_t count,
                         uint32_t *list) {
  CORE core = CORE_AT(words, first, second);
  return bench_bulk_get(&core, order, list, count);
}

BENCH_EXPORT(bulk_put)
uint32_t export_bulk_put(uint32_t *words, uint32_t first, uint32_t second, uint32_t order, uint32_t count,
                         const uint32_t *list) {
  CORE core = CORE_AT(words, first, second);
  return bench_bulk_put(&core, order, list, count);
}

BENCH_EXPORT(shuffle) void export_shuffle(uint32_t *list, uint32_t count, uint32_t seed) {
  bench_shuffle(list, count, seed);
}

BENCH_EXPORT(compare_exchange) void export_compare_exchange(uint32_t *word, uint32_t times) {
  bench_compare_exchange(word, times);
}
