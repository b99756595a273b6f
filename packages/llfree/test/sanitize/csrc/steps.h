// The steps of the fuzz test: each asks the core and the model the same thing. What the model says decides which
// answers are right; an answer that refuses must have changed nothing.
#pragma once

#include "subject.h"

#define EACH_OUTCOME(outcome)                                                                               \
  outcome(got) outcome(out_of_memory) outcome(placed) outcome(occupied) outcome(put) outcome(not_allocated) \
  outcome(batched) outcome(given_in_batch) outcome(misused) outcome(drained) outcome(recovered)

// How often each outcome was seen: a run that never saw one has not tested it.
typedef struct {
#define OUTCOME_FIELD(name) uint64_t name;
  EACH_OUTCOME(OUTCOME_FIELD)
} outcome_counts;

static outcome_counts outcomes;

static inline uint32_t class_asked(const subject *s, uint32_t order, int32_t frame_class) {
  return frame_class < 0 ? s->shape.policy.order_class[order] : (uint32_t)frame_class;
}

// What is wrong with the arguments of a request, in the order in which the core looks at them; 0 for nothing.
static inline int32_t misuse_of_class(const subject *s, int32_t frame_class) {
  return frame_class < -1 || frame_class >= (int32_t)s->shape.policy.classes ? PARPEROS_BAD_CLASS : 0;
}

static inline int32_t misuse_of_block(const subject *s, uint32_t frame, uint32_t order) {
  if (order > MODEL_MAX_ORDER) return PARPEROS_BAD_ORDER;
  if (frame >= s->model.frames || (1u << order) > s->model.frames - frame) return PARPEROS_BAD_FRAME;
  return frame % (1u << order) == 0 ? 0 : PARPEROS_UNALIGNED;
}

static inline void must_answer(const subject *s, int32_t answer, int32_t expected) {
  if (answer != expected) wrong(s, "the answer is %d, not %d", answer, expected);
}

static inline void take_answer(subject *s, uint32_t frame, uint32_t order, uint32_t usable) {
  if (!model_has(&s->model, frame, order)) wrong(s, "frame %u is no block of order %u", frame, order);
  if (!model_is_free(&s->model, frame, order)) wrong(s, "the block of order %u at %u is not free", order, frame);
  if ((usable >> tree_of(s, frame) & 1) == 0) wrong(s, "the policy forbids what tree %u has", tree_of(s, frame));
  model_take(&s->model, frame, order);
}

static inline void step_get(subject *s, uint32_t slot, uint32_t order, int32_t frame_class) {
  begin_step(s, "get", slot, order, (uint32_t)frame_class, 0);
  bool ordered = order <= MODEL_MAX_ORDER;
  int32_t misuse = ordered ? misuse_of_class(s, frame_class) : PARPEROS_BAD_ORDER;
  if (misuse != 0) keep_words(s);
  uint32_t usable = misuse == 0 ? usable_trees(s, slot, class_asked(s, order, frame_class)) : 0;
  int32_t answer = llfree_get(s->region.words, slot, order, frame_class);
  if (answer >= 0) {
    take_answer(s, (uint32_t)answer, order, usable);
    outcomes.got++;
    return;
  }
  if (misuse == 0) {
    must_answer(s, answer, PARPEROS_OUT_OF_MEMORY);
    if (has_block_for(s, usable, order)) wrong(s, "out of memory, while a block of order %u is free", order);
    outcomes.out_of_memory++;
    return;
  }
  must_answer(s, answer, misuse);
  check_words_kept(s);
  outcomes.misused++;
}

static inline void step_get_at(subject *s, uint32_t slot, uint32_t frame, uint32_t order, int32_t frame_class) {
  begin_step(s, "get_at", slot, frame, order, (uint32_t)frame_class);
  int32_t misuse = misuse_of_block(s, frame, order);
  if (misuse == 0) misuse = misuse_of_class(s, frame_class);
  bool free = misuse == 0 && model_is_free(&s->model, frame, order);
  if (!free) keep_words(s);
  must_answer(s, llfree_get_at(s->region.words, slot, frame, order, frame_class), misuse < 0 ? misuse : free);
  if (free) {
    model_take(&s->model, frame, order);
    outcomes.placed++;
    return;
  }
  check_words_kept(s);
  if (misuse < 0) outcomes.misused++;
  else outcomes.occupied++;
}

