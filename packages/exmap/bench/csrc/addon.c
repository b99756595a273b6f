// The loops that ExMap is compared with, as a Node-API addon. Memory and lists of pages are views; errors of the operating
// system are thrown.
#include "atomics.h"

#include "moves.h"
#include "reads.h"

#include "addon.h"
#include "prim_linux.c"
#include "prim_ring_linux.c"

#include <stdlib.h>

static bool bare_number(napi_env env, napi_value value, uint32_t *number) {
  return napi_get_value_uint32(env, value, number) == napi_ok;
}

// Memory that begins on a page and has whole ones.
static bool bare_memory(napi_env env, napi_value view, uint8_t **memory, size_t *bytes) {
  return addon_view(env, view, memory, bytes) && (uintptr_t)*memory % PAGE_BYTES == 0 && *bytes % PAGE_BYTES == 0;
}

static bool bare_list(napi_env env, napi_value view, uint32_t **list, uint32_t *count) {
  uint8_t *bytes;
  size_t byte_length;
  if (!addon_view(env, view, &bytes, &byte_length) || byte_length / 4 > UINT32_MAX) return false;
  *list = (uint32_t *)(void *)bytes;
  *count = (uint32_t)(byte_length / 4);
  return true;
}

static napi_value bare_done(napi_env env, int error) { return error != 0 ? addon_system_error(env, error) : NULL; }

// small(memory): its pages are single ones, whatever the system prefers.
static napi_value export_small(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  prim_range memory;
  if (!addon_arguments(env, info, 1, arguments, NULL) ||
      !bare_memory(env, arguments[0], &memory.address, &memory.bytes)) {
    return addon_type_error(env, "small(memory)");
  }
  return bare_done(env, prim_advise(&memory, PRIM_SMALL));
}

// faultAndDrop(memory, pages, times)
static napi_value export_fault_and_drop(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  uint8_t *memory;
  size_t bytes;
  uint32_t pages, times;
  if (!addon_arguments(env, info, 3, arguments, NULL) || !bare_memory(env, arguments[0], &memory, &bytes) ||
      !bare_number(env, arguments[1], &pages) || !bare_number(env, arguments[2], &times) || pages == 0 ||
      bytes / PAGE_BYTES < pages) {
    return addon_type_error(env, "faultAndDrop(memory, pages, times)");
  }
  uint32_t places = (uint32_t)(bytes / PAGE_BYTES / pages);
  return bare_done(env, fault_and_drop(memory, (size_t)pages * PAGE_BYTES, places, times));
}

// faultAndDropMany(memory, pages)
static napi_value export_fault_and_drop_many(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  uint8_t *memory;
  size_t bytes;
  uint32_t *pages, count;
  bool good = addon_arguments(env, info, 2, arguments, NULL) && bare_memory(env, arguments[0], &memory, &bytes) &&
              bare_list(env, arguments[1], &pages, &count);
  for (uint32_t i = 0; good && i < count; i++) good = pages[i] < bytes / PAGE_BYTES;
  if (!good) return addon_type_error(env, "faultAndDropMany(memory, pages)");
  return bare_done(env, fault_and_drop_many(memory, pages, count));
}

// openMover(memory) → a descriptor
static napi_value export_open_mover(napi_env env, napi_callback_info info) {
  napi_value arguments[1], descriptor;
  prim_range memory;
  if (!addon_arguments(env, info, 1, arguments, NULL) ||
      !bare_memory(env, arguments[0], &memory.address, &memory.bytes)) {
    return addon_type_error(env, "openMover(memory)");
  }
  int mover = -1;
  int error = moves_open(memory, &mover);
  if (error != 0) return addon_system_error(env, error);
  return napi_create_int32(env, mover, &descriptor) == napi_ok ? descriptor : NULL;
}

// moveAndBack(mover, memory, pages, times)
static napi_value export_move_and_back(napi_env env, napi_callback_info info) {
  napi_value arguments[4];
  int32_t mover;
  prim_range memory;
  uint32_t pages, times;
  if (!addon_arguments(env, info, 4, arguments, NULL) || !addon_int32(env, arguments[0], &mover) ||
      !bare_memory(env, arguments[1], &memory.address, &memory.bytes) || !bare_number(env, arguments[2], &pages) ||
      !bare_number(env, arguments[3], &times) || pages == 0 || memory.bytes / 2 / PAGE_BYTES < pages) {
    return addon_type_error(env, "moveAndBack(mover, memory, pages, times), of at most half of the memory's pages");
  }
  return bare_done(env, move_and_back(mover, memory, (size_t)pages * PAGE_BYTES, times));
}

// read(pages, buffer): all of them, many at the same time.
static napi_value export_read(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  void *data;
  uint32_t *pages, count;
  uint8_t *buffer;
  size_t bytes;
  if (!addon_arguments(env, info, 2, arguments, &data) || !bare_list(env, arguments[0], &pages, &count) ||
      !bare_memory(env, arguments[1], &buffer, &bytes)) {
    return addon_type_error(env, "read(pages, buffer)");
  }
  reads *self = data;
  if (!self->is_open || bytes / PAGE_BYTES < self->depth) return addon_type_error(env, "a buffer of `depth` pages");
  return bare_done(env, reads_run(self, pages, count, buffer));
}

static napi_value export_close(napi_env env, napi_callback_info info) {
  void *data;
  if (!addon_arguments(env, info, 0, NULL, &data)) return addon_type_error(env, "close()");
  reads_close(data);
  return NULL;
}

static void forget(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  reads_close(data);
  free(data);
}

// openReads(descriptor, depth) → { read, close }, for this thread.
static napi_value export_open_reads(napi_env env, napi_callback_info info) {
  static const addon_function functions[] = {{"read", export_read}, {"close", export_close}};
  napi_value arguments[2], object;
  int32_t fd;
  uint32_t depth;
  if (!addon_arguments(env, info, 2, arguments, NULL) || !addon_int32(env, arguments[0], &fd) ||
      !bare_number(env, arguments[1], &depth) || depth == 0 || depth > MAX_DEPTH) {
    return addon_type_error(env, "openReads(descriptor, depth), of 1 to 256");
  }
  reads *self = calloc(1, sizeof *self);
  if (!self) return addon_system_error(env, ENOMEM);
  int error = reads_open(self, fd, depth);
  if (error != 0) {
    free(self);
    return addon_system_error(env, error);
  }
  if (napi_create_object(env, &object) != napi_ok || napi_wrap(env, object, self, forget, NULL, NULL) != napi_ok) {
    forget(env, self, NULL);
    return NULL;
  }
  return addon_define(env, object, functions, sizeof functions / sizeof *functions, self) ? object : NULL;
}

NAPI_MODULE_INIT() {
  static const addon_function functions[] = {{"small", export_small},
                                             {"faultAndDrop", export_fault_and_drop},
                                             {"faultAndDropMany", export_fault_and_drop_many},
                                             {"openMover", export_open_mover},
                                             {"moveAndBack", export_move_and_back},
                                             {"openReads", export_open_reads}};
  return addon_define(env, exports, functions, sizeof functions / sizeof *functions, NULL) ? exports : NULL;
}
