// SPDX-License-Identifier: Apache-2.0
// Preloaded into a process under test: while the file $METERGATE_DISK.read-only exists, the folder
// $METERGATE_DISK is as the kernel leaves a file system after errors of its disk: what is open
// stays open and can be read, and every write ends in EROFS. A true one stays so until it is
// mounted anew, which no process survives that holds files on it; this one gets well again.
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

template <typename Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

const std::string& disk() {
  static const std::string folder = [] {
    const char* const path = std::getenv("METERGATE_DISK");
    return std::string{path == nullptr ? "" : path};
  }();
  return folder;
}

bool is_read_only(const char* path) {
  if (disk().empty() || std::strncmp(path, disk().c_str(), disk().size()) != 0) return false;
  const int before = errno;
  const bool yes = access((disk() + ".read-only").c_str(), F_OK) == 0;
  errno = yes ? EROFS : before;
  return yes;
}

bool is_read_only(int file) {
  if (disk().empty()) return false;
  char link[64];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  char path[4096];
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return false;
  path[length] = '\0';
  return is_read_only(path);
}

int opened(const char* name, const char* path, int flags, mode_t mode) {
  const bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)) != 0;
  if (writes && is_read_only(path)) return -1;
  return next<int(const char*, int, ...)>(name)(path, flags, mode);
}

mode_t mode_in(int flags, va_list more) {
  return (flags & O_CREAT) != 0 ? static_cast<mode_t>(va_arg(more, unsigned)) : 0;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = mode_in(flags, more);
  va_end(more);
  return opened("open", path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = mode_in(flags, more);
  va_end(more);
  return opened("open64", path, flags, mode);
}

ssize_t write(int file, const void* octets, size_t count) {
  static const auto real = next<ssize_t(int, const void*, size_t)>("write");
  return is_read_only(file) ? -1 : real(file, octets, count);
}

ssize_t pwrite64(int file, const void* octets, size_t count, off64_t at) {
  static const auto real = next<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
  return is_read_only(file) ? -1 : real(file, octets, count, at);
}

int ftruncate64(int file, off64_t size) noexcept {
  static const auto real = next<int(int, off64_t)>("ftruncate64");
  return is_read_only(file) ? -1 : real(file, size);
}

int fsync(int file) {
  static const auto real = next<int(int)>("fsync");
  return is_read_only(file) ? -1 : real(file);
}

int fdatasync(int file) {
  static const auto real = next<int(int)>("fdatasync");
  return is_read_only(file) ? -1 : real(file);
}

int posix_fallocate(int file, off_t at, off_t size) {
  static const auto real = next<int(int, off_t, off_t)>("posix_fallocate");
  return is_read_only(file) ? EROFS : real(file, at, size);
}

int unlink(const char* path) noexcept {
  static const auto real = next<int(const char*)>("unlink");
  return is_read_only(path) ? -1 : real(path);
}

}  // extern "C"
