// A coverage-guided fuzzer for machines without libFuzzer: it calls the same entry point, keeps inputs that did
// something new, and mutates them. Everything follows from the seed.
//
//   fuzz [--seed 1] [--seconds 10] [--runs 0]      ends when one is reached (0: never); prints its counts as JSON
//   fuzz --input <hexadecimal digits>              runs that input, and prints each of its steps
//
// The fuzzing goes on in a child process, which leaves its input in shared memory before it runs it. Whatever ends the
// child, a failed check, a sanitizer or a hang, the parent shortens the input as long as it still fails, shows its
// steps, and prints the line that reproduces it.
#include "coverage.h"
#include "mutate.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST_INPUTS 4096
#define HANG_SECONDS 30
#define SHRINK_SECONDS 5

int LLVMFuzzerInitialize(int *count, char ***values);
void fuzz_tell(void);

typedef struct {
  uint64_t seed, runs;
  double seconds;
  const char *digits;
} settings;

static double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static const byte_string *pick(source *random, byte_string *const *inputs, uint32_t count) {
  // What was found last has been tried least.
  uint32_t recent = count / 4;
  if (recent > 0 && draw_chance(random, 50)) return inputs[count - 1 - draw_below(random, recent)];
  return inputs[draw_below(random, count)];
}

static byte_string next_input(source *random, byte_string *const *inputs, uint32_t count) {
  if (count == 0 || draw_chance(random, 3)) return draw_string(random);
  byte_string next = *pick(random, inputs, count);
  for (uint32_t changes = 1 + draw_below(random, 6); changes > 0; changes--) {
    mutate(random, &next, pick(random, inputs, count));
  }
  return next;
}

static void run_input(byte_string *shared, const byte_string *input) {
  *shared = *input;
  // On the heap and no longer than it is: reading behind the input is an error too.
  uint8_t *bytes = malloc(input->size == 0 ? 1 : input->size);
  if (bytes == NULL) abort();
  memcpy(bytes, input->bytes, input->size);
  alarm(HANG_SECONDS);
  LLVMFuzzerTestOneInput(bytes, input->size);
  free(bytes);
}

static void fuzz(const settings *set, byte_string *shared) {
  static byte_string *inputs[MOST_INPUTS];
  uint32_t count = 0;
  uint64_t runs = 0;
  source random = {set->seed};
  double start = seconds_now();
  while ((set->runs == 0 || runs < set->runs) && (set->seconds == 0 || seconds_now() - start < set->seconds)) {
    byte_string input = next_input(&random, inputs, count);
    begin_coverage();
    run_input(shared, &input);
    runs++;
    if (!end_coverage()) continue;
    uint32_t place = count < MOST_INPUTS ? count++ : draw_below(&random, MOST_INPUTS);
    if (inputs[place] == NULL) inputs[place] = malloc(sizeof input);
    if (inputs[place] == NULL) abort();
    *inputs[place] = input;
  }
  double seconds = seconds_now() - start;
  printf("{\"seed\":%llu,\"runs\":%llu,\"seconds\":%.1f,\"inputs\":%u,\"ways\":%u}\n", (unsigned long long)set->seed,
         (unsigned long long)runs, seconds, count, count_ways());
}

// Whether this process is to say nothing about a failure, only to end. AddressSanitizer calls the function below before
// it begins its report, most of whose time goes into finding names.
static bool quiet;

void __asan_on_error(void);
void __asan_on_error(void) {
  if (quiet) _exit(1);
}

// The status of a child that runs one input; its messages go nowhere, or its steps are told.
static int status_of(byte_string *shared, const byte_string *input, bool tell) {
  fflush(stdout);
  pid_t child = fork();
  if (child < 0) abort();
  if (child == 0) {
    LLVMFuzzerInitialize(NULL, NULL);
    if (tell) fuzz_tell();
    else if (freopen("/dev/null", "w", stderr) == NULL) _exit(0);
    quiet = !tell;
    // A sanitizer writes to the file, not to the stream.
    if (quiet) dup2(fileno(stderr), STDERR_FILENO);
    run_input(shared, input);
    _exit(0);
  }
  int status;
  waitpid(child, &status, 0);
  return status;
}

