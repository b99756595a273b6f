// The benchmark loops of alloc-api over this core; its first number is the slot.
#pragma once

#include "llfree.h"

#define CORE area
#define CORE_AT(words, first, second) ((void)(second), area_of(words, first))
#define CORE_GET(core, order) llfree_get((core)->words, (core)->slot, order, -1)
#define CORE_PUT(core, frame, order) llfree_put((core)->words, (core)->slot, frame, order)
#define CORE_LAYOUT_HASH LLFREE_LAYOUT_HASH

#include "bench_loops.h"
