// What the fuzz test works on: a Region, the model beside it, and what has to hold between the two. Which trees a
// request may use depends on their classes, which the model does not have; they are read from the Region.
#pragma once

#include "model.h"
#include "region.h"

#include <stdarg.h>

// What a Region of the fuzz test has at most, in words.
#define MOST_WORDS 2048
#define NO_HOLDER 0xffffffffu

// The step that is being done, for the messages.
typedef struct {
  const char *name;
  uint32_t slot, first, second, third;
} step_shown;

typedef struct {
  region region;
  region_shape shape;
  model model;
  uint32_t step_count;
  step_shown step;
  // What a step must leave as it is.
  uint32_t before[MOST_WORDS];
} subject;

// Whether each step is printed.
static bool telling;

static inline void print_step(const subject *s) {
  const step_shown *step = &s->step;
  fprintf(stderr, "%5u  slot %u  %s(%d, %d, %d)\n", s->step_count, step->slot, step->name, (int32_t)step->first,
          (int32_t)step->second, (int32_t)step->third);
}

static inline void begin_step(subject *s, const char *name, uint32_t slot, uint32_t first, uint32_t second,
                              uint32_t third) {
  s->step_count++;
  s->step = (step_shown){name, slot, first, second, third};
  if (telling) print_step(s);
}

__attribute__((format(printf, 2, 3), noreturn)) static void wrong(const subject *s, const char *format, ...) {
  va_list values;
  va_start(values, format);
  if (!telling) print_step(s);
  fprintf(stderr, "wrong: ");
  vfprintf(stderr, format, values);
  fputc('\n', stderr);
  va_end(values);
  fflush(stderr);
  abort();
}

static inline area area_for(const subject *s, uint32_t slot) { return area_of(s->region.words, slot); }

static inline uint32_t holder_of(const area *a, uint32_t tree) {
  for (uint32_t local = 0; local < a->slots * a->classes; local++) {
    uint32_t word = peek_local(a, a->locals_at + local * LLFREE_LOCAL_WORDS);
    if (is_present(word) && local_tree(a, word) == tree) return local;
  }
  return NO_HOLDER;
}

static inline bool tree_is_empty(const subject *s, const area *a, uint32_t tree) {
  uint32_t count = frames_of(a, tree);
  return memchr(&s->model.taken[tree << (a->tree_shift + LLFREE_CHILD_SHIFT)], true, count) == NULL;
}

// Whether a request of that slot and class may take blocks of a tree: the own reservation always, a tree that is
// entirely free when nobody has reserved it, every other as the policy says.
static inline bool may_use(const subject *s, uint32_t slot, uint32_t frame_class, uint32_t tree) {
  area a = area_for(s, slot);
  uint32_t word = peek_tree(&a, tree);
  if (tree_is_reserved(word)) {
    if (holder_of(&a, tree) == slot * a.classes + frame_class) return true;
  } else if (tree_is_empty(s, &a, tree)) {
    return true;
  }
  return s->shape.policy.actions[frame_class][tree_class(word)] != LLFREE_ACTION_NO;
}

// A bit for each tree; there are at most five.
static inline uint32_t usable_trees(const subject *s, uint32_t slot, uint32_t frame_class) {
  uint32_t usable = 0;
  for (uint32_t tree = 0; tree < s->region.header[LLFREE_HEADER_TREES]; tree++) {
    if (may_use(s, slot, frame_class, tree)) usable |= 1u << tree;
  }
  return usable;
}

static inline uint32_t tree_of(const subject *s, uint32_t frame) {
  return frame >> (s->shape.tree_shift + LLFREE_CHILD_SHIFT);
}

// Whether a request that may use these trees has to be served.
static inline bool has_block_for(const subject *s, uint32_t usable, uint32_t order) {
  for (uint32_t frame = 0; frame < s->model.frames; frame += 1u << order) {
    if ((usable >> tree_of(s, frame) & 1) != 0 && model_is_free(&s->model, frame, order)) return true;
  }
  return false;
}

// What has to hold after every step, as far as it is quickly seen.
static inline void check_counts(const subject *s) {
  area a = area_for(s, 0);
  uint32_t free = model_free(&s->model);
  uint32_t huge = model_free_huge(&s->model, 0, s->model.frames);
  uint32_t into[2];
  stats(&a, into);
  if (into[0] != free || into[1] != huge) {
    wrong(s, "stats count %u free frames and %u huge ones, not %u and %u", into[0], into[1], free, huge);
  }
  quick_stats(&a, into);
  if (into[0] != free || into[1] > huge) {
    wrong(s, "quick_stats count %u free frames and %u huge ones, not %u and at most %u", into[0], into[1], free, huge);
  }
}

static inline void check_block_count(const subject *s, uint32_t frame, uint32_t order, uint32_t free) {
  uint32_t into[2];
  int32_t status = llfree_stats_at(s->region.words, 0, frame, order, into);
  uint32_t huge = order < LLFREE_HUGE_ORDER ? 0 : model_free_huge(&s->model, frame, 1u << order);
  if (status == 0 && into[0] == free && into[1] == huge) return;
  wrong(s, "stats_at(%u, %u) answers %d and counts %u free frames and %u huge ones, not %u and %u", frame, order,
        status, into[0], into[1], free, huge);
}

// Row by row, and frame by frame where a row is partly used or ends early.
static inline void check_frames(const subject *s) {
  for (uint32_t row = 0; row < s->model.frames; row += 32) {
    uint32_t count = smaller(32, s->model.frames - row);
    uint32_t free = model_free_in(&s->model, row, count);
    if (count == 32) check_block_count(s, row, 5, free);
    if (count == 32 && free % 32 == 0) continue;
    for (uint32_t frame = row; frame < row + count; frame++) check_block_count(s, frame, 0, !s->model.taken[frame]);
  }
}

// A reserved tree has its holder's class; one that is entirely free and nobody's has the default class.
static inline void check_classes(const subject *s) {
  area a = area_for(s, 0);
  for (uint32_t tree = 0; tree < a.trees; tree++) {
    uint32_t word = peek_tree(&a, tree);
    uint32_t expected = tree_class(word);
    if (tree_is_reserved(word)) expected = holder_of(&a, tree) % a.classes;
    else if (tree_is_empty(s, &a, tree)) expected = a.default_class;
    if (tree_class(word) != expected) wrong(s, "tree %u has class %u, not %u", tree, tree_class(word), expected);
  }
}

static inline void check_all(const subject *s) {
  area a = area_for(s, 0);
  uint32_t problem[4];
  if (validate(&a, problem) != 0) {
    wrong(s, "validate finds problem %u at %u: %u, not %u", problem[0], problem[1], problem[3], problem[2]);
  }
  check_counts(s);
  check_frames(s);
  check_classes(s);
  if (!header_is_kept(&s->region)) wrong(s, "the header was written to");
}

// The words that the core may touch, kept for a step that has to leave them as they are.
static inline void keep_words(subject *s) {
  for (int i = 0; i < PARTS; i++) {
    region_part part = s->region.parts[i];
    memcpy(&s->before[part.at], &s->region.words[part.at], part.words * sizeof *s->before);
  }
}

static inline void check_words_kept(const subject *s) {
  for (int i = 0; i < PARTS; i++) {
    region_part part = s->region.parts[i];
    const uint32_t *was = s->before, *is = s->region.words;
    for (uint32_t at = part.at; at < part.at + part.words; at++) {
      if (is[at] != was[at]) wrong(s, "word %u was %x and became %x", at, was[at], is[at]);
    }
  }
}
