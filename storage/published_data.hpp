// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <tuple>

#include "storage/ledger.hpp"

namespace metergate {

/// Rows of the outbox whose data the broker has, but which still stand in the file. The next values
/// of the same meter and day take the row over, so a day costs no deletion and new row for every
/// half-hour (docs/decisions/0010). After a crash what these rows stand for is told again.
class PublishedData {
 public:
  using Key = std::tuple<MeterKey, Epoch, DataKind, std::chrono::sys_days>;
  [[nodiscard]] static Key key_of(const OutboxData& data) {
    return {data.meter, data.epoch, data.kind, data.day};
  }

  /// So many rows wait at most; more go out of the file with the next commit.
  static constexpr std::size_t kMost = 4'096;

  void add(const OutboxData& data) { rows_[key_of(data)] = data; }
  /// Whether there was such a row; it counts as unpublished from now on.
  bool take(const Key& key) { return rows_.erase(key) != 0; }
  [[nodiscard]] bool holds(const Key& key) const { return rows_.contains(key); }
  [[nodiscard]] bool holds(const OutboxData& data) const { return holds(key_of(data)); }
  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] const std::map<Key, OutboxData>& rows() const { return rows_; }
  void forget(MeterKey meter, Epoch epoch) {
    std::erase_if(rows_, [&](const auto& row) {
      return row.second.meter == meter && row.second.epoch == epoch;
    });
  }
  void clear() { rows_.clear(); }

 private:
  std::map<Key, OutboxData> rows_;
};

}  // namespace metergate
