// The floor: every call to the operating system that native code makes, one file per platform (prim_linux.c, …). All
// return 0 or a positive errno value; nothing else of the C cores knows an operating system.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Bytes of a page of the processor's page tables.
size_t prim_page_bytes(void);

// Makes anonymous shared memory of `bytes` bytes, sealed against growing and shrinking, and gives its descriptor
// (close-on-exec). Precondition: `bytes` is a multiple of the page size.
int prim_memfd(const char *name, uint64_t bytes, int *fd);

// Maps `bytes` of `fd` from `offset` on over the range at `address`, shared, readable and writable. Preconditions: the
// whole range belongs to the caller and is not used by anybody at this moment; all three are multiples of the page size.
int prim_map_shared(void *address, size_t bytes, int fd, uint64_t offset);

// Writes the pages of a file's mapping that this range touches to the file's medium, and waits (msync, MS_SYNC).
int prim_msync(void *address, size_t bytes);

// Sleeps while `*word` holds `expected`, at most `timeout_ns` (< 0: for ever). ETIMEDOUT when the time is up, EAGAIN when
// the word held something else, EINTR after a signal; 0 after a wake. Works between processes that share the memory.
int prim_futex_wait(const uint32_t *word, uint32_t expected, int64_t timeout_ns);

// Wakes at most `count` sleepers on `word`, in any process; `*woken` says how many.
int prim_futex_wake(const uint32_t *word, uint32_t count, uint32_t *woken);

// A run of memory.
typedef struct {
  uint8_t *address;
  size_t bytes;
} prim_range;

// What to do with the pages of a range. All but the first two need whole pages of one mapping.
typedef enum {
  PRIM_POPULATE,   // fault all of them in, writable (MADV_POPULATE_WRITE; Linux 5.14)
  PRIM_DROP,       // take them out; private memory reads as zeros afterwards (MADV_DONTNEED)
  PRIM_PUNCH,      // take them out of the file behind a shared mapping too (MADV_REMOVE)
  PRIM_HUGE,       // may be huge pages
  PRIM_SMALL,      // must not be huge pages
  PRIM_NOT_FORKED  // child processes do not get them, so that they stay this process's alone
} prim_advice;

int prim_advise(const prim_range *range, prim_advice advice);

// A descriptor that names this process, for prim_advise_many.
int prim_self(int *self);

// Does one thing to many ranges in one system call, and flushes the processor's translations once. `*done` says how many
// bytes were done, from the first range on. Linux 6.13, since when a process may do that to itself.
int prim_advise_many(int self, const prim_range *ranges, size_t count, prim_advice advice, size_t *done);

// A descriptor through which pages can be moved from one place to another by their page tables alone (userfaultfd(2),
// UFFDIO_MOVE, Linux 6.8). No privilege is needed. ENOSYS or EINVAL where the kernel cannot, EPERM where it may not.
int prim_mover(int *mover);

// Lets pages be moved into the range. Faults in it stay the kernel's: a page that is missing reads as zeros. Precondition:
// private anonymous memory.
int prim_mover_add(int mover, const prim_range *range);

// Moves the pages of `from` to `to`, which has to be missing there; pages missing in `from` are left out. `*moved` says how
// many bytes were done, also when an error ended it: EEXIST a page is there already, EAGAIN once more, EBUSY the page is in
// use by the kernel, others: it cannot be moved.
int prim_move(int mover, uint8_t *to, uint8_t *from, size_t bytes, size_t *moved);

// Gives missing pages of the mover's memory that hold what is at `from` (UFFDIO_COPY): quicker than to fault them in. EEXIST
// when a page is there already, EAGAIN once more. Precondition: whole pages.
int prim_place(int mover, uint8_t *to, const uint8_t *from, size_t bytes);

int prim_close(int fd);

// The size of a file or block device in bytes; 0 for what has none.
int prim_size(int fd, uint64_t *bytes);

// Reads from or writes to a file at `offset`; `*done` says how many bytes: fewer at its end. At most PRIM_MAX_RANGES.
enum { PRIM_MAX_RANGES = 1024 };
int prim_read(int fd, const prim_range *ranges, size_t count, uint64_t offset, size_t *done);

// The same without waiting for a disk: what is in the page cache only. EAGAIN when the first byte is not there, EOPNOTSUPP
// where the file system cannot tell.
int prim_read_cached(int fd, const prim_range *ranges, size_t count, uint64_t offset, size_t *done);
int prim_write(int fd, const prim_range *ranges, size_t count, uint64_t offset, size_t *done);

typedef struct {
  uintptr_t handle;
} prim_thread;

// Starts a thread that takes no signals.
int prim_thread_start(prim_thread *thread, void *(*run)(void *), void *argument);

void prim_thread_join(prim_thread *thread);
