// The C core as a Node-API addon. `attach(words, frames)` returns an object with the operations of one instance; where its
// Region is stands in a small structure that lives as long as that object does.
#include "atomics.h"

#include "addon.h"
#include "buddy.h"
#include "prim_linux.c"

#include <stdlib.h>

// The arguments of a call and the instance that it belongs to.
static bool instance_arguments(napi_env env, napi_callback_info info, size_t wanted, napi_value *into, buddy **b) {
  return addon_arguments(env, info, wanted, into, (void **)b);
}

// Arguments are 32-bit integers: alloc-api's instance has seen to that.
static bool instance_numbers(napi_env env, napi_callback_info info, size_t wanted, napi_value *values,
                             uint32_t *numbers, buddy **b) {
  if (!instance_arguments(env, info, wanted, values, b)) return false;
  for (size_t i = 0; i < wanted; i++) {
    int32_t number;
    if (!addon_int32(env, values[i], &number)) return false;
    numbers[i] = (uint32_t)number;
  }
  return true;
}

// An array of 32-bit words, at least `least` of them.
static bool word_array(napi_env env, napi_value view, size_t least, uint32_t **words, uint32_t *count) {
  uint8_t *bytes;
  size_t byte_length;
  if (!addon_view(env, view, &bytes, &byte_length) || byte_length / 4 < least) return false;
  *words = (uint32_t *)(void *)bytes;
  *count = byte_length / 4 > UINT32_MAX ? UINT32_MAX : (uint32_t)(byte_length / 4);
  return true;
}

// init(allocated: 0 or 1)
static napi_value call_init(napi_env env, napi_callback_info info) {
  napi_value values[1];
  uint32_t numbers[1];
  buddy *b;
  if (!instance_numbers(env, info, 1, values, numbers, &b)) return addon_type_error(env, "init(allocated)");
  buddy_init(b, numbers[0] != 0);
  return NULL;
}

// get(order)
static napi_value call_get(napi_env env, napi_callback_info info) {
  napi_value values[1];
  uint32_t numbers[1];
  buddy *b;
  if (!instance_numbers(env, info, 1, values, numbers, &b)) return addon_type_error(env, "get(order)");
  return addon_number(env, buddy_get(b, numbers[0]));
}

// getAt(frame, order)
static napi_value call_get_at(napi_env env, napi_callback_info info) {
  napi_value values[2];
  uint32_t numbers[2];
  buddy *b;
  if (!instance_numbers(env, info, 2, values, numbers, &b)) return addon_type_error(env, "getAt(frame, order)");
  return addon_number(env, buddy_get_at(b, numbers[0], numbers[1]));
}

// put(frame, order)
static napi_value call_put(napi_env env, napi_callback_info info) {
  napi_value values[2];
  uint32_t numbers[2];
  buddy *b;
  if (!instance_numbers(env, info, 2, values, numbers, &b)) return addon_type_error(env, "put(frame, order)");
  return addon_number(env, buddy_put(b, numbers[0], numbers[1]));
}

// getBatch(order, into) and putBatch(order, frames)
static napi_value call_batch(napi_env env, napi_callback_info info, bool is_get) {
  napi_value values[2];
  buddy *b;
  int32_t order;
  uint32_t *words, count;
  if (!instance_arguments(env, info, 2, values, &b) || !addon_int32(env, values[0], &order) ||
      !word_array(env, values[1], 0, &words, &count)) {
    return addon_type_error(env, is_get ? "getBatch(order, into)" : "putBatch(order, frames)");
  }
  return addon_number(env, is_get ? buddy_get_batch(b, (uint32_t)order, words, count)
                                  : buddy_put_batch(b, (uint32_t)order, words, count));
}

static napi_value call_get_batch(napi_env env, napi_callback_info info) { return call_batch(env, info, true); }

static napi_value call_put_batch(napi_env env, napi_callback_info info) { return call_batch(env, info, false); }

// stats(into of 2)
static napi_value call_stats(napi_env env, napi_callback_info info) {
  napi_value values[1];
  buddy *b;
  uint32_t *into, count;
  if (!instance_arguments(env, info, 1, values, &b) || !word_array(env, values[0], 2, &into, &count)) {
    return addon_type_error(env, "stats(into)");
  }
  buddy_stats(b, into);
  return NULL;
}

// statsAt(frame, order, into of 2)
static napi_value call_stats_at(napi_env env, napi_callback_info info) {
  napi_value values[3];
  buddy *b;
  int32_t frame, order;
  uint32_t *into, count;
  if (!instance_arguments(env, info, 3, values, &b) || !addon_int32(env, values[0], &frame) ||
      !addon_int32(env, values[1], &order) || !word_array(env, values[2], 2, &into, &count)) {
    return addon_type_error(env, "statsAt(frame, order, into)");
  }
  return addon_number(env, buddy_stats_at(b, (uint32_t)frame, (uint32_t)order, into));
}

// validate(into of 4)
static napi_value call_validate(napi_env env, napi_callback_info info) {
  napi_value values[1];
  buddy *b;
  uint32_t *into, count;
  if (!instance_arguments(env, info, 1, values, &b) || !word_array(env, values[0], 4, &into, &count)) {
    return addon_type_error(env, "validate(into)");
  }
  return addon_number(env, buddy_validate(b, into));
}

static void instance_free(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  free(data);
}

// attach(words, frames): the operations of one instance. The caller keeps `words` for as long as the object.
static napi_value call_attach(napi_env env, napi_callback_info info) {
  static const addon_function operations[] = {
      {"init", call_init},          {"get", call_get},           {"getAt", call_get_at},
      {"put", call_put},            {"getBatch", call_get_batch}, {"putBatch", call_put_batch},
      {"stats", call_stats},        {"statsAt", call_stats_at},  {"validate", call_validate}};
  napi_value values[2], instance;
  uint32_t frames, *words, count;
  if (!addon_arguments(env, info, 2, values, NULL) || napi_get_value_uint32(env, values[1], &frames) != napi_ok ||
      frames == 0 || frames > BUDDY_MAX_FRAMES || !word_array(env, values[0], 0, &words, &count)) {
    return addon_type_error(env, "attach(words, frames)");
  }
  buddy wanted = buddy_at(words, frames, true);
  if (count < parts_end(&wanted)) return addon_type_error(env, "attach(words, frames): too few words");
  if (napi_create_object(env, &instance) != napi_ok) return NULL;
  buddy *b = malloc(sizeof *b);
  if (!b) return addon_system_error(env, ENOMEM);
  *b = wanted;
  if (napi_wrap(env, instance, b, instance_free, NULL, NULL) != napi_ok) {
    free(b);
    return NULL;
  }
  return addon_define(env, instance, operations, sizeof operations / sizeof *operations, b) ? instance : NULL;
}

static napi_value call_layout_hash(napi_env env, napi_callback_info info) {
  (void)info;
  return addon_unsigned(env, BUDDY_LAYOUT_HASH);
}

NAPI_MODULE_INIT() {
  static const addon_function functions[] = {{"attach", call_attach}, {"layoutHash", call_layout_hash}};
  return addon_define(env, exports, functions, sizeof functions / sizeof *functions, NULL) ? exports : NULL;
}
