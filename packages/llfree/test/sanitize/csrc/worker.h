// What one thread of the stress test does: it takes and gives back blocks in every way that there is, on a slot of its
// own, and enters each in the owner table. All that it draws comes from its seed.
#pragma once

#include "draw.h"
#include "owners.h"
#include "region.h"

// Blocks on their way to another worker, who will give them back: (frame << 4 | order) + 1, 0 = none.
#define POST_BOXES 8
#define BATCH 64
#define MOST_HELD 4096

typedef struct {
  uint32_t frame, order;
} block;

// What all workers of a round have in common.
typedef struct {
  region region;
  owner_table owners;
  uint32_t post[POST_BOXES];
  uint32_t order_weights[LLFREE_MAX_ORDER + 1];
  uint32_t drain_share, shake_interval;
  // There is always room: no request may be refused.
  bool spare;
} playground;

#define EACH_COUNT(count) \
  count(get) count(refused) count(placed) count(occupied) count(put) count(parts) count(batched) count(given_in_batch) \
  count(posted) count(drained) count(looked)

typedef struct {
#define COUNT_FIELD(name) uint64_t name;
  EACH_COUNT(COUNT_FIELD)
} worker_counts;

typedef struct {
  playground *shared;
  source random;
  uint32_t slot;
  uint8_t id;
  // How many frames it holds, and at how many it prefers to give back.
  uint32_t frames, limit;
  uint32_t held_count;
  block held[MOST_HELD];
  worker_counts counts;
} worker;

static inline uint32_t *words_of(const worker *self) { return self->shared->region.words; }

static inline void keep(worker *self, uint32_t frame, uint32_t order) {
  enter_owner(&self->shared->owners, frame, order, self->id);
  self->held[self->held_count++] = (block){frame, order};
  self->frames += 1u << order;
}

// Lets go of one of its blocks without giving it back.
static inline block remove_held(worker *self, uint32_t index) {
  block removed = self->held[index];
  self->held[index] = self->held[--self->held_count];
  self->frames -= 1u << removed.order;
  return removed;
}

static inline void must_be(int32_t result, int32_t expected, const char *what, uint32_t frame, uint32_t order) {
  if (result != expected) fail("%s of order %u at frame %u answered %d, not %d", what, order, frame, result, expected);
}

static inline uint32_t draw_order(worker *self) {
  return draw_weighted(&self->random, self->shared->order_weights, LLFREE_MAX_ORDER + 1);
}

// A class by its number now and then, else the policy's.
static inline int32_t draw_class(worker *self) {
  uint32_t classes = self->shared->region.header[LLFREE_HEADER_CLASSES];
  return draw_chance(&self->random, 10) ? (int32_t)draw_below(&self->random, classes) : -1;
}

static inline void refused(worker *self, int32_t result, uint32_t order) {
  if (result != PARPEROS_OUT_OF_MEMORY) fail("get of order %u answered %d", order, result);
  if (self->shared->spare) fail("get of order %u was refused while there was room", order);
  self->counts.refused++;
}

static inline void get_one_block(worker *self) {
  uint32_t order = draw_order(self);
  int32_t frame = llfree_get(words_of(self), self->slot, order, draw_class(self));
  if (frame < 0) {
    refused(self, frame, order);
    return;
  }
  keep(self, (uint32_t)frame, order);
  self->counts.get++;
}

static inline void get_many_blocks(worker *self) {
  uint32_t into[BATCH];
  uint32_t order = draw_order(self);
  uint32_t length = 1 + draw_below(&self->random, order < 4 ? BATCH : 4);
  length = smaller(length, BATCH);
  int32_t count = llfree_get_batch(words_of(self), self->slot, order, into, length, draw_class(self));
  if (count < 0 || (uint32_t)count < length) refused(self, count < 0 ? count : PARPEROS_OUT_OF_MEMORY, order);
  for (int32_t i = 0; i < count; i++) keep(self, into[i], order);
  if (count > 0) self->counts.batched += (uint32_t)count;
}

// Asks for a block by its place: any, or the neighbour of one that it has.
static inline void get_placed(worker *self) {
  uint32_t order = draw_order(self);
  uint32_t frames = self->shared->region.frames;
  if (frames >> order == 0) return;
  uint32_t frame = draw_below(&self->random, frames >> order) << order;
  if (self->held_count > 0 && draw_chance(&self->random, 50)) {
    block near = self->held[draw_below(&self->random, self->held_count)];
    frame = near.frame ^ 1u << near.order;
    order = near.order;
    if (frame + (1u << order) > frames) return;
  }
  int32_t taken = llfree_get_at(words_of(self), self->slot, frame, order, draw_class(self));
  if (taken != 0) must_be(taken, 1, "get_at", frame, order);
  if (taken == 1) keep(self, frame, order);
  if (taken == 1) self->counts.placed++;
  else self->counts.occupied++;
}

