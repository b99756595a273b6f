// The C core under threads. A round draws a shape (frames, tree size, policy, slots, what is asked for) from its seed,
// makes a Region, and lets two to four threads at it, each on a slot of its own. Several times in a round they all
// stop, and everything has to be right: each invariant that the core can check, and the number of free frames, which is
// exactly what nobody holds. At the end all is given back. One round after the other, each with the next seed.
//
//   stress [--seed 1] [--rounds 8] [--seconds 0]      ends when both are reached; prints its counts as JSON
//          [--limit 300]                              no round may take as many seconds
//
// A failing round prints its own seed: what each thread does is the same again, how they interleave is not.
#include "worker.h"

#include <pthread.h>
#include <time.h>

#define MOST_WORKERS 4
#define PHASES 4

// A meeting point; POSIX's barriers are optional, and some systems lack them.
typedef struct {
  pthread_mutex_t lock;
  pthread_cond_t all;
  uint32_t members, waiting, meeting;
} meeting_point;

// The last one to come is told so; the others wait until it calls `go_on`.
static bool meet(meeting_point *at) {
  pthread_mutex_lock(&at->lock);
  uint32_t meeting = at->meeting;
  bool last = ++at->waiting == at->members;
  while (!last && at->meeting == meeting) pthread_cond_wait(&at->all, &at->lock);
  pthread_mutex_unlock(&at->lock);
  return last;
}

static void go_on(meeting_point *at) {
  pthread_mutex_lock(&at->lock);
  at->waiting = 0;
  at->meeting++;
  pthread_cond_broadcast(&at->all);
  pthread_mutex_unlock(&at->lock);
}

typedef struct {
  playground shared;
  meeting_point meeting;
  uint32_t worker_count, steps;
  worker workers[MOST_WORKERS];
} round_state;

typedef struct {
  round_state *round;
  uint32_t index;
} thread_arguments;

static void check_region(const region *made, uint32_t expected_free, const char *when) {
  uint32_t problem[4], into[2];
  area a = area_of(made->words, 0);
  if (validate(&a, problem) != 0) {
    static const char *const names[] = {"counter of huge frame", "free frames of tree", "reserved flag of tree",
                                        "class of tree", "tree of reservation"};
    const char *name = problem[0] < sizeof names / sizeof *names ? names[problem[0]] : "something";
    fail("%s: %s %u is %u, not %u", when, name, problem[1], problem[3], problem[2]);
  }
  stats(&a, into);
  if (into[0] != expected_free) fail("%s: %u frames are free, not %u", when, into[0], expected_free);
  quick_stats(&a, into);
  if (into[0] != expected_free) fail("%s: trees and reservations say %u, not %u", when, into[0], expected_free);
  if (!header_is_kept(made)) fail("%s: the header was written to", when);
}

// While all threads wait.
static void check_phase(const round_state *round) {
  uint32_t held = 0;
  for (uint32_t i = 0; i < round->worker_count; i++) held += round->workers[i].frames;
  for (uint32_t i = 0; i < POST_BOXES; i++) {
    uint32_t letter = round->shared.post[i];
    if (letter != 0) held += 1u << ((letter - 1) & 15);
  }
  const region *made = &round->shared.region;
  uint32_t owned = 0;
  for (uint32_t frame = 0; frame < made->frames; frame++) owned += round->shared.owners.owner[frame] != NOBODY;
  if (owned != held) fail("between phases: the table has owners of %u frames, the workers hold %u", owned, held);
  check_region(made, made->frames - held, "between phases");
}

static void *run_worker(void *data) {
  const thread_arguments *arguments = data;
  round_state *round = arguments->round;
  worker *self = &round->workers[arguments->index];
  shake_interval = round->shared.shake_interval;
  shake_source = (source){draw(&self->random)};
  for (uint32_t phase = 0; phase < PHASES; phase++) {
    for (uint32_t i = 0; i < round->steps; i++) step(self);
    if (phase + 1 == PHASES) {
      while (self->held_count > 0) put_one_block(self);
    }
    if (!meet(&round->meeting)) continue;
    check_phase(round);
    go_on(&round->meeting);
  }
  return NULL;
}

