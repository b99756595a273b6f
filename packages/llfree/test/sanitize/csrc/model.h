// The obvious allocator: a byte per frame that says whether it is taken, a byte that says which order of block starts
// there, and how many frames of each huge frame are free. Nearly everything is a loop over frames, so that there is
// little in it to get wrong.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define MODEL_FRAMES 5000
#define MODEL_MAX_ORDER 10
#define MODEL_HUGE 512

typedef struct {
  uint32_t frames;
  bool taken[MODEL_FRAMES];
  // The order of the block that starts here, plus one; 0 where none does.
  uint8_t starts[MODEL_FRAMES];
  uint32_t free_in[MODEL_FRAMES / MODEL_HUGE + 1];
} model;

static inline bool model_has(const model *m, uint32_t frame, uint32_t order) {
  return order <= MODEL_MAX_ORDER && frame < m->frames && (1u << order) <= m->frames - frame &&
         frame % (1u << order) == 0;
}

// Whether all frames of a block that there is are taken, or all are free.
static inline bool model_all(const model *m, uint32_t frame, uint32_t order, bool taken) {
  return model_has(m, frame, order) && memchr(&m->taken[frame], !taken, 1u << order) == NULL;
}
static inline bool model_is_free(const model *m, uint32_t frame, uint32_t order) {
  return model_all(m, frame, order, false);
}
static inline bool model_is_taken(const model *m, uint32_t frame, uint32_t order) {
  return model_all(m, frame, order, true);
}

static inline uint32_t model_free_in(const model *m, uint32_t first, uint32_t count) {
  uint32_t taken = 0;
  for (uint32_t frame = first; frame < first + count; frame++) taken += m->taken[frame];
  return count - taken;
}

// Entirely free huge frames among those that begin in the `count` frames from `first` on.
static inline uint32_t model_free_huge(const model *m, uint32_t first, uint32_t count) {
  uint32_t free = 0;
  for (uint32_t frame = first; frame < first + count; frame += MODEL_HUGE) {
    free += m->free_in[frame / MODEL_HUGE] == MODEL_HUGE;
  }
  return free;
}

static inline uint32_t model_free(const model *m) {
  uint32_t free = 0;
  for (uint32_t huge = 0; huge * MODEL_HUGE < m->frames; huge++) free += m->free_in[huge];
  return free;
}

static inline void model_mark(model *m, uint32_t frame, uint32_t order, bool taken) {
  uint32_t count = 1u << order;
  memset(&m->taken[frame], taken, count);
  memset(&m->starts[frame], 0, count);
  for (uint32_t huge = frame / MODEL_HUGE; huge * MODEL_HUGE < frame + count; huge++) {
    uint32_t changed = count < MODEL_HUGE ? count : MODEL_HUGE;
    m->free_in[huge] += taken ? 0 - changed : changed;
  }
}

static inline void model_take(model *m, uint32_t frame, uint32_t order) {
  model_mark(m, frame, order, true);
  m->starts[frame] = (uint8_t)(order + 1);
}

// A larger block that this one is a part of breaks up: its halves, the halves of the half with the part, and so on.
static inline void model_split(model *m, uint32_t frame, uint32_t order) {
  for (uint32_t whole = order + 1; whole <= MODEL_MAX_ORDER; whole++) {
    uint32_t start = frame & ~((1u << whole) - 1);
    if (m->starts[start] != whole + 1) continue;
    for (uint32_t half = whole; half-- > order;) {
      uint32_t at = frame & ~((1u << half) - 1);
      m->starts[at] = (uint8_t)(half + 1);
      m->starts[at ^ 1u << half] = (uint8_t)(half + 1);
    }
    return;
  }
}

static inline void model_give_back(model *m, uint32_t frame, uint32_t order) {
  model_split(m, frame, order);
  model_mark(m, frame, order, false);
}

// Everything taken, or nothing: whole huge frames, and single frames behind them.
static inline void model_begin(model *m, uint32_t frames, bool allocated) {
  memset(m, 0, sizeof *m);
  m->frames = frames;
  for (uint32_t at = 0; at < frames; at++) m->free_in[at / MODEL_HUGE]++;
  if (!allocated) return;
  uint32_t frame = 0;
  for (; frame + MODEL_HUGE <= frames; frame += MODEL_HUGE) model_take(m, frame, 9);
  for (; frame < frames; frame++) model_take(m, frame, 0);
}

// The first block that starts at `from` or behind it, around; −1 when there is none.
static inline int32_t model_block_from(const model *m, uint32_t from) {
  for (uint32_t i = 0; i < m->frames; i++) {
    uint32_t frame = (from + i) % m->frames;
    if (m->starts[frame] != 0) return (int32_t)frame;
  }
  return -1;
}
