// Inputs of the fuzz test: byte strings, and small changes to them.
#pragma once

#include "draw.h"

#include <stddef.h>
#include <string.h>

#define MOST_BYTES 512

typedef struct {
  uint32_t size;
  uint8_t bytes[MOST_BYTES];
} byte_string;

static inline byte_string draw_string(source *random) {
  byte_string made = {.size = 4 + draw_below(random, MOST_BYTES - 3)};
  for (uint32_t i = 0; i < made.size; i++) made.bytes[i] = (uint8_t)draw(random);
  return made;
}

// Copies a run of `from` over or into `to`, at any place.
static inline void copy_run(source *random, byte_string *to, const byte_string *from, bool insert) {
  if (from->size == 0) return;
  uint32_t start = draw_below(random, from->size);
  uint32_t length = 1 + draw_below(random, from->size - start < 32 ? from->size - start : 32);
  uint32_t at = draw_below(random, to->size + 1);
  uint8_t run[32];
  memcpy(run, &from->bytes[start], length);
  uint32_t most = MOST_BYTES - (insert ? to->size : at);
  if (length > most) length = most;
  if (insert) {
    memmove(&to->bytes[at + length], &to->bytes[at], to->size - at);
    to->size += length;
  } else if (at + length > to->size) {
    to->size = at + length;
  }
  memcpy(&to->bytes[at], run, length);
}

static inline void erase_run(byte_string *string, uint32_t at, uint32_t length) {
  memmove(&string->bytes[at], &string->bytes[at + length], string->size - at - length);
  string->size -= length;
}

// One change; `other` is another input to take a part of.
static inline void mutate(source *random, byte_string *string, const byte_string *other) {
  static const uint8_t edges[] = {0, 1, 15, 127, 128, 200, 249, 250, 254, 255};
  if (string->size == 0) *string = draw_string(random);
  uint8_t *byte = &string->bytes[draw_below(random, string->size)];
  switch (draw_below(random, 8)) {
    case 0: *byte = (uint8_t)draw(random); break;
    case 1: *byte ^= (uint8_t)(1u << draw_below(random, 8)); break;
    case 2: *byte = (uint8_t)(*byte + draw_below(random, 17) - 8); break;
    case 3: *byte = edges[draw_below(random, sizeof edges)]; break;
    case 4: {
      uint32_t at = draw_below(random, string->size);
      erase_run(string, at, 1 + draw_below(random, string->size - at < 32 ? string->size - at : 32));
      break;
    }
    case 5: {
      byte_string self = *string;
      copy_run(random, string, &self, true);
      break;
    }
    case 6: copy_run(random, string, other, true); break;
    default: copy_run(random, string, other, false);
  }
}
