// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace metergate {

/// One step of the schema: storage/migrations/NNNN_name.sql.
struct Migration {
  std::int64_t number = 0;
  std::string_view name;
  std::string_view sql;
};

/// All of them, numbered from 1 without gaps (embed.cmake checks).
[[nodiscard]] std::span<const Migration> migrations();

}  // namespace metergate