// What is asked for: everything, or what makes workers meet on the same words.
static void draw_mix(source *random, playground *shared) {
  static const uint32_t mixes[][LLFREE_MAX_ORDER + 1] = {
      {40, 10, 10, 10, 5, 5, 5, 3, 3, 3, 1}, {1}, {1, 0, 0, 0, 0, 1, 4, 4, 2}, {0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1},
      {20, 0, 0, 0, 0, 4, 4, 0, 2, 2, 2},    {6, 4, 4, 4, 4, 4},
  };
  memcpy(shared->order_weights, mixes[draw_below(random, 6)], sizeof shared->order_weights);
  shared->drain_share = draw_chance(random, 30) ? 5 : 0;
  static const uint32_t intervals[] = {0, 8, 40, 200};
  shared->shake_interval = intervals[draw_below(random, 4)];
}

static region_shape draw_shape(source *random, uint32_t worker_count) {
  // The number of frames is hardly ever a multiple of anything.
  static const uint32_t most[] = {600, 2500, 9000, 40000};
  uint32_t frames = draw_from(random, 1, most[draw_below(random, 4)]);
  return (region_shape){.frames = frames,
                        .slots = worker_count + draw_below(random, 3),
                        .tree_shift = draw_from(random, LLFREE_MIN_TREE_SHIFT, LLFREE_MAX_TREE_SHIFT),
                        .persist = draw_chance(random, 20) ? LLFREE_PERSIST_FLUSH : LLFREE_PERSIST_NONE,
                        .allocated = false,
                        .policy = draw_chance(random, 75) ? small_and_huge() : pinned_and_movable()};
}

static void begin_round(round_state *round, source *random) {
  memset(round, 0, sizeof *round);
  pthread_mutex_init(&round->meeting.lock, NULL);
  pthread_cond_init(&round->meeting.all, NULL);
  round->worker_count = draw_from(random, 2, MOST_WORKERS);
  round->meeting.members = round->worker_count;
  round->steps = draw_from(random, 200, 1500);
  playground *shared = &round->shared;
  draw_mix(random, shared);
  region_shape shape = draw_shape(random, round->worker_count);
  // Now and then single frames only, and more of them than can be in use: then nobody may be refused.
  shared->spare = draw_chance(random, 15);
  if (shared->spare) {
    shape.frames = draw_from(random, 3 * 1024, 9000);
    shape.policy = small_and_huge();
    memset(shared->order_weights, 0, sizeof shared->order_weights);
    shared->order_weights[0] = 1;
  }
  shared->region = make_region(&shape);
  shared->owners = make_owners(shape.frames);
  uint32_t share = shared->spare ? 40 : draw_from(random, 40, 150);
  for (uint32_t i = 0; i < round->worker_count; i++) {
    worker *self = &round->workers[i];
    self->shared = shared;
    self->random = (source){draw(random)};
    self->slot = i;
    self->id = (uint8_t)(i + 1);
    self->limit = 1 + (uint32_t)((uint64_t)shape.frames * share / 100) / round->worker_count;
  }
}

static void run_threads(round_state *round) {
  pthread_t threads[MOST_WORKERS];
  thread_arguments arguments[MOST_WORKERS];
  for (uint32_t i = 0; i < round->worker_count; i++) {
    arguments[i] = (thread_arguments){round, i};
    if (pthread_create(&threads[i], NULL, run_worker, &arguments[i]) != 0) fail("a thread could not be started");
  }
  for (uint32_t i = 0; i < round->worker_count; i++) pthread_join(threads[i], NULL);
}