static inline void step_put(subject *s, uint32_t slot, uint32_t frame, uint32_t order) {
  begin_step(s, "put", slot, frame, order, 0);
  int32_t misuse = misuse_of_block(s, frame, order);
  if (misuse == 0 && !model_is_taken(&s->model, frame, order)) misuse = PARPEROS_NOT_ALLOCATED;
  if (misuse != 0) keep_words(s);
  must_answer(s, llfree_put(s->region.words, slot, frame, order), misuse);
  if (misuse == 0) {
    model_give_back(&s->model, frame, order);
    outcomes.put++;
    return;
  }
  check_words_kept(s);
  if (misuse == PARPEROS_NOT_ALLOCATED) outcomes.not_allocated++;
  else outcomes.misused++;
}

static inline uint32_t *make_list(uint32_t length) {
  // One word too many for none, exactly enough otherwise: whoever writes beyond the end is found.
  uint32_t *list = malloc((length == 0 ? 1 : length) * sizeof *list);
  if (list == NULL) abort();
  return list;
}

static inline void step_get_batch(subject *s, uint32_t slot, uint32_t order, uint32_t length, int32_t frame_class) {
  begin_step(s, "get_batch", slot, order, length, (uint32_t)frame_class);
  uint32_t usable = usable_trees(s, slot, class_asked(s, order, frame_class));
  uint32_t *into = make_list(length);
  int32_t answer = llfree_get_batch(s->region.words, slot, order, into, length, frame_class);
  if (answer < 0) must_answer(s, answer, PARPEROS_OUT_OF_MEMORY);
  if (answer > (int32_t)length) wrong(s, "%d blocks, where %u were asked for", answer, length);
  for (int32_t i = 0; i < answer; i++) take_answer(s, into[i], order, usable);
  free(into);
  if (answer > 0) outcomes.batched++;
  if (answer == (int32_t)length) return;
  // What the first blocks took can have changed classes: only now it is known what was left for the next one.
  usable = usable_trees(s, slot, class_asked(s, order, frame_class));
  if (has_block_for(s, usable, order)) wrong(s, "only %d blocks, while another is free", answer);
  if (answer == 0) wrong(s, "no block, and no status that says why");
}

// `frames` is a list on the heap.
static inline void step_put_batch(subject *s, uint32_t slot, uint32_t order, const uint32_t *frames, uint32_t length) {
  begin_step(s, "put_batch", slot, order, length, length > 0 ? frames[0] : 0);
  uint32_t expected = 0;
  for (; expected < length && model_is_taken(&s->model, frames[expected], order); expected++) {
    model_give_back(&s->model, frames[expected], order);
  }
  must_answer(s, (int32_t)llfree_put_batch(s->region.words, slot, order, frames, length), (int32_t)expected);
  if (expected > 0) outcomes.given_in_batch++;
}

static inline void step_stats_at(subject *s, uint32_t slot, uint32_t frame, uint32_t order) {
  begin_step(s, "stats_at", slot, frame, order, 0);
  int32_t misuse = misuse_of_block(s, frame, order);
  if (misuse == 0) {
    check_block_count(s, frame, order, model_free_in(&s->model, frame, 1u << order));
    return;
  }
  uint32_t into[2];
  must_answer(s, llfree_stats_at(s->region.words, slot, frame, order, into), misuse);
  outcomes.misused++;
}

static inline void step_drain(subject *s, uint32_t slot) {
  begin_step(s, "drain", slot, 0, 0, 0);
  area a = area_for(s, slot);
  drain(&a);
  for (uint32_t local = 0; local < a.slots * a.classes; local++) {
    uint32_t word = peek_local(&a, a.locals_at + local * LLFREE_LOCAL_WORDS);
    if (is_present(word)) wrong(s, "reservation %u is still there: %x", local, word);
  }
  check_all(s);
  outcomes.drained++;
}

// Recovery changes nothing but reservations when all is well; and what only says where to look can be anything before
// it.
static inline void step_recover(subject *s, bool scribble, uint32_t with) {
  begin_step(s, "recover", 0, scribble, with, 0);
  area a = area_for(s, 0);
  uint32_t report[4];
  if (scribble) {
    for (uint32_t i = a.locals_at; i < a.trees_at + a.trees; i++) a.words[i] = with = with * 0x9e3779b1u + 1;
  }
  recover(&a, report);
  if (report[LLFREE_REPORT_COUNTERS] + report[LLFREE_REPORT_BLOCKS] != 0) {
    wrong(s, "recovery mended %u counters and %u blocks that were right", report[LLFREE_REPORT_COUNTERS],
          report[LLFREE_REPORT_BLOCKS]);
  }
  if (!scribble && report[LLFREE_REPORT_TREES] != 0) {
    wrong(s, "recovery mended %u trees that were right", report[LLFREE_REPORT_TREES]);
  }
  check_all(s);
  outcomes.recovered++;
}
