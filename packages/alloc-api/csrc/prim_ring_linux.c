// prim_ring.h for Linux: io_uring(7) by bare system calls. Two rings of the kernel's are mapped here; the producer of each
// writes its tail after the entries, the consumer its head.
#include "prim_ring.h"

#include <errno.h>
#include <linux/io_uring.h>
#include <linux/time_types.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

// Linux 5.19 and 6.0, 6.1: a kernel that does not know one of them answers EINVAL, and is asked for less.
#ifndef IORING_SETUP_SUBMIT_ALL
#define IORING_SETUP_SUBMIT_ALL (1U << 7)
#endif
#ifndef IORING_SETUP_SINGLE_ISSUER
#define IORING_SETUP_SINGLE_ISSUER (1U << 12)
#endif
#ifndef IORING_SETUP_DEFER_TASKRUN
#define IORING_SETUP_DEFER_TASKRUN (1U << 13)
#endif
#ifndef IORING_ASYNC_CANCEL_ANY
#define IORING_ASYNC_CANCEL_ANY (1U << 2)
#endif

// Bytes of a registered buffer, the most that the kernel takes; larger memory is several of them.
#define BUFFER_BYTES ((size_t)1 << 30)

// The id of what prim_ring_cancel submits.
#define CANCEL_ID UINT64_MAX

// How long a wait lasts at most.
#define WAIT_NS 50000000

static int ring_setup(uint32_t depth, struct io_uring_params *about) {
  // One place more than transfers: for the cancellation of all of them.
  static const uint32_t wishes[] = {
      IORING_SETUP_CLAMP | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN,
      IORING_SETUP_CLAMP | IORING_SETUP_SUBMIT_ALL,
      IORING_SETUP_CLAMP,
  };
  for (size_t i = 0;; i++) {
    memset(about, 0, sizeof *about);
    about->flags = wishes[i];
    long ring = syscall(SYS_io_uring_setup, depth + 1, about);
    if (ring >= 0) return (int)ring;
    if (errno != EINVAL || i + 1 == sizeof wishes / sizeof *wishes) return -errno;
  }
}

static void *ring_map(int ring, size_t bytes, off_t what) {
  void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, what);
  return at == MAP_FAILED ? NULL : at;
}

int prim_ring_open(prim_ring *ring, uint32_t depth, int fd) {
  struct io_uring_params about;
  int made = ring_setup(depth, &about);
  if (made < 0) return -made;
  memset(ring, 0, sizeof *ring);
  ring->ring = made;
  // One mapping for both queues, submitted ranges are copied, waits can end in time: all of it since Linux 5.11.
  uint32_t needed = IORING_FEAT_SINGLE_MMAP | IORING_FEAT_SUBMIT_STABLE | IORING_FEAT_NODROP | IORING_FEAT_EXT_ARG;
  if ((about.features & needed) != needed) {
    close(made);
    return ENOSYS;
  }
  size_t submit_bytes = about.sq_off.array + about.sq_entries * sizeof(uint32_t);
  size_t complete_bytes = about.cq_off.cqes + about.cq_entries * sizeof(struct io_uring_cqe);
  ring->queues.bytes = submit_bytes > complete_bytes ? submit_bytes : complete_bytes;
  ring->entries.bytes = about.sq_entries * sizeof(struct io_uring_sqe);
  ring->queues.address = ring_map(made, ring->queues.bytes, IORING_OFF_SQ_RING);
  ring->entries.address = ring_map(made, ring->entries.bytes, IORING_OFF_SQES);
  if (!ring->queues.address || !ring->entries.address) {
    prim_ring_close(ring);
    return ENOMEM;
  }
  uint8_t *queues = ring->queues.address;
  ring->submit_tail = (uint32_t *)(void *)(queues + about.sq_off.tail);
  ring->submit_mask = *(uint32_t *)(void *)(queues + about.sq_off.ring_mask);
  ring->complete_head = (uint32_t *)(void *)(queues + about.cq_off.head);
  ring->complete_tail = (uint32_t *)(void *)(queues + about.cq_off.tail);
  ring->complete_mask = *(uint32_t *)(void *)(queues + about.cq_off.ring_mask);
  ring->submissions = ring->entries.address;
  ring->completions = queues + about.cq_off.cqes;
  // The indirection that the kernel offers is not used: entry n is in place n.
  uint32_t *places = (uint32_t *)(void *)(queues + about.sq_off.array);
  for (uint32_t i = 0; i < about.sq_entries; i++) places[i] = i;
  ring->depth = about.sq_entries - 1 < depth ? about.sq_entries - 1 : depth;
  ring->file = fd;
  // Spares the kernel to look the descriptor up for each transfer.
  ring->file_registered = syscall(SYS_io_uring_register, made, IORING_REGISTER_FILES, &fd, 1) == 0;
  return 0;
}

