// Opening an address space: which way the kernel allows here. What was tried and refused is reported, as errno values, so
// that a person can be told why it is not the better way.
#pragma once

#include "move.h"

// Words of a report; the second says at which stage of it the way 'move' was refused, the third with what. Whoever attaches
// brings the opener's report.
enum { REPORT_WAY, REPORT_STAGE, REPORT_MOVE, REPORT_MANY, REPORT_HUGE, REPORT_WORDS };
enum { STAGE_NONE, STAGE_MOVER, STAGE_AREA, STAGE_POOL, STAGE_TRIAL };

// Moves a frame of zeros to page 0, which has none yet, and back.
static inline int try_move(const space *s, uint32_t zero) {
  uint8_t *page = page_address(s, 0), *frame = frame_address(s, zero);
  size_t moved;
  *(volatile uint8_t *)frame = 0;
  int error = prim_move(s->mover, page, frame, PAGE_BYTES, &moved);
  return error != 0 ? error : prim_move(s->mover, frame, page, PAGE_BYTES, &moved);
}

// Sets the space up for moves; 0 or the error, and the stage it belongs to.
static inline int prepare_moves(space *s, uint32_t zero, bool opening, int32_t *stage) {
  prim_range area = {s->area, (size_t)s->pages << PAGE_SHIFT}, pool = {s->pool, (size_t)s->frames << PAGE_SHIFT};
  *stage = STAGE_MOVER;
  int error = process_mover(&s->mover);
  if (error != 0) return error;
  *stage = STAGE_AREA;
  error = prim_mover_add(s->mover, &area);
  if (error != 0) return error;
  *stage = STAGE_POOL;
  error = prim_mover_add(s->mover, &pool);
  if (error != 0) return error;
  *stage = STAGE_TRIAL;
  error = opening ? try_move(s, zero) : 0;
  if (error == 0) *stage = STAGE_NONE;
  return error;
}

// Frames may lie in huge pages. Runs of 512 can then move as one, where both ends are at a huge page's boundary.
static inline int prepare_huge(space *s, bool wanted) {
  prim_range area = {s->area, (size_t)s->pages << PAGE_SHIFT}, pool = {s->pool, (size_t)s->frames << PAGE_SHIFT};
  // In the area a touch of a page that has no frame must not bring in 512 of them.
  if (s->way != WAY_TABLE) prim_advise(&area, PRIM_SMALL);
  bool aligned = s->way == WAY_TABLE || ((uintptr_t)s->area | (uintptr_t)s->pool) % HUGE_BYTES == 0;
  int error = !wanted ? 0 : aligned ? prim_advise(&pool, PRIM_HUGE) : EINVAL;
  s->huge = wanted && error == 0;
  if (!s->huge && s->way == WAY_MOVE) prim_advise(&pool, PRIM_SMALL);
  return error;
}

// Whether many ranges can be advised in one call; `known`: what the opener has found.
static inline int prepare_many(space *s, bool opening, int known) {
  int error = opening || known == 0 ? process_self(&s->self) : known;
  size_t done;
  prim_range ranges[] = {{s->area, PAGE_BYTES}, {s->area, PAGE_BYTES}};
  if (error == 0 && opening) error = prim_advise_many(s->self, ranges, 2, PRIM_DROP, &done);
  if (error != 0) s->self = -1;
  return error;
}

// Opens the space in the way that is wanted, or in the best that works. Area, pool, pages and frames are filled in, the area
// not for WAY_TABLE. `opening`: nobody uses it yet, and what works is found out. The report's way is WAY_BEST when the wanted
// one does not work.
static inline void space_open(space *s, way wanted, bool huge, bool opening, uint32_t zero, int32_t *report) {
  int known = report[REPORT_MANY];
  s->self = -1;
  s->way = wanted == WAY_BEST ? WAY_MOVE : wanted;
  if (s->way == WAY_MOVE) {
    report[REPORT_MOVE] = prepare_moves(s, zero, opening, &report[REPORT_STAGE]);
    if (report[REPORT_MOVE] != 0) s->way = wanted == WAY_BEST ? WAY_MADVISE : WAY_BEST;
  }
  report[REPORT_WAY] = (int32_t)s->way;
  if (s->way == WAY_BEST) return;
  if (s->way == WAY_TABLE || s->way == WAY_MOVE) report[REPORT_HUGE] = prepare_huge(s, huge);
  if (s->way != WAY_TABLE) report[REPORT_MANY] = prepare_many(s, opening, known);
  // A huge page that is dropped in parts stays whole, unseen, until memory is short. All who attach have to agree.
  s->singles = s->way == WAY_MOVE && !s->huge && (opening ? report[REPORT_MANY] : known) == 0;
  // A forked child would share the pages until it runs a program of its own, and what is shared cannot be moved.
  prim_range area = {s->area, (size_t)s->pages << PAGE_SHIFT}, pool = {s->pool, (size_t)s->frames << PAGE_SHIFT};
  if (s->way == WAY_MADVISE) prim_advise(&area, PRIM_SMALL);
  if (s->way == WAY_MOVE || s->way == WAY_MADVISE) prim_advise(&area, PRIM_NOT_FORKED);
  if (s->way == WAY_MOVE) prim_advise(&pool, PRIM_NOT_FORKED);
}
