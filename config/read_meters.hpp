// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "config/schema.hpp"
#include "config/table_reader.hpp"

namespace metergate::config {

/// All `[[meter]]` and `[[meter_range]]` tables, judged against the lines and schedules there are.
/// A range names many alike: ids `<prefix><number>` with at least `digits` digits, on consecutive
/// addresses of a line or each under its own name on the meters' broker.
[[nodiscard]] std::vector<Meter> read_meters(TableReader& root, const Configuration& known,
                                             const std::filesystem::path& base);

}  // namespace metergate::config
