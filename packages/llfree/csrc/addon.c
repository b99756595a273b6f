// The core as a Node-API addon. `attach(words, slot)` gives an object whose functions work on that Region as that slot:
// they find both in their own data, so that a call carries nothing but its numbers.
#include "llfree.h"

#include "addon.h"
#include "prim_linux.c"

#include <stdlib.h>

typedef struct {
  uint32_t *words;
  uint32_t slot;
} attached;

#define INT(name, index)                                  \
  int32_t name;                                           \
  if (!addon_int32(env, arguments[index], &name)) {       \
    return addon_type_error(env, #name " is an integer"); \
  }

#define WORDS(name, index)                                                       \
  uint8_t *name##_bytes;                                                         \
  size_t name##_size;                                                            \
  if (!addon_view(env, arguments[index], &name##_bytes, &name##_size)) {         \
    return addon_type_error(env, #name " is a typed array");                     \
  }                                                                              \
  uint32_t *name = (uint32_t *)(void *)name##_bytes;                             \
  uint32_t name##_length = (uint32_t)(name##_size / 4);                          \
  (void)name##_length

static napi_value export_init(napi_env env, napi_callback_info info) {
  ADDON_ENTER(const attached, 1);
  bool allocated;
  if (napi_get_value_bool(env, arguments[0], &allocated) != napi_ok) {
    return addon_type_error(env, "allocated is a boolean");
  }
  area a = area_of(self->words, self->slot);
  init(&a, allocated);
  return NULL;
}

static napi_value export_recover(napi_env env, napi_callback_info info) {
  ADDON_ENTER(const attached, 1);
  WORDS(into, 0);
  area a = area_of(self->words, self->slot);
  recover(&a, into);
  return NULL;
}

static napi_value export_get(napi_env env, napi_callback_info info) {
  ADDON_ENTER(const attached, 2);
  INT(order, 0);
  INT(frame_class, 1);
  return addon_number(env, llfree_get(self->words, self->slot, (uint32_t)order, frame_class));
}

static napi_value export_get_at(napi_env env, napi_callback_info info) {
  ADDON_ENTER(const attached, 3);
  INT(frame, 0);
  INT(order, 1);
  INT(frame_class, 2);
  return addon_number(env, llfree_get_at(self->words, self->slot, (uint32_t)frame, (uint32_t)order, frame_class));
}

static napi_value export_put(napi_env env, napi_callback_info info) {
  ADDON_ENTER(const attached, 2);
  INT(frame, 0);
  INT(order, 1);
  return addon_number(env, llfree_put(self->words, self->slot, (uint32_t)frame, (uint32_t)order));
}

static napi_value export_get_batch(napi_env env, napi_callback_info info) {
  ADDON_ENTER(const attached, 3);
  INT(order, 0);
  WORDS(into, 1);
  INT(frame_class, 2);
  return addon_number(env,
                      llfree_get_batch(self->words, self->slot, (uint32_t)order, into, into_length, frame_class));
}

static napi_value export_put_batch(napi_env env, napi_callback_info info) {
  ADDON_ENTER(const attached, 2);
  INT(order, 0);
  WORDS(frames, 1);
  return addon_unsigned(env, llfree_put_batch(self->words, self->slot, (uint32_t)order, frames, frames_length));
}

static napi_value export_drain(napi_env env, napi_callback_info info) {
  ADDON_ENTER_BARE(const attached);
  area a = area_of(self->words, self->slot);
  drain(&a);
  return NULL;
}

static napi_value export_stats(napi_env env, napi_callback_info info) {
  ADDON_ENTER(const attached, 1);
  WORDS(into, 0);
  area a = area_of(self->words, self->slot);
  stats(&a, into);
  return NULL;
}

static napi_value export_quick_stats(napi_env env, napi_callback_info info) {
  ADDON_ENTER(const attached, 1);
  WORDS(into, 0);
  area a = area_of(self->words, self->slot);
  quick_stats(&a, into);
  return NULL;
}

static napi_value export_stats_at(napi_env env, napi_callback_info info) {
  ADDON_ENTER(const attached, 3);
  INT(frame, 0);
  INT(order, 1);
  WORDS(into, 2);
  return addon_number(env, llfree_stats_at(self->words, self->slot, (uint32_t)frame, (uint32_t)order, into));
}

static napi_value export_validate(napi_env env, napi_callback_info info) {
  ADDON_ENTER(const attached, 1);
  WORDS(into, 0);
  area a = area_of(self->words, self->slot);
  return addon_number(env, validate(&a, into));
}

static void detach(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  free(data);
}

// attach(words, slot) → the core's functions. The object keeps `words` alive, and with it the memory.
static napi_value attach(napi_env env, napi_callback_info info) {
  static const addon_function functions[] = {
      {"init", export_init},           {"recover", export_recover},
      {"get", export_get},             {"getAt", export_get_at},
      {"put", export_put},             {"getBatch", export_get_batch},
      {"putBatch", export_put_batch},  {"drain", export_drain},
      {"stats", export_stats},         {"statsAt", export_stats_at},
      {"quickStats", export_quick_stats}, {"validate", export_validate}};
  napi_value arguments[2], core;
  uint8_t *bytes;
  size_t size;
  int32_t slot;
  if (!addon_arguments(env, info, 2, arguments, NULL) || !addon_view(env, arguments[0], &bytes, &size) ||
      !addon_int32(env, arguments[1], &slot)) {
    return addon_type_error(env, "attach(words, slot)");
  }
  attached *self = malloc(sizeof *self);
  if (!self) return addon_type_error(env, "no memory to attach");
  *self = (attached){(uint32_t *)(void *)bytes, (uint32_t)slot};
  if (napi_create_object(env, &core) != napi_ok || napi_wrap(env, core, self, detach, NULL, NULL) != napi_ok) {
    free(self);
    return NULL;
  }
  bool made = addon_define(env, core, functions, sizeof functions / sizeof *functions, self) &&
              napi_set_named_property(env, core, "words", arguments[0]) == napi_ok;
  return made ? core : NULL;
}

NAPI_MODULE_INIT() {
  static const addon_function functions[] = {{"attach", attach}};
  napi_value hash = addon_unsigned(env, LLFREE_LAYOUT_HASH);
  bool made = addon_define(env, exports, functions, 1, NULL) && hash &&
              napi_set_named_property(env, exports, "layoutHash", hash) == napi_ok;
  return made ? exports : NULL;
}
