// prim.h for Linux: memfd_create(2), fcntl(2) seals, mmap(2), futex(2), madvise(2), userfaultfd(2), preadv(2), pthreads.
#include "prim.h"

#include "prim_linux_abi.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
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

static const int advices[] = {
    [PRIM_POPULATE] = MADV_POPULATE_WRITE, [PRIM_DROP] = MADV_DONTNEED,    [PRIM_PUNCH] = MADV_REMOVE,
    [PRIM_HUGE] = MADV_HUGEPAGE,           [PRIM_SMALL] = MADV_NOHUGEPAGE, [PRIM_NOT_FORKED] = MADV_DONTFORK,
};

int prim_advise(const prim_range *range, prim_advice advice) {
  if (madvise(range->address, range->bytes, advices[advice]) == 0) return 0;
  // Locked memory is dropped only when asked for by that name.
  bool locked = errno == EINVAL && advice == PRIM_DROP;
  return locked && madvise(range->address, range->bytes, MADV_DONTNEED_LOCKED) == 0 ? 0 : errno;
}

int prim_self(int *self) {
  long made = syscall(SYS_pidfd_open, getpid(), 0);
  if (made < 0) return errno;
  *self = (int)made;
  return 0;
}

// A prim_range is handed to the kernel as what it calls an iovec.
_Static_assert(sizeof(prim_range) == sizeof(struct iovec) && offsetof(prim_range, bytes) == offsetof(struct iovec, iov_len),
               "a prim_range is an iovec");

int prim_advise_many(int self, const prim_range *ranges, size_t count, prim_advice advice, size_t *done) {
  long result = syscall(SYS_process_madvise, self, ranges, count, advices[advice], 0);
  *done = result < 0 ? 0 : (size_t)result;
  return result < 0 ? errno : 0;
}

int prim_mover(int *mover) {
  long made = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY);
  if (made < 0) return errno;
  // EINVAL when the kernel does not know the feature.
  struct uffdio_api api = {.api = UFFD_API, .features = UFFD_FEATURE_PAGEFAULT_FLAG_WP | UFFD_FEATURE_MOVE};
  if (ioctl((int)made, UFFDIO_API, &api) < 0) {
    int error = errno;
    close((int)made);
    return error;
  }
  *mover = (int)made;
  return 0;
}

int prim_mover_add(int mover, const prim_range *range) {
  // Write-protect mode only: with it, missing pages are not reported to anybody, who would have to answer.
  struct uffdio_register add = {.range = {.start = (uintptr_t)range->address, .len = range->bytes},
                                .mode = UFFDIO_REGISTER_MODE_WP};
  return ioctl(mover, UFFDIO_REGISTER, &add) < 0 ? errno : 0;
}

int prim_move(int mover, uint8_t *to, uint8_t *from, size_t bytes, size_t *moved) {
  struct uffdio_move move = {
      .dst = (uintptr_t)to, .src = (uintptr_t)from, .len = bytes, .mode = UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES};
  int error = ioctl(mover, UFFDIO_MOVE, &move) < 0 ? errno : 0;
  // A part that was moved is told as EAGAIN; `move` is a negative error when nothing was.
  *moved = move.move > 0 ? (size_t)move.move : 0;
  return error;
}

int prim_place(int mover, uint8_t *to, const uint8_t *from, size_t bytes) {
  // Nobody waits for the pages.
  struct uffdio_copy copy = {
      .dst = (uintptr_t)to, .src = (uintptr_t)from, .len = bytes, .mode = UFFDIO_COPY_MODE_DONTWAKE};
  return ioctl(mover, UFFDIO_COPY, &copy) < 0 ? errno : 0;
}

int prim_close(int fd) { return close(fd) < 0 ? errno : 0; }

int prim_size(int fd, uint64_t *bytes) {
  struct stat about;
  if (fstat(fd, &about) < 0) return errno;
  *bytes = S_ISREG(about.st_mode) ? (uint64_t)about.st_size : 0;
  return S_ISBLK(about.st_mode) && ioctl(fd, BLKGETSIZE64, bytes) < 0 ? errno : 0;
}

static int transferred(ssize_t result, size_t *done) {
  *done = result < 0 ? 0 : (size_t)result;
  return result < 0 ? errno : 0;
}

int prim_read(int fd, const prim_range *ranges, size_t count, uint64_t offset, size_t *done) {
  return transferred(preadv(fd, (const struct iovec *)(const void *)ranges, (int)count, (off_t)offset), done);
}

int prim_read_cached(int fd, const prim_range *ranges, size_t count, uint64_t offset, size_t *done) {
  const struct iovec *parts = (const struct iovec *)(const void *)ranges;
  return transferred(preadv2(fd, parts, (int)count, (off_t)offset, RWF_NOWAIT), done);
}

int prim_write(int fd, const prim_range *ranges, size_t count, uint64_t offset, size_t *done) {
  return transferred(pwritev(fd, (const struct iovec *)(const void *)ranges, (int)count, (off_t)offset), done);
}

_Static_assert(sizeof(pthread_t) == sizeof(uintptr_t), "a thread's handle is a word");

int prim_thread_start(prim_thread *thread, void *(*run)(void *), void *argument) {
  // Signals are for the threads of the program that this one was put into.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t made;
  int error = pthread_create(&made, NULL, run, argument);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (error == 0) thread->handle = (uintptr_t)made;
  return error;
}

void prim_thread_join(prim_thread *thread) { pthread_join((pthread_t)thread->handle, NULL); }
