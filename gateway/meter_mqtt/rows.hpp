// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/meter_mqtt/fields.hpp"
#include "meters/event_log.hpp"
#include "meters/load_profile.hpp"
#include "meters/quantity.hpp"
#include "meters/reading.hpp"

/// The parts that answers and pushes share: registers, intervals, days, log entries. The readers
/// take the field of that name from the object; what they return is complete only when `in` holds
/// no mistake.
namespace metergate::meter_mqtt {

/// Reads each object of a list with `read(FieldReader&)`.
template <typename Row, typename Read>
[[nodiscard]] std::vector<Row> read_rows(FieldReader& in, std::string_view name, Read read) {
  std::vector<Row> rows;
  const boost::json::array& list = in.list(name);
  rows.reserve(list.size());
  for (const boost::json::value& element : list) {
    if (!element.is_object()) {
      in.wrong(name, "a list of objects");
      return rows;
    }
    FieldReader one{element.get_object()};
    rows.push_back(read(one));
    if (one.mistake()) {
      in.take_mistake(one, std::string{name} + '[' + std::to_string(rows.size() - 1) + "].");
      return rows;
    }
  }
  return rows;
}

/// `-12.50` exactly: at most 18 digits, at least one before a point and one after it.
[[nodiscard]] std::optional<Decimal> parse_decimal(std::string_view text);

[[nodiscard]] boost::json::array write_words(const std::vector<std::string>& words);

[[nodiscard]] boost::json::object write_registers(const RegisterReading& reading);
[[nodiscard]] RegisterReading read_registers(FieldReader& in, UtcTime read_at);

/// Marks stand on a row and hold for each of its values.
[[nodiscard]] boost::json::array write_intervals(const std::vector<ProfileInterval>& intervals);
/// Strictly ascending.
[[nodiscard]] std::vector<ProfileInterval> read_intervals(FieldReader& in);

[[nodiscard]] boost::json::array write_days(const std::vector<DailySnapshot>& days);
/// Strictly ascending.
[[nodiscard]] std::vector<DailySnapshot> read_days(FieldReader& in);

[[nodiscard]] boost::json::array write_entries(const std::vector<LogEntry>& entries);
[[nodiscard]] std::vector<LogEntry> read_entries(FieldReader& in);

}  // namespace metergate::meter_mqtt
