// A queue of file transfers that run at the same time, many of them for one call of the operating system. A ring belongs
// to the thread that opened it: only that one may use it. All return 0 or a positive errno value.
#pragma once

#include "prim.h"

// The fields are the platform's affair.
typedef struct {
  int ring, file;
  bool file_registered;
  // In flight at most; pushed but not submitted; submitted but not popped.
  uint32_t depth, pushed, in_flight;
  uint32_t *submit_tail, *complete_head, *complete_tail;
  uint32_t submit_mask, complete_mask;
  void *submissions, *completions;
  prim_range queues, entries;
  // Memory that the kernel has looked up once for all transfers; of no bytes where there is none.
  prim_range registered;
} prim_ring;

// Opens a ring for transfers of the file `fd`, which has to stay open. ENOSYS or EPERM where there is no io_uring, or it is
// forbidden.
int prim_ring_open(prim_ring *ring, uint32_t depth, int fd);

// Registers memory: transfers of one range in it spare the kernel to look its pages up. All of it becomes resident, and must
// not be moved or dropped until the ring is given back. ENOMEM when the process may not lock that much, EOPNOTSUPP or EFAULT
// for memory of another kind. Precondition: none is registered.
int prim_ring_register(prim_ring *ring, const prim_range *memory);

// Gives the ring back. Preconditions: nothing is in flight; the thread that opened it has ended or calls this.
void prim_ring_close(prim_ring *ring);

// Puts a transfer into the queue. `ranges` has to stay until it was submitted, the memory until it was popped.
// Precondition: fewer than `depth` are in the ring.
void prim_ring_push(prim_ring *ring, bool write, const prim_range *ranges, size_t count, uint64_t offset, uint32_t id);

// Submits what was pushed and sleeps until at least `awaited` of what is in flight can be popped: not for ever, so that the
// caller can look around (ETIME). Each wakening costs as much as a submission.
int prim_ring_submit(prim_ring *ring, uint32_t awaited);

// The next transfer that has ended: `*result` is its bytes, or a negative errno value.
bool prim_ring_pop(prim_ring *ring, uint32_t *id, int32_t *result);

// Asks everything in flight to end; it is popped all the same.
void prim_ring_cancel(prim_ring *ring);
