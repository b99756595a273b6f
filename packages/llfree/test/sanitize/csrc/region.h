// Making a Region as src/geometry.ts and src/header.ts make one: the header is written here, the rest by the core. (A
// test compares the two headers word by word.) The memory has exactly the Region's length, what is not written yet is
// garbage, and under AddressSanitizer the owners and the gaps behind each part must not be touched.
#pragma once

#include "core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_ADDRESS_SANITIZER 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define UNDER_ADDRESS_SANITIZER 1
#endif
#ifdef UNDER_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, bytes) ((void)(address), (void)(bytes))
#endif

#define CLASS_NAME_BYTES 16
#define LINE_WORDS 16

typedef struct {
  uint32_t classes, default_class;
  uint32_t order_class[LLFREE_MAX_ORDER + 1];
  uint8_t actions[LLFREE_MAX_CLASSES][LLFREE_MAX_CLASSES];
  char names[LLFREE_MAX_CLASSES][CLASS_NAME_BYTES];
} class_policy;

typedef struct {
  uint32_t frames, slots, tree_shift;
  // LLFREE_PERSIST_….
  uint32_t persist;
  bool allocated;
  class_policy policy;
} region_shape;

// A run of words that the core may touch.
typedef struct {
  uint32_t at, words;
} region_part;

enum { PART_HEADER, PART_LOCALS, PART_TREES, PART_CHILDREN, PART_BITS, PARTS };

typedef struct {
  uint32_t *words;
  uint32_t total, frames, slots;
  region_part parts[PARTS];
  uint32_t header[LLFREE_HEADER_WORDS];
} region;

// The policies of the tests: the usual one of src/policy.ts and the strict one of test/support/policies.ts.
static inline class_policy small_and_huge(void) {
  enum { M = LLFREE_ACTION_MATCH, S = LLFREE_ACTION_STEAL, D = LLFREE_ACTION_DEMOTE };
  return (class_policy){.classes = 2,
                        .default_class = 1,
                        .order_class = {0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1},
                        .actions = {{M, D}, {S, M}},
                        .names = {"small", "huge"}};
}

static inline class_policy pinned_and_movable(void) {
  enum { N = LLFREE_ACTION_NO, M = LLFREE_ACTION_MATCH, S = LLFREE_ACTION_STEAL, D = LLFREE_ACTION_DEMOTE };
  return (class_policy){.classes = 3,
                        .default_class = 2,
                        .order_class = {0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2},
                        .actions = {{M, N, D}, {S, M, D}, {N, S, M}},
                        .names = {"pinned", "movable", "huge"}};
}

static inline uint32_t in_lines(uint32_t words) { return (words + LINE_WORDS - 1) / LINE_WORDS * LINE_WORDS; }
static inline uint32_t divided_up(uint32_t count, uint32_t by) { return (count + by - 1) / by; }

static inline uint32_t header_checksum(const uint32_t *words) {
  uint32_t sum = 0x811c9dc5u;
  for (uint32_t i = LLFREE_HEADER_VERSION; i < LLFREE_HEADER_WORDS; i++) {
    if (i != LLFREE_HEADER_PERSIST && i != LLFREE_HEADER_CHECKSUM) sum = (sum ^ words[i]) * 0x01000193u;
  }
  return sum;
}

