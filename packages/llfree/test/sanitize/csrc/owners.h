// Who owns which frame, by the workers' own account. A worker enters itself for every frame of a block that it was
// given and takes itself out before it gives the block back, each by one exchange: what it finds there shows a frame
// that was handed out twice. These exchanges are relaxed and order nothing, so that they hide no data race from
// ThreadSanitizer.
//
// Beside it each frame has content, a plain word that its owner writes and reads as a program would write to the frame
// itself. It is right only if all that a former owner did with a frame comes before all that the next one does: the
// allocator's own order has to see to that, and ThreadSanitizer sees whether it does.
#pragma once

#include "failure.h"

#include <stdint.h>
#include <stdlib.h>

#define NOBODY 0
// Blocks on their way from one worker to another.
#define IN_POST 255

typedef struct {
  uint8_t *owner;
  uint32_t *content;
  uint32_t frames;
} owner_table;

static inline owner_table make_owners(uint32_t frames) {
  owner_table made = {calloc(frames, sizeof *made.owner), calloc(frames, sizeof *made.content), frames};
  if (made.owner != NULL && made.content != NULL) return made;
  fprintf(stderr, "no memory for the owners of %u frames\n", frames);
  exit(2);
}

static inline void free_owners(const owner_table *table) {
  free(table->owner);
  free(table->content);
}

static inline uint8_t exchange_owner(const owner_table *table, uint32_t frame, uint8_t owner) {
  return __atomic_exchange_n(&table->owner[frame], owner, __ATOMIC_RELAXED);
}

// Every frame of the block goes from one owner to another.
static inline void change_owner(const owner_table *table, uint32_t first, uint32_t order, uint8_t from, uint8_t to) {
  uint32_t count = 1u << order;
  if (first >= table->frames || count > table->frames - first || first % count != 0) {
    fail("worker %u was given frame %u as a block of order %u, of %u frames", to, first, order, table->frames);
  }
  for (uint32_t frame = first; frame < first + count; frame++) {
    uint8_t found = exchange_owner(table, frame, to);
    if (found == from) continue;
    if (from == NOBODY) {
      fail("frame %u of the block of order %u at %u was handed to worker %u while worker %u owns it", frame, order,
           first, to, found);
    }
    fail("frame %u of worker %u's block of order %u at %u belongs to worker %u", frame, from, order, first, found);
  }
}

static inline uint32_t content_of(uint32_t frame, uint8_t owner) { return frame << 8 | owner; }

static inline void write_content(const owner_table *table, uint32_t first, uint32_t order, uint8_t owner) {
  for (uint32_t frame = first; frame < first + (1u << order); frame++) table->content[frame] = content_of(frame, owner);
}

static inline void check_content(const owner_table *table, uint32_t first, uint32_t order, uint8_t owner) {
  for (uint32_t frame = first; frame < first + (1u << order); frame++) {
    if (table->content[frame] == content_of(frame, owner)) continue;
    fail("frame %u of worker %u's block of order %u at %u holds what worker %u wrote", frame, owner, order, first,
         table->content[frame] & 0xff);
  }
}

// A worker was given a block.
static inline void enter_owner(const owner_table *table, uint32_t first, uint32_t order, uint8_t owner) {
  change_owner(table, first, order, NOBODY, owner);
  write_content(table, first, order, owner);
}

// A worker is about to give a block back.
static inline void leave_owner(const owner_table *table, uint32_t first, uint32_t order, uint8_t owner) {
  check_content(table, first, order, owner);
  change_owner(table, first, order, owner, NOBODY);
}
