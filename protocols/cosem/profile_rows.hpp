// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocols/cosem/capture_object.hpp"
#include "protocols/dlms/data.hpp"
#include "protocols/result.hpp"

/// The buffer of a profile (class 7) as rows. Meters leave out what follows from the row before:
/// null-data is the previous time one capture period on, and the previous value (Blue Book,
/// 4.3.6.2.2).
namespace metergate::cosem {

/// What has to be known of a profile before its buffer makes sense: attributes 3, 4 and 5.
struct ProfileShape {
  std::vector<CaptureObject> columns;
  std::chrono::seconds capture_period{0};  ///< zero: event driven
  bool newest_first = false;               ///< sort method LIFO: times go down
  dlms::MeterZone zone;                    ///< for times without deviation

  friend bool operator==(const ProfileShape&, const ProfileShape&) = default;
};

struct ProfileRow {
  std::optional<UtcSeconds> time;  ///< of the clock column, if the profile has one
  std::uint8_t clock_status = 0;   ///< as given, of the row itself or the last that had one
  bool time_derived = false;       ///< from the row before
  dlms::DataList cells;            ///< one a column, nulls filled in where there was one before
};

/// A time as GBCS has it in profiles: seconds since 2000, UTC.
[[nodiscard]] constexpr std::uint32_t seconds_since_2000(UtcSeconds time) {
  constexpr UtcSeconds kEpoch{std::chrono::sys_days{std::chrono::year{2000} / 1 / 1}};
  const std::int64_t seconds = (time - kEpoch).count();
  return seconds < 0 ? 0 : static_cast<std::uint32_t>(std::min<std::int64_t>(seconds, 0xFFFF'FFFF));
}

/// Which row could not be read, and why.
struct RowFault {
  std::size_t row = 0;
  std::string what;
};

/// The column of the clock's time, if any.
[[nodiscard]] std::optional<std::size_t> clock_column(const std::vector<CaptureObject>& columns);

/// Attribute 3 of class 7; nothing when an element is no capture object.
[[nodiscard]] std::optional<std::vector<CaptureObject>> decode_columns(const dlms::Data& data);

/// Attribute 2: an array or a compact array of structures with a cell a column. `shape.columns`
/// must be those that were asked for.
[[nodiscard]] Result<std::vector<ProfileRow>, RowFault> decode_rows(dlms::Data buffer,
                                                                    const ProfileShape& shape);

}  // namespace metergate::cosem