static inline void write_header(uint32_t *words, const region_shape *shape) {
  const class_policy *policy = &shape->policy;
  uint32_t children = divided_up(shape->frames, LLFREE_CHILD_FRAMES);
  uint32_t trees = divided_up(children, 1u << shape->tree_shift);
  uint32_t owners_at = LLFREE_HEADER_WORDS;
  uint32_t locals_at = in_lines(owners_at + shape->slots);
  uint32_t trees_at = locals_at + shape->slots * policy->classes * LLFREE_LOCAL_WORDS;
  uint32_t children_at = in_lines(trees_at + trees);
  uint32_t bits_at = in_lines(children_at + divided_up(children, 2));
  memset(words, 0, LLFREE_HEADER_WORDS * sizeof *words);
  words[LLFREE_HEADER_MAGIC] = LLFREE_MAGIC;
  words[LLFREE_HEADER_VERSION] = LLFREE_VERSION;
  words[LLFREE_HEADER_FRAMES] = shape->frames;
  words[LLFREE_HEADER_SLOTS] = shape->slots;
  words[LLFREE_HEADER_CLASSES] = policy->classes;
  words[LLFREE_HEADER_TREE_SHIFT] = shape->tree_shift;
  words[LLFREE_HEADER_TREES] = trees;
  words[LLFREE_HEADER_CHILDREN] = children;
  words[LLFREE_HEADER_OWNERS_AT] = owners_at;
  words[LLFREE_HEADER_LOCALS_AT] = locals_at;
  words[LLFREE_HEADER_TREES_AT] = trees_at;
  words[LLFREE_HEADER_CHILDREN_AT] = children_at;
  words[LLFREE_HEADER_BITS_AT] = bits_at;
  words[LLFREE_HEADER_WORDS_TOTAL] = bits_at + children * LLFREE_ROWS;
  words[LLFREE_HEADER_DEFAULT_CLASS] = policy->default_class;
  words[LLFREE_HEADER_PERSIST] = shape->persist;
  for (uint32_t order = 0; order <= LLFREE_MAX_ORDER; order++) {
    words[LLFREE_HEADER_ORDER_CLASS + order] = policy->order_class[order];
  }
  for (uint32_t requested = 0; requested < policy->classes; requested++) {
    for (uint32_t held = 0; held < policy->classes; held++) {
      words[LLFREE_HEADER_POLICY + requested * LLFREE_MAX_CLASSES + held] = policy->actions[requested][held];
    }
    char *names = (char *)&words[LLFREE_HEADER_CLASS_NAMES];
    memcpy(names + requested * CLASS_NAME_BYTES, policy->names[requested], CLASS_NAME_BYTES);
  }
  words[LLFREE_HEADER_CHECKSUM] = header_checksum(words);
}

static inline void find_parts(region *made) {
  const uint32_t *header = made->header;
  uint32_t children = header[LLFREE_HEADER_CHILDREN];
  uint32_t locals_at = header[LLFREE_HEADER_LOCALS_AT];
  uint32_t trees_at = header[LLFREE_HEADER_TREES_AT];
  made->parts[PART_HEADER] = (region_part){0, LLFREE_HEADER_WORDS};
  made->parts[PART_LOCALS] = (region_part){locals_at, trees_at - locals_at};
  made->parts[PART_TREES] = (region_part){trees_at, header[LLFREE_HEADER_TREES]};
  made->parts[PART_CHILDREN] = (region_part){header[LLFREE_HEADER_CHILDREN_AT], divided_up(children, 2)};
  made->parts[PART_BITS] = (region_part){header[LLFREE_HEADER_BITS_AT], children * LLFREE_ROWS};
}

static inline region make_region(const region_shape *shape) {
  region made = {.frames = shape->frames, .slots = shape->slots};
  write_header(made.header, shape);
  made.total = made.header[LLFREE_HEADER_WORDS_TOTAL];
  void *memory;
  if (posix_memalign(&memory, 4096, made.total * sizeof *made.words) != 0) {
    fprintf(stderr, "no memory for a Region of %u words\n", made.total);
    exit(2);
  }
  made.words = memory;
  memset(memory, 0xa5, made.total * sizeof *made.words);
  memcpy(memory, made.header, sizeof made.header);
  find_parts(&made);
  for (int i = 0; i + 1 < PARTS; i++) {
    uint32_t end = made.parts[i].at + made.parts[i].words;
    ASAN_POISON_MEMORY_REGION(&made.words[end], (made.parts[i + 1].at - end) * sizeof *made.words);
  }
  area a = area_of(made.words, 0);
  init(&a, shape->allocated);
  return made;
}

static inline void free_region(const region *made) { free(made->words); }

// Nobody writes to the header once it is there.
static inline bool header_is_kept(const region *made) {
  return memcmp(made->words, made->header, sizeof made->header) == 0;
}
