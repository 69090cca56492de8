// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "config/schema.hpp"
#include "config/table_reader.hpp"

namespace metergate::config {

/// One `[[line]]`.
[[nodiscard]] Line read_line(TableReader& in, const std::filesystem::path& base);
/// A `[….broker]` table.
[[nodiscard]] Broker read_broker(TableReader& in, const std::filesystem::path& base);

}  // namespace metergate::config
