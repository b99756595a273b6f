// How the sanitizers are set, wherever a test program runs: the first report ends it, with exit code 1. They look these
// functions up when the program starts.
#pragma once

const char *__asan_default_options(void);
const char *__tsan_default_options(void);
const char *__ubsan_default_options(void);
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

// A freed Region is never needed again for long.
const char *__asan_default_options(void) { return "exitcode=1:quarantine_size_mb=16"; }
const char *__tsan_default_options(void) { return "exitcode=1:halt_on_error=1:history_size=4"; }
const char *__ubsan_default_options(void) { return "exitcode=1:halt_on_error=1:print_stacktrace=1"; }

// Has `callback` called when a sanitizer is about to end the program.
static inline void before_sanitizer_ends(void (*callback)(void)) {
  if (__sanitizer_set_death_callback) __sanitizer_set_death_callback(callback);
}
