// SPDX-License-Identifier: Apache-2.0
// Preloaded into a process under test: its wall clock is ahead of the true one by as many seconds
// as the file $METERGATE_SHIFTED_CLOCK holds (eight octets, written by the test at any time). The
// monotonic clock and all timers stay true, as they do when somebody sets the clock of a box.
// (Debian's faketime bends timerfd's immediate expiry, on which Asio relies.)
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

namespace {

using Seconds = std::atomic<std::int64_t>;

std::int64_t shift() {
  static const Seconds* const seconds = []() -> const Seconds* {
    const char* const path = std::getenv("METERGATE_SHIFTED_CLOCK");
    const int file = path == nullptr ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return nullptr;
    void* const page = mmap(nullptr, sizeof(Seconds), PROT_READ, MAP_SHARED, file, 0);
    close(file);
    return page == MAP_FAILED ? nullptr : static_cast<const Seconds*>(page);
  }();
  return seconds == nullptr ? 0 : seconds->load();
}

int true_time(clockid_t clock, timespec* out) {
  return static_cast<int>(syscall(SYS_clock_gettime, clock, out));
}

bool is_wall(clockid_t clock) { return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE; }

/// A deadline by the shifted clock, as the kernel counts it.
timespec truly(const timespec* deadline) {
  timespec out = *deadline;
  out.tv_sec -= shift();
  return out;
}

template <typename Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* out) noexcept {
  const int result = true_time(clock, out);
  if (result == 0 && is_wall(clock)) out->tv_sec += shift();
  return result;
}

int gettimeofday(timeval* out, void* zone) noexcept {
  static_cast<void>(zone);
  timespec now{};
  const int result = clock_gettime(CLOCK_REALTIME, &now);
  *out = {now.tv_sec, now.tv_nsec / 1000};
  return result;
}

time_t time(time_t* out) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}

int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                           const timespec* deadline) {
  static auto* const original = next<decltype(pthread_cond_timedwait)>("pthread_cond_timedwait");
  const timespec when = truly(deadline);
  return original(condition, mutex, &when);
}

int sem_timedwait(sem_t* semaphore, const timespec* deadline) {
  static auto* const original = next<decltype(sem_timedwait)>("sem_timedwait");
  const timespec when = truly(deadline);
  return original(semaphore, &when);
}
}
