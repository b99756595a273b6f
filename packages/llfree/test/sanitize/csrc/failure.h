// How a test program ends badly: one line that says what was wrong, one that reproduces it, exit code 1. A sanitizer
// that ends the program prints that line too. The first thread that fails is the one that is heard.
#pragma once

#include "sanitizers.h"

#include <signal.h>
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

static unsigned int seconds_allowed;

static void on_alarm(int number) {
  (void)number;
  fail("it did not end within %u s", seconds_allowed);
}

// What begins now has to end in time, or the next call: nothing in the core waits for ever, but an error could make it.
static void must_end_within(unsigned int seconds) {
  seconds_allowed = seconds;
  signal(SIGALRM, on_alarm);
  alarm(seconds);
}