// By draining, or by recovery, which finds nothing else to do.
static void end_reservations_of_all(round_state *round) {
  worker *last = &round->workers[0];
  if (draw_chance(&last->random, 50)) {
    drain_all(last);
    return;
  }
  uint32_t report[4];
  area a = area_of(words_of(last), last->slot);
  recover(&a, report);
  uint32_t mended = report[LLFREE_REPORT_COUNTERS] + report[LLFREE_REPORT_BLOCKS] + report[LLFREE_REPORT_TREES];
  if (mended != 0) fail("recovery mended %u numbers that were right", mended);
}

// Everything comes back, and it is as it was in the beginning.
static void end_round(round_state *round) {
  playground *shared = &round->shared;
  worker *last = &round->workers[0];
  for (uint32_t i = 0; i < POST_BOXES; i++) {
    if (shared->post[i] == 0) continue;
    block letter = {(shared->post[i] - 1) >> 4, (shared->post[i] - 1) & 15};
    change_owner(&shared->owners, letter.frame, letter.order, IN_POST, last->id);
    write_content(&shared->owners, letter.frame, letter.order, last->id);
    give_back_block(last, letter);
  }
  end_reservations_of_all(round);
  check_region(&shared->region, shared->region.frames, "at the end");
  area a = area_of(shared->region.words, 0);
  for (uint32_t tree = 0; tree < a.trees; tree++) {
    uint32_t expected = compose_tree(frames_of(&a, tree), a.default_class, 0);
    if (peek_tree(&a, tree) != expected) fail("at the end: tree %u is %x, not %x", tree, peek_tree(&a, tree), expected);
  }
  free_region(&shared->region);
  free_owners(&shared->owners);
}

static void add_counts(worker_counts *sum, const round_state *round) {
  for (uint32_t i = 0; i < round->worker_count; i++) {
#define ADD_COUNT(name) sum->name += round->workers[i].counts.name;
    EACH_COUNT(ADD_COUNT)
  }
}

static double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int count, char **values) {
  uint64_t seed = 1;
  unsigned long rounds = 8;
  unsigned long limit = 300;
  double seconds = 0;
  for (int i = 1; i < count; i += 2) {
    const char *value = i + 1 < count ? values[i + 1] : "";
    char *end;
    if (strcmp(values[i], "--seed") == 0) seed = strtoull(value, &end, 10);
    else if (strcmp(values[i], "--rounds") == 0) rounds = strtoul(value, &end, 10);
    else if (strcmp(values[i], "--seconds") == 0) seconds = strtod(value, &end);
    else if (strcmp(values[i], "--limit") == 0) limit = strtoul(value, &end, 10);
    else end = values[i];
    if (*end == '\0' && *value != '\0') continue;
    fprintf(stderr, "expected: %s [--seed <number>] [--rounds <number>] [--seconds <number>] [--limit <number>]\n",
            values[0]);
    return 2;
  }
  plant_from_environment();
  before_sanitizer_ends(print_reproduction);
  static round_state round;
  worker_counts sum = {0};
  unsigned long done = 0;
  double start = seconds_now();
  for (; done < rounds || seconds_now() - start < seconds; done++) {
    source random = {seed + done};
    // How threads interleave differs from run to run, so a few rounds with the same seed and those that follow.
    snprintf(reproduction, sizeof reproduction, "%s --seed %llu --rounds 50", values[0],
             (unsigned long long)(seed + done));
    must_end_within((unsigned int)limit);
    begin_round(&round, &random);
    run_threads(&round);
    end_round(&round);
    add_counts(&sum, &round);
  }
  printf("{\"seed\":%llu,\"rounds\":%lu,\"seconds\":%.1f", (unsigned long long)seed, done, seconds_now() - start);
#define PRINT_COUNT(name) printf(",\"" #name "\":%llu", (unsigned long long)sum.name);
  EACH_COUNT(PRINT_COUNT)
  printf("}\n");
  return 0;
}
