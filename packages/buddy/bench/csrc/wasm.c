// The benchmark loops as a WebAssembly module.
#include "loops.h"

#include "bench_wasm.h"