static inline void give_back_block(worker *self, block old) {
  leave_owner(&self->shared->owners, old.frame, old.order, self->id);
  must_be(llfree_put(words_of(self), self->slot, old.frame, old.order), 0, "put", old.frame, old.order);
}

static inline void put_one_block(worker *self) {
  give_back_block(self, remove_held(self, draw_below(&self->random, self->held_count)));
  self->counts.put++;
}

// Gives back the last blocks that it got, as far as they are of one order.
static inline void put_many_blocks(worker *self) {
  uint32_t frames[BATCH];
  uint32_t order = self->held[self->held_count - 1].order;
  uint32_t length = 1 + draw_below(&self->random, BATCH);
  uint32_t count = 0;
  while (count < length && self->held_count > 0 && self->held[self->held_count - 1].order == order) {
    frames[count] = remove_held(self, self->held_count - 1).frame;
    leave_owner(&self->shared->owners, frames[count++], order, self->id);
  }
  uint32_t given = llfree_put_batch(words_of(self), self->slot, order, frames, count);
  if (given != count) fail("put_batch of %u blocks of order %u gave back %u", count, order, given);
  self->counts.given_in_batch += count;
}

// Breaks a block up: some of its parts are given back, the others are blocks of their own from then on.
static inline void put_parts(worker *self) {
  uint32_t index = draw_below(&self->random, self->held_count);
  block whole = self->held[index];
  if (whole.order == 0) return;
  uint32_t least = whole.order > 5 ? whole.order - 5 : 0;
  uint32_t order = draw_from(&self->random, least, whole.order - 1);
  uint32_t parts = 1u << (whole.order - order);
  if (self->held_count + parts > MOST_HELD) return;
  remove_held(self, index);
  for (uint32_t i = 0; i < parts; i++) {
    block part = {whole.frame + (i << order), order};
    if (draw_chance(&self->random, 50)) {
      give_back_block(self, part);
      continue;
    }
    self->held[self->held_count++] = part;
    self->frames += 1u << order;
  }
  self->counts.parts++;
}

// Puts a block into the post and gives back what lay there: memory often ends with another worker than it began with.
static inline void exchange_by_post(worker *self) {
  const owner_table *owners = &self->shared->owners;
  block sent = remove_held(self, draw_below(&self->random, self->held_count));
  check_content(owners, sent.frame, sent.order, self->id);
  change_owner(owners, sent.frame, sent.order, self->id, IN_POST);
  write_content(owners, sent.frame, sent.order, IN_POST);
  uint32_t *box = &self->shared->post[draw_below(&self->random, POST_BOXES)];
  uint32_t letter = __atomic_exchange_n(box, (sent.frame << 4 | sent.order) + 1, __ATOMIC_ACQ_REL);
  self->counts.posted++;
  if (letter == 0) return;
  uint32_t frame = (letter - 1) >> 4;
  uint32_t order = (letter - 1) & 15;
  check_content(owners, frame, order, IN_POST);
  change_owner(owners, frame, order, IN_POST, self->id);
  write_content(owners, frame, order, self->id);
  give_back_block(self, (block){frame, order});
}

// Counts while others move frames about: only bounds are certain, and what is its own.
static inline void look(worker *self) {
  uint32_t *words = words_of(self);
  uint32_t frames = self->shared->region.frames;
  uint32_t into[2];
  area a = area_of(words, self->slot);
  quick_stats(&a, into);
  stats(&a, into);
  if (into[0] > frames) fail("stats count %u of %u frames as free", into[0], frames);
  if (self->held_count > 0) {
    block own = self->held[draw_below(&self->random, self->held_count)];
    must_be(llfree_stats_at(words, self->slot, own.frame, own.order, into), 0, "stats_at", own.frame, own.order);
    if (into[0] != 0) fail("stats_at counts %u frames of a block of order %u as free", into[0], own.order);
  }
  self->counts.looked++;
}

static inline void drain_all(worker *self) {
  area a = area_of(words_of(self), self->slot);
  drain(&a);
  self->counts.drained++;
}

// One step of the worker, whatever its seed says.
static inline void step(worker *self) {
  bool room = self->frames < self->limit && self->held_count + BATCH < MOST_HELD;
  if (draw_chance(&self->random, self->shared->drain_share)) drain_all(self);
  if (draw_chance(&self->random, 2)) look(self);
  uint32_t kind = draw_below(&self->random, 100);
  if (self->held_count == 0 || (room && draw_chance(&self->random, 60))) {
    if (kind < 70) get_one_block(self);
    else if (kind < 85) get_placed(self);
    else get_many_blocks(self);
    return;
  }
  if (kind < 55) put_one_block(self);
  else if (kind < 70) put_many_blocks(self);
  else if (kind < 85) put_parts(self);
  else exchange_by_post(self);
}
