// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>

#include "protocols/cosem/obis_code.hpp"
#include "storage/sqlite/database.hpp"

namespace metergate {

/// OBIS codes as the small numbers that stand in data rows (table `channel`), kept in memory.
class ChannelIds {
 public:
  /// The number of a code, given out on first sight; writes.
  [[nodiscard]] Stored<std::int64_t> id_of(sqlite::Database& database, cosem::ObisCode code);
  [[nodiscard]] Stored<cosem::ObisCode> code_of(sqlite::Database& database, std::int64_t id);
  /// After a rollback: numbers given out since the last commit were never given out.
  void forget();

 private:
  std::map<cosem::ObisCode, std::int64_t> ids_;
  std::unordered_map<std::int64_t, cosem::ObisCode> codes_;
};

}  // namespace metergate
