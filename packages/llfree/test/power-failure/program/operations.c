// Says what the C core does to the words of an allocator. It reads the words from the file that it is given, then commands
// from its input, and prints an event a line:
//
//   s index was is     a word has changed since the last line (which is seen before each flush, fence and note)
//   f index count      a flush of these words was begun
//   |                  a fence
//   n                  an operation begins, or has ended
//   r result frame …   what it answered
#include "llfree.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 4096 };

static uint32_t *words, *seen, total;

static void print_stores(void) {
  for (uint32_t i = 0; i < total; i++) {
    if (words[i] == seen[i]) continue;
    printf("s %" PRIu32 " %" PRId32 " %" PRId32 "\n", i, (int32_t)seen[i], (int32_t)words[i]);
    seen[i] = words[i];
  }
}

void told_flush(const void *start, size_t bytes) {
  print_stores();
  printf("f %zu %zu\n", (size_t)((const uint32_t *)start - words), bytes / 4);
}

void told_fence(void) {
  print_stores();
  puts("|");
}

// msync waits by itself.
int prim_msync(void *address, size_t bytes) {
  told_flush(address, bytes);
  told_fence();
  return 0;
}

static void print_note(void) {
  print_stores();
  puts("n");
}

static uint32_t number(void) {
  uint32_t value;
  if (scanf("%" SCNu32, &value) != 1) exit(2);
  return value;
}

// One command: its name, the slot, and its arguments.
static void run(const char *name) {
  static uint32_t frames[MOST];
  uint32_t slot = number(), order = number(), count = number();
  if (count > MOST) exit(2);
  int32_t result = 0;
  uint32_t found = 0;
  bool takes = strcmp(name, "getBatch") == 0;
  if (!takes) {
    for (uint32_t i = 0; i < count; i++) frames[i] = number();
  }
  print_note();
  if (strcmp(name, "get") == 0) result = llfree_get(words, slot, order, -1);
  else if (strcmp(name, "getAt") == 0) result = llfree_get_at(words, slot, frames[0], order, -1);
  else if (strcmp(name, "put") == 0) result = llfree_put(words, slot, frames[0], order);
  else if (strcmp(name, "putBatch") == 0) result = (int32_t)llfree_put_batch(words, slot, order, frames, count);
  else if (takes) result = llfree_get_batch(words, slot, order, frames, count, -1);
  else exit(2);
  if (takes && result > 0) found = (uint32_t)result;
  print_note();
  printf("r %" PRId32, result);
  for (uint32_t i = 0; i < found; i++) printf(" %" PRIu32, frames[i]);
  puts("");
}

int main(int count, char **arguments) {
  FILE *file = count == 2 ? fopen(arguments[1], "rb") : NULL;
  if (!file) return 2;
  words = aligned_alloc(4096, 1 << 20);
  seen = malloc(1 << 20);
  if (!words || !seen) return 2;
  total = (uint32_t)fread(words, 4, (1 << 20) / 4, file);
  memcpy(seen, words, (size_t)total * 4);
  fclose(file);
  char name[16];
  while (scanf("%15s", name) == 1) run(name);
  return 0;
}
