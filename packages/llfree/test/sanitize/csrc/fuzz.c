// Sequences of operations out of bytes, against the model. The first bytes choose an allocator (frames, tree size,
// slots, policy, free or allocated at first), each further step takes a few. Every byte string is a valid sequence, so
// that mutations of one that does something new mostly do something new too. One slot after the other, never at once:
// what threads do to each other is the stress test's.
//
// The entry point is libFuzzer's; driver.c calls it where libFuzzer is not installed.
#include "sanitizers.h"
#include "steps.h"

typedef struct {
  const uint8_t *at, *end;
} byte_input;

int LLVMFuzzerInitialize(int *count, char ***values);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
// For driver.c: print each step.
void fuzz_tell(void);

// 0 when there are no more.
static uint32_t take_byte(byte_input *input) { return input->at < input->end ? *input->at++ : 0; }
static uint32_t take_short(byte_input *input) {
  uint32_t high = take_byte(input);
  return high << 8 | take_byte(input);
}

// Any policy: which classes there are, what each may do.
static class_policy take_policy(byte_input *input) {
  class_policy policy = {.classes = 1 + take_byte(input) % 4};
  policy.default_class = take_byte(input) % policy.classes;
  for (uint32_t order = 0; order <= LLFREE_MAX_ORDER; order++) {
    policy.order_class[order] = take_byte(input) % policy.classes;
  }
  for (uint32_t i = 0; i < policy.classes; i++) {
    for (uint32_t j = 0; j < policy.classes; j++) policy.actions[i][j] = take_byte(input) & 3;
  }
  return policy;
}

static region_shape take_shape(byte_input *input) {
  uint32_t frames = 1 + take_short(input) % MODEL_FRAMES;
  uint32_t flags = take_byte(input);
  uint32_t kind = take_byte(input) & 3;
  class_policy policy = kind == 0 ? small_and_huge() : kind == 1 ? pinned_and_movable() : take_policy(input);
  return (region_shape){.frames = frames,
                        .slots = 1 + (flags & 1),
                        .tree_shift = LLFREE_MIN_TREE_SHIFT + (flags >> 1 & 7) % LLFREE_MAX_TREE_SHIFT,
                        .persist = (flags & 0x30) == 0x30 ? LLFREE_PERSIST_FLUSH : LLFREE_PERSIST_NONE,
                        .allocated = (flags & 0xc0) == 0xc0,
                        .policy = policy};
}

// Mostly an order that there is.
static uint32_t take_order(byte_input *input) {
  uint32_t byte = take_byte(input);
  return byte < 250 ? byte % (LLFREE_MAX_ORDER + 1) : byte == 255 ? 0xffffffff : byte - 240;
}

// Mostly the policy's class, else one of the classes, or one behind them.
static int32_t take_class(byte_input *input, const subject *s) {
  uint32_t byte = take_byte(input);
  if (byte < 160) return -1;
  return byte == 255 ? -2 : (int32_t)(byte % (s->shape.policy.classes + (byte >= 250)));
}

// Mostly a frame that there is, aligned to the order; else one near the end, or any number.
static uint32_t take_frame(byte_input *input, const subject *s, uint32_t order) {
  uint32_t kind = take_byte(input);
  uint32_t frame = take_short(input);
  if (kind < 200) return frame % s->model.frames & ~((1u << (order & 31)) - 1);
  if (kind < 230) return frame % s->model.frames;
  return kind < 245 ? s->model.frames - 8 + frame % 16 : frame << 16 | frame;
}

// A block that there is, or a part of it.
static void put_block_or_part(byte_input *input, subject *s, uint32_t slot, bool whole) {
  int32_t start = model_block_from(&s->model, take_short(input) % s->model.frames);
  if (start < 0) return;
  uint32_t order = s->model.starts[start] - 1u;
  uint32_t frame = (uint32_t)start;
  if (!whole) {
    uint32_t part = take_byte(input) % (order + 1);
    frame += take_short(input) % (1u << (order - part)) << part;
    order = part;
  }
  step_put(s, slot, frame, order);
}

