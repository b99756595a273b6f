// Planted errors: a test that finds nothing has shown that it could have. Compiled with -DPLANTS, this file includes
// the core's files itself, with one of their words standing for something else while it does. The core is left as it
// is; which error is in force says the environment variable PARPEROS_PLANT, when the program starts.
#pragma once

#include "row.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EACH_PLANT(plant)                                                                              \
  plant(bit)     /* order 0 takes its bit by a read and a write */                                     \
  plant(row)     /* orders 1 to 8 take their bits so */                                                \
  plant(child)   /* a huge frame's counter is changed so */                                            \
  plant(local)   /* a reservation is changed so */                                                     \
  plant(order)   /* bits and counters change in one step, but publish nothing */                       \
  plant(stuck)   /* a tree's counter never changes, however often it is tried */                       \
  plant(undo)    /* rows that were taken for a block that failed stay taken */                         \
  plant(beyond)  /* looking for a block in the very last huge frame goes one row too far */            \
  plant(full)    /* the lowest clear bit of a full row is looked for, though it is not used */         \
  plant(twice)   /* a frame that is free can be given back */                                          \
  plant(split)   /* a huge block that is split counts one frame as free */                             \
  plant(aligned) /* blocks of order 4 start at any multiple of 8 */                                    \
  plant(policy)  /* what the policy forbids is stolen */                                               \
  plant(last)    /* the last tree, when it has fewer frames, is never entirely free */                 \
  plant(hidden)  /* the last huge frame of a tree of several is not looked at */                       \
  plant(rows)    /* a whole row that is given back in one batch keeps its last frame */

#define PLANT_OF(name) PLANT_##name,
#define NAME_OF(name) #name,
enum { PLANT_NONE, EACH_PLANT(PLANT_OF) PLANT_COUNT };

static int planted = PLANT_NONE;

static void plant_from_environment(void) {
  static const char *const names[] = {"none", EACH_PLANT(NAME_OF)};
  const char *wanted = getenv("PARPEROS_PLANT");
  if (wanted == NULL) return;
  for (int i = 0; i < PLANT_COUNT; i++) {
    if (strcmp(names[i], wanted) != 0) continue;
    planted = i;
    return;
  }
  fprintf(stderr, "PARPEROS_PLANT=%s is no planted error: the names are in plants.h\n", wanted);
  exit(2);
}

// Lets other threads pass: by the time that a few turns take, and where there is no processor for them, by the turn
// itself.
static inline void linger(void) {
  static _Thread_local uint32_t lingered;
  if (++lingered % 64 == 0) sched_yield();
  for (uint32_t i = 0; i < 16; i++) spin_hint();
}

// What a forgotten compare-exchange looks like: a comparison, and a write that may undo what others wrote since.
static inline bool torn_cas(uint32_t *word, uint32_t *expected, uint32_t desired) {
  uint32_t found = word_peek(word);
  if (found != *expected) {
    *expected = found;
    return false;
  }
  linger();
  *word = desired;
  return true;
}

static inline bool torn_set_bit(uint32_t *word, uint32_t bit) {
  uint32_t found = word_peek(word);
  return torn_cas(word, &found, found | 1u << bit) && (found & 1u << bit) == 0;
}

