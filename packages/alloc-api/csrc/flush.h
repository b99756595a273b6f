// Cache-line flushes: how stores reach memory that outlives a power failure (Intel 64 manual, CLWB and CLFLUSHOPT; Arm
// ARM, DC CVAC). A flush starts the write-back of a line, a fence waits for all that were started by this thread. Native
// code only: neither WebAssembly nor JavaScript has such instructions.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "atomics.h"

#define FLUSH_LINE_BYTES 64u

#if defined(__x86_64__)
#include <cpuid.h>

typedef enum { FLUSH_UNKNOWN, FLUSH_CLFLUSH, FLUSH_CLFLUSHOPT, FLUSH_CLWB } flush_kind;

// The best instruction that this processor has. Asking takes long in a virtual machine: once is enough.
static inline flush_kind flush_best(void) {
  static uint32_t known = FLUSH_UNKNOWN;
  uint32_t kind = word_peek(&known);
  if (LIKELY(kind != FLUSH_UNKNOWN)) return (flush_kind)kind;
  unsigned int a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) b = 0;
  kind = (b & 1u << 24) != 0 ? FLUSH_CLWB : (b & 1u << 23) != 0 ? FLUSH_CLFLUSHOPT : FLUSH_CLFLUSH;
  word_poke(&known, kind);
  return (flush_kind)kind;
}

static inline void flush_line(flush_kind kind, const uint8_t *line) {
  switch (kind) {
    case FLUSH_CLWB: __asm__ volatile("clwb %0" : : "m"(*line) : "memory"); break;
    case FLUSH_CLFLUSHOPT: __asm__ volatile("clflushopt %0" : : "m"(*line) : "memory"); break;
    default: __asm__ volatile("clflush %0" : : "m"(*line) : "memory"); break;
  }
}

static inline void flush_fence(void) { __asm__ volatile("sfence" ::: "memory"); }

#elif defined(__aarch64__)
typedef int flush_kind;
static inline flush_kind flush_best(void) { return 0; }
static inline void flush_line(flush_kind kind, const uint8_t *line) {
  (void)kind;
  __asm__ volatile("dc cvac, %0" : : "r"(line) : "memory");
}
static inline void flush_fence(void) { __asm__ volatile("dsb ish" ::: "memory"); }

#else
#error "flush.h: this processor's cache-line flush is not known here"
#endif

// Starts the write-back of all lines that the range touches.
static inline void flush_range(const void *start, size_t bytes) {
  flush_kind kind = flush_best();
  uintptr_t end = (uintptr_t)start + bytes;
  for (uintptr_t line = (uintptr_t)start & ~(uintptr_t)(FLUSH_LINE_BYTES - 1); line < end; line += FLUSH_LINE_BYTES) {
    flush_line(kind, (const uint8_t *)line);
  }
}
