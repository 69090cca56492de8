// SPDX-License-Identifier: Apache-2.0
#include "storage/wal_room.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "storage/owned_descriptor.hpp"

namespace metergate {

void reserve_wal_room(const std::filesystem::path& ledger) {
  // Not SQLite's locks are on this file: those are on the ledger and on the shared memory.
  const OwnedDescriptor wal{::open((ledger.string() + "-wal").c_str(), O_WRONLY | O_CLOEXEC)};
  struct stat found {};
  struct statvfs room {};
  if (!wal.is_open() || ::fstat(wal.get(), &found) != 0 || ::fstatvfs(wal.get(), &room) != 0) {
    return;
  }
  const std::int64_t missing = kWalRoomOctets - found.st_size;
  if (missing <= 0) return;
  // What is left of a disk that is nearly full belongs to the commits.
  if (room.f_bavail * room.f_frsize < 4 * static_cast<std::uint64_t>(missing)) return;
  constexpr std::array<char, 65'536> kZeros{};
  for (std::int64_t at = found.st_size; at < kWalRoomOctets;) {
    const auto count = std::min<std::int64_t>(kZeros.size(), kWalRoomOctets - at);
    const ssize_t written = ::pwrite(wal.get(), kZeros.data(), static_cast<std::size_t>(count), at);
    if (written <= 0) return;
    at += written;
  }
  ::fdatasync(wal.get());
}

}  // namespace metergate
