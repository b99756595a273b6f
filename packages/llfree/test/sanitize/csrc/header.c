// Prints the header that region.h writes, as a JSON list of its words. A test compares it with the one that a Region of
// src/header.ts has, so that the other programs here work on what the package works on.
//
//   header <frames> <slots> <tree shift> <policy: 0 small and huge, 1 pinned and movable>
#include "region.h"

int main(int count, char **values) {
  if (count != 5) {
    fprintf(stderr, "expected: %s <frames> <slots> <tree shift> <policy>\n", values[0]);
    return 2;
  }
  uint32_t numbers[4];
  for (int i = 0; i < 4; i++) numbers[i] = (uint32_t)strtoul(values[i + 1], NULL, 10);
  region_shape shape = {.frames = numbers[0],
                        .slots = numbers[1],
                        .tree_shift = numbers[2],
                        .policy = numbers[3] == 0 ? small_and_huge() : pinned_and_movable()};
  region made = make_region(&shape);
  for (uint32_t i = 0; i < LLFREE_HEADER_WORDS; i++) printf("%c%u", i == 0 ? '[' : ',', made.words[i]);
  printf("]\n");
  free_region(&made);
  return 0;
}