// Blocks of one order, from one that there is on or from any place, side by side or at some distance.
static void put_some(byte_input *input, subject *s, uint32_t slot) {
  uint32_t order = take_order(input);
  uint32_t first = take_frame(input, s, order);
  int32_t start = model_block_from(&s->model, first % s->model.frames);
  if (start >= 0 && take_byte(input) < 200) {
    first = (uint32_t)start;
    order = s->model.starts[start] - 1u;
  }
  uint32_t length = take_byte(input);
  uint32_t stride = take_byte(input);
  uint32_t *frames = make_list(length);
  for (uint32_t i = 0; i < length; i++) {
    uint32_t place = stride < 200 ? i : i * (stride & 7);
    frames[i] = first + (place << (order & 31));
  }
  step_put_batch(s, slot, order, frames, length);
  free(frames);
}

static void one_step(byte_input *input, subject *s) {
  uint32_t kind = take_byte(input);
  uint32_t slot = (kind >> 7) % s->shape.slots;
  uint32_t order;
  switch (kind & 15) {
    case 0:
    case 1:
    case 2:
      order = take_order(input);
      step_get(s, slot, order, take_class(input, s));
      break;
    case 3: {
      // The same again, some times.
      order = take_order(input);
      int32_t frame_class = take_class(input, s);
      for (uint32_t times = take_byte(input) % 64; times > 0; times--) step_get(s, slot, order, frame_class);
      break;
    }
    case 4:
    case 5: {
      order = take_order(input);
      uint32_t frame = take_frame(input, s, order);
      step_get_at(s, slot, frame, order, take_class(input, s));
      break;
    }
    case 6:
    case 7: put_block_or_part(input, s, slot, true); break;
    case 8: put_block_or_part(input, s, slot, false); break;
    case 9:
      for (uint32_t times = take_byte(input) % 64; times > 0; times--) put_block_or_part(input, s, slot, true);
      break;
    case 10:
      order = take_order(input);
      step_put(s, slot, take_frame(input, s, order), order);
      break;
    case 11: {
      order = take_byte(input) % (LLFREE_MAX_ORDER + 1);
      uint32_t length = take_short(input) % (MODEL_FRAMES + 8);
      int32_t frame_class = take_class(input, s);
      if (misuse_of_class(s, frame_class) == 0) step_get_batch(s, slot, order, length, frame_class);
      break;
    }
    case 12:
    case 13: put_some(input, s, slot); break;
    case 14:
      order = take_order(input);
      step_stats_at(s, slot, take_frame(input, s, order), order);
      break;
    default:
      if ((kind & 0x60) != 0) step_drain(s, slot);
      else step_recover(s, take_byte(input) & 1, take_byte(input));
  }
  check_counts(s);
}

// Gives everything back in blocks as large as they can be: parts of several blocks, and several blocks at once.
static void give_all_back(subject *s) {
  for (uint32_t frame = 0; frame < s->model.frames; frame++) {
    if (!s->model.taken[frame]) continue;
    uint32_t order = LLFREE_MAX_ORDER;
    while (!model_is_taken(&s->model, frame, order)) order--;
    step_put(s, 0, frame, order);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  byte_input input = {data, data + size};
  // Large, and no part of it is used uninitialised: model_begin clears it.
  static subject s;
  s.step_count = 0;
  s.shape = take_shape(&input);
  s.region = make_region(&s.shape);
  model_begin(&s.model, s.shape.frames, s.shape.allocated);
  const char *state = s.shape.allocated ? "all allocated" : "all free";
  begin_step(&s, state, 0, s.shape.frames, s.shape.slots, s.shape.tree_shift);
  while (input.at < input.end) one_step(&input, &s);
  check_all(&s);
  give_all_back(&s);
  step_drain(&s, s.shape.slots - 1);
  free_region(&s.region);
  return 0;
}

void fuzz_tell(void) { telling = true; }

static void print_outcomes(void) {
  printf("{\"outcomes\":{");
  const char *comma = "";
#define PRINT_OUTCOME(name)                                               \
  printf("%s\"" #name "\":%llu", comma, (unsigned long long)outcomes.name); \
  comma = ",";
  EACH_OUTCOME(PRINT_OUTCOME)
  printf("}}\n");
}

int LLVMFuzzerInitialize(int *count, char ***values) {
  (void)count;
  (void)values;
  plant_from_environment();
  atexit(print_outcomes);
  return 0;
}
