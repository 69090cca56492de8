// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/octets/octets.hpp"

namespace metergate::test {

/// What SQLite asks of the operating system, and of memory.
enum class DiskCall : std::uint8_t {
  Open,
  Read,
  Write,
  Sync,
  Truncate,
  FileSize,
  Lock,
  SharedMemory,
  Memory,
};
inline constexpr std::array kDiskCalls{DiskCall::Open, DiskCall::Read,         DiskCall::Write,
                                       DiskCall::Sync, DiskCall::Truncate,     DiskCall::FileSize,
                                       DiskCall::Lock, DiskCall::SharedMemory, DiskCall::Memory};
[[nodiscard]] std::string_view disk_call_word(DiskCall call);

/// Call number `nth` of its kind (from 1) fails: that one alone, or it and all after it.
struct FailingCall {
  DiskCall call = DiskCall::Write;
  std::uint64_t nth = 1;
  bool for_ever = false;
  bool full = false;  ///< a write says that the disk is full, not that it is broken
};

/// One change of a file, as it was asked for.
struct DiskChange {
  enum class Kind : std::uint8_t { Write, Truncate, Sync, Delete };
  Kind kind = Kind::Write;
  std::string file;        ///< its name without the folder
  std::size_t offset = 0;  ///< of a write; of a truncation the length that stays
  Octets octets{};
};

/// Between SQLite and the operating system, in the whole program, once it is installed: records
/// what is written and synced, and lets calls fail. The code under test knows nothing of it,
/// because it stands as SQLite's default file system. Used by one thread.
class Disk {
 public:
  /// While no ledger is open; a second time it changes nothing.
  static Disk& install();
  static Disk& get();

  void record();
  void stop_recording() { recording_ = false; }
  [[nodiscard]] const std::vector<DiskChange>& changes() const { return changes_; }

  /// Counting begins anew.
  void fail(const FailingCall& failing);
  void heal() { failing_.reset(); }
  /// Whether the failing call has come about since `fail`.
  [[nodiscard]] bool failed() const { return failed_ > 0; }
  void count_anew() { counts_.fill(0); }
  [[nodiscard]] std::uint64_t count(DiskCall call) const {
    return counts_.at(static_cast<std::size_t>(call));
  }

  /// For the file system itself: counts the call and says whether it fails.
  [[nodiscard]] bool fails(DiskCall call);
  [[nodiscard]] bool says_full() const { return failing_ && failing_->full; }
  void note(DiskChange change);

 private:
  Disk() = default;

  bool recording_ = false;
  std::vector<DiskChange> changes_;
  std::array<std::uint64_t, kDiskCalls.size()> counts_{};
  std::optional<FailingCall> failing_;
  std::uint64_t failed_ = 0;
};

}  // namespace metergate::test
