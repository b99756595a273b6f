// prim.h for Linux: memfd_create(2), fcntl(2) seals, mmap(2), futex(2).
#include "prim.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

size_t prim_page_bytes(void) { return (size_t)sysconf(_SC_PAGESIZE); }

int prim_memfd(const char *name, uint64_t bytes, int *fd) {
  int made = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (made < 0) return errno;
  // A memory that shrinks under a mapping kills its readers with SIGBUS: seal its size.
  if (ftruncate(made, (off_t)bytes) < 0 || fcntl(made, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0) {
    int error = errno;
    close(made);
    return error;
  }
  *fd = made;
  return 0;
}

int prim_map_shared(void *address, size_t bytes, int fd, uint64_t offset) {
  void *at = mmap(address, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, (off_t)offset);
  return at == MAP_FAILED ? errno : 0;
}

int prim_msync(void *address, size_t bytes) {
  size_t into_page = (uintptr_t)address % prim_page_bytes();
  return msync((uint8_t *)address - into_page, bytes + into_page, MS_SYNC) < 0 ? errno : 0;
}

int prim_futex_wait(const uint32_t *word, uint32_t expected, int64_t timeout_ns) {
  struct timespec timeout = {.tv_sec = timeout_ns / 1000000000, .tv_nsec = timeout_ns % 1000000000};
  long result = syscall(SYS_futex, word, FUTEX_WAIT, expected, timeout_ns < 0 ? NULL : &timeout, NULL, 0);
  return result < 0 ? errno : 0;
}

int prim_futex_wake(const uint32_t *word, uint32_t count, uint32_t *woken) {
  long result = syscall(SYS_futex, word, FUTEX_WAKE, count > INT_MAX ? INT_MAX : (int)count, NULL, NULL, 0);
  if (result < 0) return errno;
  *woken = (uint32_t)result;
  return 0;
}
