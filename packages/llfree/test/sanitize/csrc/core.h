// The core under test: as it is, shaken (-DSHAKEN), with an error planted in it (-DPLANTS), or both.
#pragma once

#ifdef SHAKEN
#include "shaken.h"
#endif

#ifdef PLANTS
#include "plants.h"
#else
static inline void plant_from_environment(void) {}
#endif

#include "llfree.h"
#include "prim_linux.c"
