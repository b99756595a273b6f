// The floor: every call to the operating system that native code makes, one file per platform (prim_linux.c, …). All
// return 0 or a positive errno value; nothing else of the C cores knows an operating system.
#pragma once

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
