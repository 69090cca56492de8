// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gateway/drivers/dlms_seen.hpp"
#include "meters/models/meter_model.hpp"

/// What the rows of a profile mean, whether they were asked for or pushed.
namespace metergate::dlms_driver {

/// The registers of a row as these channels, with the marks of its status column.
[[nodiscard]] Result<IntervalValues, std::string> values_of(
    const cosem::ProfileRow& row, const SeenProfile& profile, const model::DlmsLayout& layout,
    const std::vector<model::Channel>& channels);

/// Rows come in the order of capture. Two of one time, or one from before the last: the clock was
/// set, and the later row counts.
void append(std::vector<ProfileInterval>& intervals, ProfileInterval next);
/// Of several rows of one day the first counts.
void append(std::vector<DailySnapshot>& snapshots, DailySnapshot next);

/// The column with these value groups C and D (model::DlmsLogColumns); nothing for 0.
[[nodiscard]] std::optional<std::size_t> column_of(const std::vector<cosem::CaptureObject>& columns,
                                                   std::uint16_t groups);
/// An entry of a log whose rows have times. Its number is 0 where the log has no column for that.
[[nodiscard]] LogEntry log_entry_of(const cosem::ProfileRow& row,
                                    const std::vector<cosem::CaptureObject>& columns, LogId log,
                                    const model::MeterModel& meter_model);

}  // namespace metergate::dlms_driver
