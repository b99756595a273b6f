// Where the transfers of one attached worker are carried out. A batch that is waited for runs in the worker's own thread, on
// a ring of its own. A batch that is not runs in threads of the station's, so that it goes on whatever JavaScript does:
//
//   worker   post ──► turn + 1 ──► lanes: wait ─► run ─► the last one: finished = turn ──► tell
//            await ◄─────────────────────────────────────────────┘
//
// One lane with a ring is enough; without one, each of several lanes waits for one request at a time. A station has one
// transfer at a time, as an interface has one batch.
#pragma once

#include "run.h"

#include <stdlib.h>

#define LANES 8u

typedef struct station station;

typedef struct {
  station *station;
  prim_thread thread;
} lane;

struct station {
  transfer transfer;
  int fd;
  // The worker's own ring; without it there are only calls that wait.
  bool has_ring;
  prim_ring ring;
  // Requests that are with the operating system at the same time, and whether a thread tries first what needs no waiting.
  uint32_t depth;
  bool at_once;
  // Why there is no ring: an errno value, −1 when none was asked for. And why the pool is not registered there.
  int refused, unregistered;
  uint32_t lanes;
  lane lane[LANES];
  // Sleepers wait for a change of the first two. Lanes that are still at this turn's transfer, and pieces they have taken.
  uint32_t turn, finished, busy, taken, quitting;
  // Called by the last lane, in its thread, unless somebody waits there for it.
  bool awaited;
  void (*tell)(void *);
  void *listener;
};

// `depth` 0: as if there were no io_uring. `cached`: pages may be in the page cache. `memory`: what is to be registered, or
// NULL. NULL: no memory.
static inline station *station_open(int fd, uint32_t depth, bool cached, const prim_range *memory, void (*tell)(void *),
                                    void *listener) {
  station *s = calloc(1, sizeof *s);
  if (!s) return NULL;
  s->fd = fd;
  s->depth = depth;
  s->at_once = cached;
  s->tell = tell;
  s->listener = listener;
  s->refused = depth > 0 ? prim_ring_open(&s->ring, depth, fd) : -1;
  s->has_ring = s->refused == 0;
  s->unregistered = s->has_ring && memory ? prim_ring_register(&s->ring, memory) : 0;
  return s;
}

// A ring is for the thread that opened it: the lane's own, with the same memory registered.
static inline bool lane_ring(const station *s, prim_ring *ring) {
  if (!s->has_ring || prim_ring_open(ring, s->depth, s->fd) != 0) return false;
  const prim_range *memory = &s->ring.registered;
  // The kernel counts it as locked once more, and may refuse that: then this ring does without.
  if (memory->bytes > 0) prim_ring_register(ring, memory);
  return true;
}

static inline void sleep_until(uint32_t *word, uint32_t value) {
  uint32_t found;
  while ((found = word_load(word)) != value) prim_futex_wait(word, found, -1);
}

static inline void *lane_main(void *argument) {
  const lane *self = argument;
  station *s = self->station;
  prim_ring ring;
  bool has_ring = lane_ring(s, &ring);
  for (uint32_t turn = 1;; turn++) {
    sleep_until(&s->turn, turn);
    if (word_load(&s->quitting) != 0) break;
    if (has_ring) run_on_ring(&s->transfer, &ring);
    else run_by_calls(&s->transfer, &s->taken);
    if (word_add(&s->busy, (uint32_t)-1) != 1) continue;
    bool awaited = s->awaited;
    word_store(&s->finished, turn);
    uint32_t woken;
    prim_futex_wake(&s->finished, 1, &woken);
    if (!awaited) s->tell(s->listener);
  }
  if (has_ring) prim_ring_close(&ring);
  return NULL;
}

static inline void next_turn(station *s) {
  uint32_t woken;
  word_add(&s->turn, 1);
  prim_futex_wake(&s->turn, LANES, &woken);
}

static inline void start_lanes(station *s) {
  uint32_t wanted = s->has_ring ? 1 : LANES;
  while (s->lanes < wanted) {
    lane *next = &s->lane[s->lanes];
    *next = (lane){.station = s};
    if (prim_thread_start(&next->thread, lane_main, next) != 0) break;
    s->lanes++;
  }
}

// Lets the lanes carry the transfer out. False: no thread could be started.
static inline bool station_post(station *s, bool awaited) {
  if (s->lanes == 0) start_lanes(s);
  if (s->lanes == 0) return false;
  s->awaited = awaited;
  word_store(&s->taken, 0);
  word_store(&s->busy, s->lanes);
  next_turn(s);
  return true;
}

// Waits for what was posted.
static inline void station_await(station *s) { sleep_until(&s->finished, word_load(&s->turn)); }

// Does what can be done at once, at most `most` pages; whether nothing is left to do.
static inline bool station_at_once(station *s, uint32_t most) {
  if (!s->at_once || s->transfer.write) return false;
  s->at_once = run_at_once(&s->transfer, most);
  return transfer_has_ended(&s->transfer);
}

// Carries the transfer out, and returns then. A ring tries by itself what needs no waiting.
static inline void station_run(station *s) {
  if (s->has_ring) {
    run_on_ring(&s->transfer, &s->ring);
  } else if (station_at_once(s, EXMAP_HAND_ENTRIES)) {
    return;
  } else if (s->transfer.pieces > 1 && station_post(s, true)) {
    station_await(s);
  } else {
    word_store(&s->taken, 0);
    run_by_calls(&s->transfer, &s->taken);
  }
}

static inline bool station_is_busy(const station *s) { return word_load(&s->finished) != word_load(&s->turn); }

// What is posted ends as soon as what the operating system is doing can be ended.
static inline void station_cancel(station *s) { word_store(&s->transfer.cancelled, 1); }

// Nothing is in flight afterwards, and the operating system has its hands off the memory.
static inline void station_close(station *s) {
  station_cancel(s);
  station_await(s);
  word_store(&s->quitting, 1);
  next_turn(s);
  for (uint32_t i = 0; i < s->lanes; i++) prim_thread_join(&s->lane[i].thread);
  if (s->has_ring) prim_ring_close(&s->ring);
  free(s);
}
