// SPDX-License-Identifier: Apache-2.0
#include "storage/care/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "storage/owned_descriptor.hpp"

namespace metergate::care {

namespace fs = std::filesystem;

StorageError trouble(StorageError::Reason reason, const fs::path& file, std::string_view words) {
  return {reason, file.string() + ": " + std::string{words}};
}

std::string stamp(UtcTime now) {
  std::string text = rfc3339::text(std::chrono::floor<std::chrono::seconds>(now));
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

void keep_name(const fs::path& directory) {
  const OwnedDescriptor folder{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (folder.is_open()) ::fsync(folder.get());
}

void take_owner(const fs::path& file, const fs::path& like) {
  struct stat owner {};
  if (::stat(like.c_str(), &owner) != 0) return;
  // Whoever may not give it away is its owner already, or cannot be helped here.
  if (::chown(file.c_str(), owner.st_uid, owner.st_gid) != 0) return;
}

Unfinished::Unfinished(fs::path name)
    : name_{std::move(name)}, file_{name_.string() + ".unfinished"} {
  std::error_code ignored;
  fs::remove(file_, ignored);
}

Unfinished::~Unfinished() {
  std::error_code ignored;
  fs::remove(file_, ignored);
}

Stored<Done> Unfinished::finish() const {
  const OwnedDescriptor whole{::open(file_.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!whole.is_open() || ::fsync(whole.get()) != 0) {
    return failure(
        trouble(StorageError::Reason::Io, file_, std::generic_category().message(errno)));
  }
  std::error_code failed;
  fs::rename(file_, name_, failed);
  if (failed) return failure(trouble(StorageError::Reason::Io, name_, failed.message()));
  keep_name(fs::absolute(name_).parent_path());
  return Done{};
}

}  // namespace metergate::care
