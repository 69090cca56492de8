// SPDX-License-Identifier: Apache-2.0
#include "storage/ballast.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>

#include <system_error>

#include "storage/owned_descriptor.hpp"

namespace metergate {

bool Ballast::held() const {
  std::error_code ignored;
  const auto size = std::filesystem::file_size(file_, ignored);
  return !ignored && size >= static_cast<std::uintmax_t>(kOctets);
}

bool Ballast::release() {
  std::error_code ignored;
  return std::filesystem::remove(file_, ignored);
}

bool Ballast::restore() {
  if (held()) return true;
  const std::string directory = file_.has_parent_path() ? file_.parent_path().string() : ".";
  struct statvfs room {};
  if (::statvfs(directory.c_str(), &room) != 0) return false;
  if (room.f_bavail * room.f_frsize < static_cast<std::uint64_t>(2 * kOctets)) return false;
  bool taken = false;
  {
    const OwnedDescriptor descriptor{::open(file_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
    // Real blocks, not a hole in a sparse file.
    taken = descriptor.is_open() && ::posix_fallocate(descriptor.get(), 0, kOctets) == 0;
  }
  if (!taken) release();
  return taken;
}

}  // namespace metergate
