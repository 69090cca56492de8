// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "meters/event_log.hpp"
#include "meters/load_profile.hpp"
#include "meters/models/meter_model.hpp"
#include "meters/reading.hpp"
#include "storage/ledger.hpp"

/// Stored data as flat records, one value each, for CSV and JSON; the same for `readings` and
/// `export`, so that what reads one reads the other.
namespace metergate::cli {

struct Cell {
  enum class Kind : unsigned char { Text, Number, Words };
  Kind kind = Kind::Text;
  std::string text;  ///< Number: decimal text; Words: separated by blanks; empty: not known
};
using Record = std::vector<Cell>;

/// Name, unit and step of a channel; an OBIS code alone where the model is not at hand.
struct ChannelName {
  std::string name;
  std::string unit;
  std::int8_t scale = 0;
};
[[nodiscard]] ChannelName channel_name(const std::vector<model::Channel>& channels,
                                       const cosem::ObisCode& obis);

inline constexpr std::string_view kRegisterColumns[] = {"meter", "epoch", "read_at",
                                                        "obis",  "value", "unit"};
inline constexpr std::string_view kDailyColumns[] = {"meter", "epoch", "day",  "obis",
                                                     "name",  "value", "unit", "marks"};
inline constexpr std::string_view kProfileColumns[] = {"meter", "epoch", "start", "obis",
                                                       "name",  "value", "unit",  "marks"};
inline constexpr std::string_view kLogColumns[] = {
    "meter", "epoch", "log", "sequence", "meter_time", "event", "raw_code", "cause", "detail"};

/// Whose data it is.
struct Owner {
  std::string meter;
  Epoch epoch = 1;
};

[[nodiscard]] std::vector<Record> records_of(const Owner& owner, const RegisterReading& reading);
[[nodiscard]] std::vector<Record> records_of(const Owner& owner, const DailySnapshot& snapshot,
                                             const std::vector<model::Channel>& channels);
[[nodiscard]] std::vector<Record> records_of(const Owner& owner, const ProfileInterval& interval,
                                             const std::vector<model::Channel>& channels);
[[nodiscard]] Record record_of(const Owner& owner, const LogEntry& entry);

/// One line of CSV (RFC 4180) without its line end.
[[nodiscard]] std::string csv_line(std::span<const std::string_view> columns);
[[nodiscard]] std::string csv_line(const Record& record);
/// One JSON object; numbers exactly as stored.
[[nodiscard]] std::string json_line(std::span<const std::string_view> columns,
                                    const Record& record);

}  // namespace metergate::cli
