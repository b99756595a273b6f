// How a test program ends badly: one line that says what was wrong, one that reproduces it, exit code 1. A sanitizer that
// ends the program prints that line too. The first thread that fails is the one that is heard.
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

// What the person types to see it again; stress.c sets it for each round.
static char reproduction[256];

static void print_reproduction(void) {
  if (reproduction[0] != '\0') fprintf(stderr, "reproduce: %s\n", reproduction);
}

__attribute__((format(printf, 1, 2), noreturn)) static void fail(const char *format, ...) {
  static bool failing;
  // Whoever comes second has nothing to add: the process is about to end.
  while (__atomic_exchange_n(&failing, true, __ATOMIC_RELAXED)) pause();
  va_list values;
  va_start(values, format);
  vfprintf(stderr, format, values);
  va_end(values);
  fputc('\n', stderr);
  print_reproduction();
  fflush(stderr);
  _exit(1);
}

// The sanitizers look these up when the program starts. A report ends it at once.
const char *__asan_default_options(void);
const char *__tsan_default_options(void);
const char *__ubsan_default_options(void);
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

const char *__asan_default_options(void) { return "exitcode=1:detect_leaks=1"; }
const char *__tsan_default_options(void) { return "exitcode=1:halt_on_error=1:history_size=4"; }
const char *__ubsan_default_options(void) { return "exitcode=1:halt_on_error=1:print_stacktrace=1"; }

static void report_deaths(void) {
  if (__sanitizer_set_death_callback) __sanitizer_set_death_callback(print_reproduction);
}
