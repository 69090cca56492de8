// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "protocols/iso8601/rfc3339.hpp"
#include "storage/storage_error.hpp"

/// What those who handle a ledger as a file share. Private to storage/care.
namespace metergate::care {

[[nodiscard]] StorageError trouble(StorageError::Reason reason, const std::filesystem::path& file,
                                   std::string_view words);

/// `20260301T101700Z`: sorts as it reads, and is a name anywhere.
[[nodiscard]] std::string stamp(UtcTime now);

/// A new name is on disk only once its folder is.
void keep_name(const std::filesystem::path& directory);

/// `file` belongs to whom `like` belongs to: root may look after what the gateway's user works
/// with.
void take_owner(const std::filesystem::path& file, const std::filesystem::path& like);

/// A file that has its name only once it is whole and on disk; whatever goes wrong before, nothing
/// of it is left behind.
class Unfinished {
 public:
  explicit Unfinished(std::filesystem::path name);
  ~Unfinished();
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;

  [[nodiscard]] const std::filesystem::path& file() const { return file_; }
  [[nodiscard]] Stored<Done> finish() const;

 private:
  std::filesystem::path name_;
  std::filesystem::path file_;
};

}  // namespace metergate::care
