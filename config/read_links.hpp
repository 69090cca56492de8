// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "config/schema.hpp"
#include "config/table_reader.hpp"

namespace metergate::config {

/// One `[[line]]`.
[[nodiscard]] Line read_line(TableReader& in, const std::filesystem::path& base);
/// What topics begin with.
void read_root(TableReader& in, std::string_view key, std::string& root);
/// A `[….broker]` table.
[[nodiscard]] Broker read_broker(TableReader& in, const std::filesystem::path& base);

}  // namespace metergate::config