// Leaves out ever smaller runs, then makes bytes zero, while the input still fails.
static byte_string shrink(byte_string *shared, byte_string failing) {
  double end = seconds_now() + SHRINK_SECONDS;
  for (uint32_t length = failing.size / 2; length > 0; length /= 2) {
    for (uint32_t at = 0; at + length <= failing.size && seconds_now() < end;) {
      byte_string shorter = failing;
      erase_run(&shorter, at, length);
      if (status_of(shared, &shorter, false) != 0) failing = shorter;
      else at += length;
    }
  }
  for (uint32_t at = 0; at < failing.size && seconds_now() < end; at++) {
    if (failing.bytes[at] == 0) continue;
    byte_string simpler = failing;
    simpler.bytes[at] = 0;
    if (status_of(shared, &simpler, false) != 0) failing = simpler;
  }
  return failing;
}

static void report_failure(const char *program, const settings *set, byte_string *shared, int status) {
  byte_string failing = *shared;
  // A hang takes too long to be run again and again.
  bool hung = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
  if (hung) fprintf(stderr, "an input did not end within %d s\n", HANG_SECONDS);
  else failing = shrink(shared, failing);
  fprintf(stderr, "seed %llu found it; the steps of the shortest input:\n", (unsigned long long)set->seed);
  if (!hung) status_of(shared, &failing, true);
  fprintf(stderr, "reproduce: %s --input ", program);
  for (uint32_t i = 0; i < failing.size; i++) fprintf(stderr, "%02x", failing.bytes[i]);
  fprintf(stderr, "\n");
}

static bool parse_digits(const char *digits, byte_string *into) {
  for (into->size = 0; digits[0] != '\0'; digits += 2) {
    char pair[3] = {digits[0], digits[1], '\0'};
    char *end;
    unsigned long byte = strtoul(pair, &end, 16);
    if (end != &pair[2] || into->size == MOST_BYTES) return false;
    into->bytes[into->size++] = (uint8_t)byte;
  }
  return true;
}

static bool parse(int count, char **values, settings *set, byte_string *input) {
  for (int i = 1; i < count; i += 2) {
    const char *value = i + 1 < count ? values[i + 1] : "";
    char *end;
    if (strcmp(values[i], "--input") == 0) {
      set->digits = value;
      if (i + 1 >= count || !parse_digits(value, input)) return false;
      continue;
    }
    if (strcmp(values[i], "--seed") == 0) set->seed = strtoull(value, &end, 10);
    else if (strcmp(values[i], "--runs") == 0) set->runs = strtoull(value, &end, 10);
    else if (strcmp(values[i], "--seconds") == 0) set->seconds = strtod(value, &end);
    else return false;
    if (*value == '\0' || *end != '\0') return false;
  }
  return true;
}

int main(int count, char **values) {
  settings set = {.seed = 1, .seconds = 10};
  byte_string given;
  if (!parse(count, values, &set, &given)) {
    fprintf(stderr, "expected: %s [--seed <number>] [--seconds <number>] [--runs <number>], or --input <digits>\n",
            values[0]);
    return 2;
  }
  byte_string *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) abort();
  if (set.digits != NULL) return status_of(shared, &given, true) == 0 ? 0 : 1;
  pid_t child = fork();
  if (child < 0) abort();
  if (child == 0) {
    LLVMFuzzerInitialize(&count, &values);
    fuzz(&set, shared);
    exit(0);
  }
  int status;
  waitpid(child, &status, 0);
  if (status == 0) return 0;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 2) return 2;
  report_failure(values[0], &set, shared, status);
  return 1;
}
