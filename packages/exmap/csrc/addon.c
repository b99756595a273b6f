// The core as a Node-API addon, with what only an operating system can do: address spaces of areas (native/space.h) and
// transfers (native/station.h). `attach` gives an object whose functions work on one area as one slot.
#include "native/map.h"

#include "exmap.h"

#include "addon.h"
#include "native/open.h"
#include "native/station.h"
#include "prim_linux.c"
#include "prim_ring_linux.c"

typedef struct {
  uint32_t *words;
  uint32_t slot;
  space space;
  station *station;
  // A transfer that `fill` has posted and that has not been told of.
  bool posted;
  // The object that this belongs to: held while a transfer is posted, since threads work on what it refers to.
  napi_ref object;
  napi_threadsafe_function told;
} attached;

static napi_value boolean(napi_env env, bool value) {
  napi_value result;
  return napi_get_boolean(env, value, &result) == napi_ok ? result : NULL;
}

static napi_value export_recover(napi_env env, napi_callback_info info) {
  ADDON_ENTER_BARE(attached);
  return addon_number(env, exmap_recover(self->words, self->slot, &self->space));
}

// begin(op, runs)
static napi_value export_begin(napi_env env, napi_callback_info info) {
  ADDON_ENTER(attached, 2);
  int32_t op, runs;
  if (!addon_int32(env, arguments[0], &op) || !addon_int32(env, arguments[1], &runs)) {
    return addon_type_error(env, "begin(op, runs)");
  }
  exmap_begin(self->words, self->slot, (uint32_t)op, (uint32_t)runs);
  return NULL;
}

static napi_value export_step(napi_env env, napi_callback_info info) {
  ADDON_ENTER_BARE(attached);
  return addon_number(env, exmap_step(self->words, self->slot, &self->space));
}

static napi_value export_next_bundle(napi_env env, napi_callback_info info) {
  ADDON_ENTER_BARE(attached);
  return boolean(env, exmap_next_bundle(self->words, self->slot) != 0);
}

static napi_value export_gather(napi_env env, napi_callback_info info) {
  ADDON_ENTER_BARE(attached);
  return boolean(env, exmap_gather(self->words, self->slot, &self->space) != 0);
}

static napi_value export_ready(napi_env env, napi_callback_info info) {
  ADDON_ENTER_BARE(attached);
  exmap_ready(self->words, self->slot);
  return NULL;
}

static napi_value export_leave(napi_env env, napi_callback_info info) {
  ADDON_ENTER_BARE(attached);
  exmap_leave(self->words, self->slot);
  return NULL;
}

// The hand becomes the station's transfer. False: there is no file, or the hand is no hand.
static bool begin_transfer(attached *self) {
  if (!self->station || station_is_busy(self->station)) return false;
  area a = area_of(self->words, self->slot, &self->space);
  uint32_t held = own(&a, EXMAP_INTERFACE_HELD);
  if (held > EXMAP_HAND_ENTRIES) return false;
  bool write = own(&a, EXMAP_INTERFACE_OP) == EXMAP_OP_WRITE;
  transfer_begin(&self->station->transfer, &self->space, entry_at(&a, 0), held, self->station->fd, write);
  return true;
}

static void end_transfer(attached *self) {
  area a = area_of(self->words, self->slot, &self->space);
  transfer_end(&self->station->transfer, a.commands, a.command_count);
}

// fillSync(): transfers the hand, and returns when that is done.
static napi_value export_fill_sync(napi_env env, napi_callback_info info) {
  ADDON_ENTER_BARE(attached);
  if (!begin_transfer(self)) return addon_type_error(env, "fillSync() needs an open file that is not busy");
  station_run(self->station);
  end_transfer(self);
  return NULL;
}

// fill() → whether it goes on while JavaScript does: then the file's listener is called when it is done. False: it is done.
static napi_value export_fill(napi_env env, napi_callback_info info) {
  ADDON_ENTER_BARE(attached);
  uint32_t references;
  if (!begin_transfer(self)) return addon_type_error(env, "fill() needs an open file that is not busy");
  bool ended = station_at_once(self->station, AT_ONCE_PAGES);
  self->posted = !ended && station_post(self->station, false);
  if (!self->posted) {
    if (!ended) station_run(self->station);
    end_transfer(self);
    return boolean(env, false);
  }
  napi_reference_ref(env, self->object, &references);
  napi_ref_threadsafe_function(env, self->told);
  return boolean(env, true);
}

// In a thread of the station.
static void tell(void *data) {
  attached *self = data;
  napi_call_threadsafe_function(self->told, NULL, napi_tsfn_nonblocking);
}

// What was posted has come to its end, and its statuses are written.
static void settle(attached *self) {
  if (self->posted) end_transfer(self);
  self->posted = false;
}

