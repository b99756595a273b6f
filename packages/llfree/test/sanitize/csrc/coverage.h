// Which ways through the code an input takes. Code that is compiled with -fsanitize-coverage=trace-pc calls the
// function below wherever it goes on; a hash of this place and the last one stands for the way between them. An input
// is of interest when it goes a way that none went, or goes one a new number of times: once, twice, …, over 128 times.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define WAYS (1u << 15)

static uint8_t way_counts[WAYS];
// Which numbers of times were seen, a bit each.
static uint8_t ways_seen[WAYS];
static uint32_t last_place;

void __sanitizer_cov_trace_pc(void);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Places are counted from a function of the program, so that they are the same wherever it is loaded.
void __sanitizer_cov_trace_pc(void) {
  uint64_t offset = (uintptr_t)__builtin_return_address(0) - (uintptr_t)&LLVMFuzzerTestOneInput;
  uint32_t place = (uint32_t)(offset * 0x9e3779b97f4a7c15u >> 40);
  way_counts[(place ^ last_place) % WAYS]++;
  last_place = place >> 1;
}

static inline void begin_coverage(void) {
  memset(way_counts, 0, sizeof way_counts);
  last_place = 0;
}

static inline uint8_t times_bit(uint8_t count) {
  if (count < 4) return (uint8_t)(1u << count >> 1);
  return count < 8 ? 8 : count < 16 ? 16 : count < 32 ? 32 : count < 128 ? 64 : 128;
}

// Whether this input did something new; remembers what it did.
static inline bool end_coverage(void) {
  bool fresh = false;
  for (uint32_t i = 0; i < WAYS; i += 8) {
    uint64_t eight;
    memcpy(&eight, &way_counts[i], sizeof eight);
    for (uint32_t way = i; eight != 0 && way < i + 8; way++) {
      uint8_t bit = times_bit(way_counts[way]);
      if ((bit & ~ways_seen[way]) == 0) continue;
      ways_seen[way] |= bit;
      fresh = true;
    }
  }
  return fresh;
}

static inline uint32_t count_ways(void) {
  uint32_t count = 0;
  for (uint32_t way = 0; way < WAYS; way++) count += ways_seen[way] != 0;
  return count;
}
