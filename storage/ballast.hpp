// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

namespace metergate {

/// A file beside the ledger that holds room for bad times: on a full disk even a DELETE needs space
/// in the WAL, so the purge that should make room could not run (faults.md 1.3). Giving the ballast
/// up lets it run, in steps smaller than the ballast.
class Ballast {
 public:
  static constexpr std::int64_t kOctets = 2 * 1024 * 1024;

  explicit Ballast(const std::filesystem::path& ledger) : file_{ledger.string() + ".ballast"} {}

  /// Whether the room is held.
  [[nodiscard]] bool held() const;
  /// Gives the room back to the file system; false when there was none to give.
  bool release();
  /// Takes the room again, if the file system then still has as much again to spare.
  bool restore();

 private:
  std::filesystem::path file_;
};

}  // namespace metergate
