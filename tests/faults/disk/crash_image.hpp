// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/faults/disk/disk.hpp"

namespace metergate::test {

/// What a disk may hold after the power went: all that was synced, and of what was not, any part in
/// any order, torn between its sectors of 512 octets. Moves forward only.
class CrashImages {
 public:
  enum class Unsynced { Lost, Kept, Torn };

  explicit CrashImages(const std::vector<DiskChange>& changes) : changes_{changes} {}

  /// The power goes after the first `count` changes.
  void cut_after(std::size_t count);
  /// Writes the files of one such disk. Shared memory is no file after a cut.
  void write(const std::filesystem::path& folder, Unsynced unsynced, std::mt19937_64& chance) const;

 private:
  struct File {
    Octets durable;
    bool there = false;
    std::vector<const DiskChange*> pending;
  };
  void delete_for_good();

  const std::vector<DiskChange>& changes_;
  std::size_t done_ = 0;
  std::map<std::string, File> files_;
};

}  // namespace metergate::test
