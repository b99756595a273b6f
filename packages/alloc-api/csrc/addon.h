// What every package's addon needs of Node-API: arguments in, numbers out, errors with a code. Functions take a fixed
// number of arguments; a wrong one throws a TypeError, which only a mistake in our own TypeScript can cause.
#pragma once

#include <node_api.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  const char *name;
  napi_callback call;
} addon_function;

ALWAYS_INLINE napi_value addon_type_error(napi_env env, const char *what) {
  napi_throw_type_error(env, NULL, what);
  return NULL;
}

// Throws an Error whose `code` is the errno value in decimal and whose message is the system's text.
static inline napi_value addon_system_error(napi_env env, int error) {
  char code[16];
  snprintf(code, sizeof code, "%d", error);
  napi_throw_error(env, code, strerror(error));
  return NULL;
}

ALWAYS_INLINE bool addon_arguments(napi_env env, napi_callback_info info, size_t wanted, napi_value *into, void **data) {
  size_t count = wanted;
  return napi_get_cb_info(env, info, &count, into, NULL, data) == napi_ok && count == wanted;
}

// What a function of a core starts with: its arguments, and in `self` what `attach` has bound it to.
#define ADDON_ENTER(bound, count)                                           \
  napi_value arguments[count];                                              \
  void *data;                                                               \
  if (!addon_arguments(env, info, count, arguments, &data)) {               \
    return addon_type_error(env, "a core takes " #count " arguments here"); \
  }                                                                         \
  bound *self = data

#define ADDON_ENTER_BARE(bound)                                                                        \
  void *data;                                                                                          \
  if (!addon_arguments(env, info, 0, NULL, &data)) return addon_type_error(env, "takes no arguments"); \
  bound *self = data

ALWAYS_INLINE bool addon_int32(napi_env env, napi_value value, int32_t *into) {
  return napi_get_value_int32(env, value, into) == napi_ok;
}

// The bytes of a typed array. A view is asked for, since older Nodes give no pointer for a SharedArrayBuffer itself.
static inline bool addon_view(napi_env env, napi_value value, uint8_t **bytes, size_t *byte_length) {
  napi_typedarray_type type;
  size_t length, offset;
  void *data;
  napi_value buffer;
  if (napi_get_typedarray_info(env, value, &type, &length, &data, &buffer, &offset) != napi_ok) return false;
  size_t element;
  switch (type) {
    case napi_uint8_array: element = 1; break;
    case napi_int32_array:
    case napi_uint32_array: element = 4; break;
    default: return false;
  }
  *bytes = data;
  *byte_length = length * element;
  return true;
}

ALWAYS_INLINE napi_value addon_number(napi_env env, int32_t value) {
  napi_value result;
  return napi_create_int32(env, value, &result) == napi_ok ? result : NULL;
}

ALWAYS_INLINE napi_value addon_unsigned(napi_env env, uint32_t value) {
  napi_value result;
  return napi_create_uint32(env, value, &result) == napi_ok ? result : NULL;
}

// Sets each function on `target`, with `data` as what it gets back through addon_arguments.
static inline bool addon_define(napi_env env, napi_value target, const addon_function *functions, size_t count,
                                void *data) {
  for (size_t i = 0; i < count; i++) {
    napi_value function;
    if (napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].call, data, &function) != napi_ok ||
        napi_set_named_property(env, target, functions[i].name, function) != napi_ok) {
      return false;
    }
  }
  return true;
}
