// The benchmark loops as a Node-API addon.
#include "loops.h"

#include "bench_addon.h"
#include "prim_linux.c"