int prim_ring_register(prim_ring *ring, const prim_range *memory) {
  size_t count = (memory->bytes + BUFFER_BYTES - 1) / BUFFER_BYTES;
  struct iovec *buffers = calloc(count, sizeof *buffers);
  if (!buffers) return ENOMEM;
  for (size_t i = 0; i < count; i++) {
    size_t from = i * BUFFER_BYTES, rest = memory->bytes - from;
    buffers[i] = (struct iovec){memory->address + from, rest < BUFFER_BYTES ? rest : BUFFER_BYTES};
  }
  long done = syscall(SYS_io_uring_register, ring->ring, IORING_REGISTER_BUFFERS, buffers, count);
  int error = done < 0 ? errno : 0;
  free(buffers);
  if (error == 0) ring->registered = *memory;
  return error;
}

void prim_ring_close(prim_ring *ring) {
  if (ring->queues.address) munmap(ring->queues.address, ring->queues.bytes);
  if (ring->entries.address) munmap(ring->entries.address, ring->entries.bytes);
  close(ring->ring);
}

static struct io_uring_sqe *next_submission(prim_ring *ring) {
  uint32_t at = (*ring->submit_tail + ring->pushed) & ring->submit_mask;
  struct io_uring_sqe *entry = (struct io_uring_sqe *)ring->submissions + at;
  memset(entry, 0, sizeof *entry);
  ring->pushed++;
  return entry;
}

// Whether the range lies in one registered buffer, and in which.
static bool in_registered(const prim_ring *ring, const prim_range *range, uint16_t *buffer) {
  size_t into = (size_t)(range->address - ring->registered.address);
  if (range->address < ring->registered.address || into >= ring->registered.bytes) return false;
  *buffer = (uint16_t)(into / BUFFER_BYTES);
  return range->bytes <= ring->registered.bytes - into && range->bytes <= BUFFER_BYTES - into % BUFFER_BYTES;
}

void prim_ring_push(prim_ring *ring, bool write, const prim_range *ranges, size_t count, uint64_t offset, uint32_t id) {
  struct io_uring_sqe *entry = next_submission(ring);
  bool one = count == 1;
  uint16_t buffer = 0;
  if (one && in_registered(ring, ranges, &buffer)) {
    entry->opcode = write ? IORING_OP_WRITE_FIXED : IORING_OP_READ_FIXED;
    entry->buf_index = buffer;
  } else {
    entry->opcode = write ? (one ? IORING_OP_WRITE : IORING_OP_WRITEV) : (one ? IORING_OP_READ : IORING_OP_READV);
  }
  entry->flags = ring->file_registered ? IOSQE_FIXED_FILE : 0;
  entry->fd = ring->file_registered ? 0 : ring->file;
  entry->off = offset;
  entry->addr = one ? (uintptr_t)ranges->address : (uintptr_t)ranges;
  entry->len = one ? (uint32_t)ranges->bytes : (uint32_t)count;
  entry->user_data = id;
}

int prim_ring_submit(prim_ring *ring, uint32_t awaited) {
  if (ring->pushed > 0) __atomic_store_n(ring->submit_tail, *ring->submit_tail + ring->pushed, __ATOMIC_RELEASE);
  ring->in_flight += ring->pushed;
  uint32_t pushed = ring->pushed;
  ring->pushed = 0;
  struct __kernel_timespec limit = {.tv_nsec = WAIT_NS};
  struct io_uring_getevents_arg argument = {.ts = (uintptr_t)&limit};
  uint32_t flags = awaited > 0 ? IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG : 0;
  while (pushed > 0 || awaited > 0) {
    long taken = syscall(SYS_io_uring_enter, ring->ring, pushed, awaited, flags, &argument, sizeof argument);
    if (taken >= 0) {
      pushed -= (uint32_t)taken;
      awaited = 0;
      // All are taken unless the kernel was short of memory: then what completes makes room.
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == ETIME && pushed == 0) return ETIME;
    if (errno == ETIME || errno == EAGAIN || errno == EBUSY) {
      // What has ended completes only when it is asked for, and that makes room.
      flags = IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG;
      if (__atomic_load_n(ring->complete_tail, __ATOMIC_ACQUIRE) != *ring->complete_head && pushed == 0) return 0;
      continue;
    }
    return errno;
  }
  return 0;
}

bool prim_ring_pop(prim_ring *ring, uint32_t *id, int32_t *result) {
  for (;;) {
    uint32_t head = *ring->complete_head;
    if (head == __atomic_load_n(ring->complete_tail, __ATOMIC_ACQUIRE)) return false;
    struct io_uring_cqe done = ((struct io_uring_cqe *)ring->completions)[head & ring->complete_mask];
    __atomic_store_n(ring->complete_head, head + 1, __ATOMIC_RELEASE);
    ring->in_flight--;
    if (done.user_data == CANCEL_ID) continue;
    *id = (uint32_t)done.user_data;
    *result = done.res;
    return true;
  }
}

void prim_ring_cancel(prim_ring *ring) {
  struct io_uring_sqe *entry = next_submission(ring);
  entry->opcode = IORING_OP_ASYNC_CANCEL;
  entry->cancel_flags = IORING_ASYNC_CANCEL_ANY;
  entry->user_data = CANCEL_ID;
  prim_ring_submit(ring, 0);
}