// In JavaScript's thread, after `tell`. `env` is null when the environment is being taken down.
static void told(napi_env env, napi_value listener, void *context, void *data) {
  (void)data;
  attached *self = context;
  if (!env) return;
  uint32_t references;
  napi_value undefined;
  settle(self);
  napi_unref_threadsafe_function(env, self->told);
  if (napi_get_undefined(env, &undefined) == napi_ok) napi_call_function(env, undefined, listener, 0, NULL, NULL);
  napi_reference_unref(env, self->object, &references);
}

// cancel(): ends what is posted as soon as that can be; its listener is called then.
static napi_value export_cancel(napi_env env, napi_callback_info info) {
  (void)env;
  ADDON_ENTER_BARE(attached);
  if (self->station) station_cancel(self->station);
  return NULL;
}

static void close_station(void *data) {
  attached *self = data;
  if (!self->station) return;
  station_close(self->station);
  settle(self);
  self->station = NULL;
  napi_release_threadsafe_function(self->told, napi_tsfn_release);
}

// openFile(descriptor, depth of io_uring or 0, whether pages may be in the page cache, whether the pool is to be registered,
// listener, report): the report's words say why there is no io_uring (0: there is, an errno value, −1 when not wished for) and
// why the pool is not registered (0: it is, or was not to be). The descriptor stays the caller's.
static napi_value export_open_file(napi_env env, napi_callback_info info) {
  ADDON_ENTER(attached, 6);
  int32_t fd, depth;
  bool cached, registered;
  uint8_t *report;
  size_t report_bytes;
  napi_value name;
  if (self->station || !addon_int32(env, arguments[0], &fd) || !addon_int32(env, arguments[1], &depth) ||
      depth < 0 || depth > EXMAP_MAX_DEPTH || napi_get_value_bool(env, arguments[2], &cached) != napi_ok ||
      napi_get_value_bool(env, arguments[3], &registered) != napi_ok ||
      !addon_view(env, arguments[5], &report, &report_bytes) || report_bytes < 2 * sizeof(int32_t)) {
    return addon_type_error(env, "openFile(descriptor, depth, cached, registered, listener, report), once");
  }
  if (napi_create_string_utf8(env, "exmap", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_threadsafe_function(env, arguments[4], NULL, name, 0, 1, NULL, NULL, self, told, &self->told) != napi_ok) {
    return addon_type_error(env, "listener is a function");
  }
  // Only there frames stay where they are.
  prim_range pool = {self->space.pool, (size_t)self->space.frames << PAGE_SHIFT};
  const prim_range *memory = registered && self->space.way == WAY_TABLE ? &pool : NULL;
  self->station = station_open(fd, (uint32_t)depth, cached, memory, tell, self);
  if (!self->station) {
    napi_release_threadsafe_function(self->told, napi_tsfn_release);
    return addon_system_error(env, ENOMEM);
  }
  // An open file alone is no reason to stay.
  napi_unref_threadsafe_function(env, self->told);
  napi_add_env_cleanup_hook(env, close_station, self);
  int32_t told_of[] = {self->station->refused, self->station->unregistered};
  memcpy(report, told_of, sizeof told_of);
  return NULL;
}

// closeFile(): ends what is posted, and the station's threads.
static napi_value export_close_file(napi_env env, napi_callback_info info) {
  ADDON_ENTER_BARE(attached);
  if (self->station) napi_remove_env_cleanup_hook(env, close_station, self);
  close_station(self);
  return NULL;
}

static void detach(napi_env env, void *data, void *hint) {
  (void)hint;
  attached *self = data;
  if (self->station) napi_remove_env_cleanup_hook(env, close_station, self);
  close_station(self);
  free(data);
}

// The first byte of a view; false when it is none, or does not begin on a page.
static bool pages_argument(napi_env env, napi_value view, uint8_t **at) {
  size_t bytes;
  return addon_view(env, view, at, &bytes) && (uintptr_t)*at % PAGE_BYTES == 0;
}

// isInPlace() → whether the hand's pages have memory at their own addresses before they are mapped.
static napi_value export_is_in_place(napi_env env, napi_callback_info info) {
  ADDON_ENTER_BARE(attached);
  area a = area_of(self->words, self->slot, &self->space);
  uint32_t held = own(&a, EXMAP_INTERFACE_HELD);
  return boolean(env, held <= EXMAP_HAND_ENTRIES && is_in_place(&self->space, entry_at(&a, 0), held));
}

// openSpace(area: a view of its first page or null, pool: the same, way, huge, opening, report): where pages and frames are.
static napi_value export_open_space(napi_env env, napi_callback_info info) {
  ADDON_ENTER(attached, 6);
  int32_t way;
  bool huge, opening;
  uint8_t *report;
  size_t report_bytes;
  space *s = &self->space;
  if (!addon_int32(env, arguments[2], &way) || (way != WAY_TABLE && !pages_argument(env, arguments[0], &s->area)) ||
      !pages_argument(env, arguments[1], &s->pool) || napi_get_value_bool(env, arguments[3], &huge) != napi_ok ||
      napi_get_value_bool(env, arguments[4], &opening) != napi_ok ||
      !addon_view(env, arguments[5], &report, &report_bytes) || report_bytes < REPORT_WORDS * sizeof(int32_t)) {
    return addon_type_error(env, "openSpace(area, pool, way, huge, opening, report)");
  }
  area a = area_of(self->words, self->slot, s);
  s->pages = a.pages;
  s->frames = a.frames;
  s->table = a.table;
  s->alone = is_alone(&a);
  space_open(s, (enum way)way, huge, opening, a.zero, (int32_t *)(void *)report);
  return NULL;
}

// attach(words, slot) → the core's functions. The object keeps `words` alive, and with it the memory.
static napi_value attach(napi_env env, napi_callback_info info) {
  static const addon_function functions[] = {
      {"recover", export_recover},        {"begin", export_begin},          {"step", export_step},
      {"nextBundle", export_next_bundle}, {"leave", export_leave},
      {"gather", export_gather},          {"ready", export_ready},          {"openSpace", export_open_space},
      {"openFile", export_open_file},     {"closeFile", export_close_file}, {"fill", export_fill},
      {"fillSync", export_fill_sync},     {"cancel", export_cancel},        {"isInPlace", export_is_in_place}};
  napi_value arguments[2], core;
  uint8_t *bytes;
  size_t size;
  int32_t slot;
  if (!addon_arguments(env, info, 2, arguments, NULL) || !addon_view(env, arguments[0], &bytes, &size) ||
      !addon_int32(env, arguments[1], &slot)) {
    return addon_type_error(env, "attach(words, slot)");
  }
  attached *self = calloc(1, sizeof *self);
  if (!self) return addon_system_error(env, ENOMEM);
  self->words = (uint32_t *)(void *)bytes;
  self->slot = (uint32_t)slot;
  if (napi_create_object(env, &core) != napi_ok || napi_wrap(env, core, self, detach, NULL, NULL) != napi_ok) {
    free(self);
    return NULL;
  }
  bool made = napi_create_reference(env, core, 0, &self->object) == napi_ok &&
              addon_define(env, core, functions, sizeof functions / sizeof *functions, self) &&
              napi_set_named_property(env, core, "words", arguments[0]) == napi_ok;
  return made ? core : NULL;
}

// memfd(bytes) → descriptor
static napi_value make_memfd(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  int64_t bytes;
  int fd = -1;
  if (!addon_arguments(env, info, 1, arguments, NULL) || napi_get_value_int64(env, arguments[0], &bytes) != napi_ok) {
    return addon_type_error(env, "memfd(bytes)");
  }
  int error = prim_memfd("exmap", (uint64_t)bytes, &fd);
  return error != 0 ? addon_system_error(env, error) : addon_number(env, fd);
}

// mapShared(a view of the first page, bytes, descriptor): the file takes the place of that memory.
static napi_value map_shared(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  uint8_t *at;
  int64_t bytes;
  int32_t fd;
  if (!addon_arguments(env, info, 3, arguments, NULL) || !pages_argument(env, arguments[0], &at) ||
      napi_get_value_int64(env, arguments[1], &bytes) != napi_ok || !addon_int32(env, arguments[2], &fd)) {
    return addon_type_error(env, "mapShared(page, bytes, descriptor)");
  }
  int error = prim_map_shared(at, (size_t)bytes, fd, 0);
  return error != 0 ? addon_system_error(env, error) : NULL;
}

// intoHugePage(view) → how many bytes its first one lies behind the beginning of a huge page.
static napi_value into_huge_page(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  uint8_t *at;
  size_t bytes;
  if (!addon_arguments(env, info, 1, arguments, NULL) || !addon_view(env, arguments[0], &at, &bytes)) {
    return addon_type_error(env, "intoHugePage(view)");
  }
  return addon_number(env, (int32_t)((uintptr_t)at % HUGE_BYTES));
}

NAPI_MODULE_INIT() {
  static const addon_function functions[] = {
      {"attach", attach}, {"memfd", make_memfd}, {"mapShared", map_shared}, {"intoHugePage", into_huge_page}};
  napi_value hash = addon_unsigned(env, EXMAP_LAYOUT_HASH);
  bool made = addon_define(env, exports, functions, sizeof functions / sizeof *functions, NULL) && hash &&
              napi_set_named_property(env, exports, "layoutHash", hash) == napi_ok;
  return made ? exports : NULL;
}