static inline bool relaxed_cas(uint32_t *word, uint32_t *expected, uint32_t desired) {
  return __atomic_compare_exchange_n(word, expected, desired, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

// An undo that is left out matters only where a block of several rows fails half-way: let others come in between.
static inline bool slow_cas(uint32_t *word, uint32_t *expected, uint32_t desired) {
  for (int i = 0; i < 16 && *expected == 0 && desired == ROW_FULL; i++) linger();
  return word_cas(word, expected, desired);
}

#define TAKING_CAS(torn, word, expected, desired)                  \
  (planted == (torn)        ? torn_cas(word, expected, desired)    \
   : planted == PLANT_order ? relaxed_cas(word, expected, desired) \
   : planted == PLANT_undo  ? slow_cas(word, expected, desired)    \
                            : (word_cas)(word, expected, desired))

// The bit field.
static inline bool planted_set_bit(uint32_t *word, uint32_t bit) {
  if (planted == PLANT_bit) return torn_set_bit(word, bit);
  if (planted == PLANT_order) return (__atomic_fetch_or(word, 1u << bit, __ATOMIC_RELAXED) & (1u << bit)) == 0;
  return word_set_bit(word, bit);
}
static inline bool planted_clear_bit(uint32_t *word, uint32_t bit) {
  if (planted == PLANT_order) return (__atomic_fetch_and(word, ~(1u << bit), __ATOMIC_RELAXED) & (1u << bit)) != 0;
  return word_clear_bit(word, bit) || planted == PLANT_twice;
}
static inline void planted_undo(uint32_t *word, uint32_t value) {
  if (planted != PLANT_undo) word_store(word, value);
}
static inline int32_t planted_free_block(uint32_t row, uint32_t order) {
  if (planted == PLANT_full && lowest_bit(~row) < 32 && row == ROW_FULL) return NONE;
  if (planted != PLANT_aligned || order != 4) return free_block(row, order);
  for (uint32_t bit = 0; bit <= 16; bit += 8) {
    if ((row >> bit & 0xffff) == 0) return (int32_t)bit;
  }
  return NONE;
}
#define word_cas(word, expected, desired) TAKING_CAS(PLANT_row, word, expected, desired)
#define word_set_bit planted_set_bit
#define word_clear_bit planted_clear_bit
#define word_store planted_undo
#define free_block planted_free_block
#include "bitfield.h"
#undef free_block
#undef word_store
#undef word_clear_bit
#undef word_set_bit
#undef word_cas

// Counters of huge frames.
static inline uint32_t planted_add(uint32_t *word, uint32_t value) {
  return planted == PLANT_order ? __atomic_fetch_add(word, value, __ATOMIC_RELAXED) : word_add(word, value);
}
#define word_cas(word, expected, desired) TAKING_CAS(PLANT_child, word, expected, desired)
#define word_add planted_add
#include "child.h"
#undef word_add
#undef word_cas

// Reservations.
#define word_cas(word, expected, desired) \
  (planted == PLANT_local ? torn_cas(word, expected, desired) : (word_cas)(word, expected, desired))
#include "local.h"
#undef word_cas

// Trees.
static inline uint32_t planted_frames_of(const area *a, uint32_t tree) {
  return planted == PLANT_last ? 1u << (a->tree_shift + LLFREE_CHILD_SHIFT) : frames_of(a, tree);
}
#define frames_of planted_frames_of
#define word_cas(word, expected, desired) (planted != PLANT_stuck && (word_cas)(word, expected, desired))
#include "tree.h"
#undef word_cas
#undef frames_of

// The lower allocator.
static inline bool planted_has_block(const uint32_t *words, uint32_t at, uint32_t order) {
  uint32_t end = at + LLFREE_ROWS;
  if (planted == PLANT_beyond && end == words[LLFREE_HEADER_WORDS_TOTAL]) (void)rows_are(words, end, 1, 0);
  return has_block(words, at, order);
}
static inline bool planted_change_child(const area *a, uint32_t child, uint32_t from, uint32_t to) {
  return change_child(a, child, from, planted == PLANT_split && to == 0 ? 1 : to);
}
static inline uint32_t planted_children_of(const area *a, uint32_t tree) {
  uint32_t children = children_of(a, tree);
  return planted == PLANT_hidden && children > 1 ? children - 1 : children;
}
#define has_block planted_has_block
#define change_child planted_change_child
#define children_of planted_children_of
#include "lower.h"
#undef children_of
#undef change_child
#undef has_block

// Batches.
static inline bool planted_give_bits(uint32_t *words, uint32_t index, uint32_t mask) {
  return give_bits(words, index, planted == PLANT_rows && mask == ROW_FULL ? mask >> 1 : mask);
}
#define give_bits planted_give_bits
#include "batch.h"
#undef give_bits

// The policy.
#include "policy.h"
static inline uint32_t planted_action_for(const area *a, uint32_t frame_class, uint32_t of_tree) {
  uint32_t action = action_for(a, frame_class, of_tree);
  return planted == PLANT_policy && action == LLFREE_ACTION_NO ? LLFREE_ACTION_STEAL : action;
}
#define action_for planted_action_for
#include "steal.h"
#undef action_for
