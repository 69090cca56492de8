// SPDX-License-Identifier: Apache-2.0
#include "storage/writer_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <system_error>

namespace metergate {
namespace {

StorageError::Reason reason_of(int error) {
  switch (error) {
    case EROFS:
      return StorageError::Reason::ReadOnly;
    case ENOSPC:
    case EDQUOT:
      return StorageError::Reason::DiskFull;
    case EIO:
      return StorageError::Reason::Io;
    default:
      return StorageError::Reason::CannotOpen;
  }
}

}  // namespace

Stored<WriterLock> WriterLock::take(const std::filesystem::path& file) {
  const std::string name = file.string() + ".lock";
  OwnedDescriptor descriptor{::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (!descriptor.is_open()) {
    const int error = errno;
    return failure(StorageError{reason_of(error), name + ": opening the ledger's lock failed: " +
                                                      std::generic_category().message(error)});
  }
  // Not on the ledger itself: closing any descriptor of it would drop SQLite's own locks (POSIX).
  if (::flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0) {
    return failure(StorageError{StorageError::Reason::Busy,
                                file.string() + ": another metergate process writes this ledger; "
                                                "stop it first, or open the ledger for reading"});
  }
  return WriterLock{std::move(descriptor)};
}

}  // namespace metergate
