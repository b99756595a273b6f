// The addon of alloc-api: memory that other processes can have, and a futex that wakes waiters in them.
#include "atomics.h"

#include "addon.h"
#include "flush.h"
#include "prim.h"
#include "prim_linux.c"

#include <errno.h>

// memfd(name: Uint8Array ending in 0, bytes: number) → descriptor
static napi_value memfd(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  uint8_t *name;
  size_t name_bytes;
  int64_t bytes;
  if (!addon_arguments(env, info, 2, arguments, NULL) || !addon_view(env, arguments[0], &name, &name_bytes) ||
      name_bytes == 0 || name[name_bytes - 1] != 0 || napi_get_value_int64(env, arguments[1], &bytes) != napi_ok ||
      bytes <= 0) {
    return addon_type_error(env, "memfd(name, bytes)");
  }
  int fd = -1;
  int error = prim_memfd((const char *)name, (uint64_t)bytes, &fd);
  return error ? addon_system_error(env, error) : addon_number(env, fd);
}

// mapShared(view, fd): maps the file from its start over the whole view.
static napi_value map_shared(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  uint8_t *bytes;
  size_t byte_length;
  int32_t fd;
  if (!addon_arguments(env, info, 2, arguments, NULL) || !addon_view(env, arguments[0], &bytes, &byte_length) ||
      !addon_int32(env, arguments[1], &fd)) {
    return addon_type_error(env, "mapShared(view, fd)");
  }
  size_t page = prim_page_bytes();
  // Mapping over anything but whole pages of the buffer would take away its neighbours' memory.
  if ((uintptr_t)bytes % page != 0 || byte_length % page != 0) return addon_system_error(env, EINVAL);
  int error = prim_map_shared(bytes, byte_length, fd, 0);
  return error ? addon_system_error(env, error) : addon_number(env, 0);
}

static bool word_argument(napi_env env, napi_value view, napi_value index, uint32_t **word) {
  uint8_t *bytes;
  size_t byte_length;
  uint32_t at;
  if (!addon_view(env, view, &bytes, &byte_length) || napi_get_value_uint32(env, index, &at) != napi_ok ||
      (uint64_t)at * 4 + 4 > byte_length) {
    return false;
  }
  *word = (uint32_t *)(void *)bytes + at;
  return true;
}

// futexWait(words, index, expected, timeoutMs; < 0: for ever) → 0 woken, 1 not equal, 2 timed out
static napi_value futex_wait(napi_env env, napi_callback_info info) {
  napi_value arguments[4];
  uint32_t *word;
  int32_t expected;
  double timeout_ms;
  if (!addon_arguments(env, info, 4, arguments, NULL) || !word_argument(env, arguments[0], arguments[1], &word) ||
      !addon_int32(env, arguments[2], &expected) || napi_get_value_double(env, arguments[3], &timeout_ms) != napi_ok) {
    return addon_type_error(env, "futexWait(words, index, expected, timeoutMs)");
  }
  int error = prim_futex_wait(word, (uint32_t)expected, timeout_ms < 0 ? -1 : (int64_t)(timeout_ms * 1e6));
  switch (error) {
    case 0:
    case EINTR: return addon_number(env, 0);
    case EAGAIN: return addon_number(env, 1);
    case ETIMEDOUT: return addon_number(env, 2);
    default: return addon_system_error(env, error);
  }
}

// futexWake(words, index, count) → how many were woken
static napi_value futex_wake(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  uint32_t *word;
  uint32_t count, woken = 0;
  if (!addon_arguments(env, info, 3, arguments, NULL) || !word_argument(env, arguments[0], arguments[1], &word) ||
      napi_get_value_uint32(env, arguments[2], &count) != napi_ok) {
    return addon_type_error(env, "futexWake(words, index, count)");
  }
  int error = prim_futex_wake(word, count, &woken);
  return error ? addon_system_error(env, error) : addon_unsigned(env, woken);
}

// The bytes of words[index …], count of them; false when they are not all there.
static bool range_argument(napi_env env, const napi_value arguments[3], uint8_t **bytes, size_t *byte_length) {
  uint8_t *start;
  size_t size;
  uint32_t index, count;
  if (!addon_view(env, arguments[0], &start, &size) || napi_get_value_uint32(env, arguments[1], &index) != napi_ok ||
      napi_get_value_uint32(env, arguments[2], &count) != napi_ok || ((uint64_t)index + count) * 4 > size) {
    return false;
  }
  *bytes = start + (size_t)index * 4;
  *byte_length = (size_t)count * 4;
  return true;
}

// flushWords(words, index, count): starts the write-back of their cache lines.
static napi_value flush_words(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  uint8_t *bytes;
  size_t byte_length;
  if (!addon_arguments(env, info, 3, arguments, NULL) || !range_argument(env, arguments, &bytes, &byte_length)) {
    return addon_type_error(env, "flushWords(words, index, count)");
  }
  flush_range(bytes, byte_length);
  return NULL;
}

// persistFence(): waits for all flushes of this thread.
static napi_value persist_fence(napi_env env, napi_callback_info info) {
  (void)env;
  (void)info;
  flush_fence();
  return NULL;
}

// syncWords(words, index, count): writes their pages to the file's medium and waits.
static napi_value sync_words(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  uint8_t *bytes;
  size_t byte_length;
  if (!addon_arguments(env, info, 3, arguments, NULL) || !range_argument(env, arguments, &bytes, &byte_length)) {
    return addon_type_error(env, "syncWords(words, index, count)");
  }
  int error = prim_msync(bytes, byte_length);
  return error ? addon_system_error(env, error) : NULL;
}

NAPI_MODULE_INIT() {
  static const addon_function functions[] = {
      {"memfd", memfd},           {"mapShared", map_shared},    {"futexWait", futex_wait},       {"futexWake", futex_wake},
      {"flushWords", flush_words}, {"syncWords", sync_words}, {"persistFence", persist_fence}};
  return addon_define(env, exports, functions, sizeof functions / sizeof *functions, NULL) ? exports : NULL;
}
