// The benchmark loops of alloc-api over this core; its numbers are the frames and whether the thread may sleep.
#pragma once

#include "buddy.h"

#define CORE buddy
#define CORE_AT(words, first, second) buddy_at(words, first, (second) != 0)
#define CORE_GET(core, order) buddy_get(core, order)
#define CORE_PUT(core, frame, order) buddy_put(core, frame, order)
#define CORE_LAYOUT_HASH BUDDY_LAYOUT_HASH

#include "bench_loops.h"
