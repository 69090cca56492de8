// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "storage/owned_descriptor.hpp"
#include "storage/salvage/wal_frames.hpp"
#include "storage/storage_error.hpp"

namespace metergate::salvage {

using PageNumber = std::uint32_t;  ///< from 1

/// A SQLite file as pages, the log beside it laid over them, read without SQLite: so nothing in
/// it is touched, and what is damaged stands in nobody's way. Nobody may write it meanwhile.
class Pages {
 public:
  [[nodiscard]] static Stored<Pages> open(const std::filesystem::path& file);

  [[nodiscard]] PageNumber count() const { return count_; }
  /// Empty where it cannot be read.
  [[nodiscard]] Octets page(PageNumber number) const;

  /// Whether the first hundred octets are what they should be; otherwise what stands in them was
  /// assumed.
  [[nodiscard]] bool has_head() const { return has_head_; }
  [[nodiscard]] std::int64_t schema() const { return schema_; }            ///< `user_version`
  [[nodiscard]] std::int64_t application() const { return application_; }  ///< `application_id`
  /// Pages that belong to nothing. They may still hold what was deleted, so nothing is taken from
  /// them. Nothing when they are not known.
  [[nodiscard]] const std::optional<std::set<PageNumber>>& free() const { return free_; }
  /// What is wrong with the log or the head, a sentence each.
  [[nodiscard]] const std::vector<std::string>& troubles() const { return troubles_; }

 private:
  void read_head();
  void read_free();

  OwnedDescriptor file_{-1};
  OwnedDescriptor wal_{-1};
  WalFrames frames_;
  std::uint32_t octets_ = 4096;  ///< what the ledger writes (SQLite's own default)
  PageNumber count_ = 0;
  bool has_head_ = false;
  std::int64_t schema_ = 0;
  std::int64_t application_ = 0;
  std::optional<std::set<PageNumber>> free_;
  std::vector<std::string> troubles_;
};

}  // namespace metergate::salvage
