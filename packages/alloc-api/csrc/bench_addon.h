// The benchmark loops as a Node-API addon. Included once, by the addon.c of a bench/csrc, after bench_loops.h. The loops
// take (words, first, second, order, count, list); `count` is never more than the list has.
#pragma once

#include "addon.h"

typedef struct {
  CORE core;
  uint32_t order;
  uint32_t count;
  uint32_t *list;
  size_t capacity;
} bench_call;

static bool bench_words(napi_env env, napi_value view, uint32_t **words, size_t *count) {
  uint8_t *bytes;
  size_t byte_length;
  if (!addon_view(env, view, &bytes, &byte_length)) return false;
  *words = (uint32_t *)(void *)bytes;
  *count = byte_length / 4;
  return true;
}

static bool bench_number(napi_env env, napi_value value, uint32_t *number) {
  return napi_get_value_uint32(env, value, number) == napi_ok;
}

static bool bench_arguments(napi_env env, napi_callback_info info, bench_call *call) {
  napi_value values[6];
  uint32_t *words, first, second;
  size_t word_count;
  if (!addon_arguments(env, info, 6, values, NULL) || !bench_words(env, values[0], &words, &word_count) ||
      !bench_number(env, values[1], &first) || !bench_number(env, values[2], &second) ||
      !bench_number(env, values[3], &call->order) || !bench_number(env, values[4], &call->count) ||
      !bench_words(env, values[5], &call->list, &call->capacity)) {
    return false;
  }
  call->core = CORE_AT(words, first, second);
  return true;
}

static napi_value call_repeat(napi_env env, napi_callback_info info) {
  bench_call call;
  if (!bench_arguments(env, info, &call)) return addon_type_error(env, "repeat: wrong arguments");
  return addon_unsigned(env, bench_repeat(&call.core, call.order, call.count));
}

static napi_value call_bulk_get(napi_env env, napi_callback_info info) {
  bench_call call;
  if (!bench_arguments(env, info, &call) || call.count > call.capacity) {
    return addon_type_error(env, "bulk_get: wrong arguments");
  }
  return addon_unsigned(env, bench_bulk_get(&call.core, call.order, call.list, call.count));
}

static napi_value call_bulk_put(napi_env env, napi_callback_info info) {
  bench_call call;
  if (!bench_arguments(env, info, &call) || call.count > call.capacity) {
    return addon_type_error(env, "bulk_put: wrong arguments");
  }
  return addon_unsigned(env, bench_bulk_put(&call.core, call.order, call.list, call.count));
}

// shuffle(list, count, seed)
static napi_value call_shuffle(napi_env env, napi_callback_info info) {
  napi_value values[3];
  uint32_t *list, count, seed;
  size_t capacity;
  if (!addon_arguments(env, info, 3, values, NULL) || !bench_words(env, values[0], &list, &capacity) ||
      !bench_number(env, values[1], &count) || count > capacity || !bench_number(env, values[2], &seed)) {
    return addon_type_error(env, "shuffle(list, count, seed)");
  }
  bench_shuffle(list, count, seed);
  return NULL;
}

// compare_exchange(word, times)
static napi_value call_compare_exchange(napi_env env, napi_callback_info info) {
  napi_value values[2];
  uint32_t *word, times;
  size_t count;
  if (!addon_arguments(env, info, 2, values, NULL) || !bench_words(env, values[0], &word, &count) || count == 0 ||
      !bench_number(env, values[1], &times)) {
    return addon_type_error(env, "compare_exchange(word, times)");
  }
  bench_compare_exchange(word, times);
  return NULL;
}

static napi_value call_layout_hash(napi_env env, napi_callback_info info) {
  (void)info;
  return addon_unsigned(env, CORE_LAYOUT_HASH);
}

NAPI_MODULE_INIT() {
  static const addon_function functions[] = {
      {"repeat", call_repeat},   {"bulk_get", call_bulk_get},                 {"bulk_put", call_bulk_put},
      {"shuffle", call_shuffle}, {"compare_exchange", call_compare_exchange}, {"layout_hash", call_layout_hash}};
  return addon_define(env, exports, functions, sizeof functions / sizeof *functions, NULL) ? exports : NULL;
}
