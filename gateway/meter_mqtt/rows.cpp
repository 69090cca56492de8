// SPDX-License-Identifier: Apache-2.0
#include "gateway/meter_mqtt/rows.hpp"

#include <algorithm>

namespace metergate::meter_mqtt {

namespace json = boost::json;

namespace {

IntervalMarks read_marks(FieldReader& in) {
  IntervalMarks marks;
  if (!in.has("marks")) return marks;
  for (const json::value& word : in.list("marks")) {
    const auto known = word.is_string() ? std::ranges::find(kIntervalMarkWords,
                                                            std::string_view{word.get_string()},
                                                            &IntervalMarkWord::word)
                                        : kIntervalMarkWords.end();
    if (known == kIntervalMarkWords.end()) {
      in.wrong("marks",
               "words out of power-down, clock-set, incomplete, estimated, daylight-saving, "
               "doubtful");
      continue;
    }
    marks.bits = static_cast<std::uint16_t>(marks.bits | known->bit);
  }
  return marks;
}

/// `1-0:1.8.0` and `1-0:1.8.0*255` are one code under two names.
template <typename Values>
bool named_already(const Values& values, cosem::ObisCode Values::value_type::*code) {
  return std::any_of(values.begin(), values.end() - 1,
                     [&](const auto& value) { return value.*code == values.back().*code; });
}

IntervalValues read_values(FieldReader& in) {
  const IntervalMarks marks = read_marks(in);
  IntervalValues values;
  for (const auto& [name, value] : in.child("values")) {
    const auto obis = cosem::ObisCode::parse(std::string_view{name.data(), name.size()});
    if (obis && value.is_int64()) values.push_back({*obis, value.get_int64(), marks});
    if (!obis || !value.is_int64() || named_already(values, &IntervalValue::channel)) {
      in.wrong("values", "whole numbers under OBIS codes, each code once");
      return {};
    }
  }
  return values;
}

json::object write_values(const IntervalValues& values) {
  json::object out;
  for (const IntervalValue& value : values) out[value.channel.text()] = value.value;
  return out;
}

json::object write_row(std::string_view name, std::string when, const IntervalValues& values) {
  json::object row{{name, std::move(when)}, {"values", write_values(values)}};
  if (!values.empty() && values.front().marks.bits != 0) {
    row["marks"] = write_words(values.front().marks.words());
  }
  return row;
}

}  // namespace

std::optional<Decimal> parse_decimal(std::string_view text) {
  constexpr int kMostDigits = 18;  // whatever they are, an int64 holds them
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  Decimal value;
  bool point = false;
  int digits = 0;
  for (const char c : text) {
    if (c == '.' && !point && digits > 0) {
      point = true;
    } else if (c >= '0' && c <= '9' && digits < kMostDigits) {
      value.mantissa = value.mantissa * 10 + (c - '0');
      if (point) --value.exponent;
      ++digits;
    } else {
      return std::nullopt;
    }
  }
  if (digits == 0 || text.back() == '.') return std::nullopt;
  if (negative) value.mantissa = -value.mantissa;
  return value;
}

json::array write_words(const std::vector<std::string>& words) {
  json::array out;
  for (const std::string& word : words) out.emplace_back(word);
  return out;
}

json::object write_registers(const RegisterReading& reading) {
  json::object values;
  for (const RegisterValue& value : reading.values) {
    values[value.obis.text()] = {{"value", value.value.text()},
                                 {"unit", std::string{unit_symbol(value.unit)}}};
  }
  return {{"registers", std::move(values)}};
}

RegisterReading read_registers(FieldReader& in, UtcTime read_at) {
  RegisterReading reading{read_at, {}};
  for (const auto& [name, entry] : in.child("registers")) {
    const std::string_view code{name.data(), name.size()};
    const auto obis = cosem::ObisCode::parse(code);
    if (!obis || !entry.is_object()) {
      in.wrong("registers", "objects with value and unit under OBIS codes");
      return reading;
    }
    FieldReader one{entry.get_object(), "registers." + obis->text() + '.'};
    const auto value = parse_decimal(one.text("value"));
    if (!value) one.wrong("value", "a decimal number as text, such as \"230.4\"");
    const auto unit = parse_unit(one.text("unit"));
    if (!unit) one.wrong("unit", "the symbol of a unit, such as Wh");
    in.take_mistake(one);
    if (in.mistake()) return reading;
    reading.values.push_back({*obis, *value, *unit});
    if (named_already(reading.values, &RegisterValue::obis)) {
      in.wrong("registers", "each OBIS code once");
      return reading;
    }
  }
  return reading;
}

json::array write_intervals(const std::vector<ProfileInterval>& intervals) {
  json::array out;
  for (const ProfileInterval& interval : intervals) {
    out.push_back(write_row("start", rfc3339::text(interval.start), interval.values));
  }
  return out;
}

std::vector<ProfileInterval> read_intervals(FieldReader& in) {
  std::optional<UtcSeconds> last;
  return read_rows<ProfileInterval>(in, "intervals", [&](FieldReader& row) {
    ProfileInterval interval{row.time("start"), read_values(row)};
    if (last && interval.start <= *last) row.wrong("start", "a later time than the row before");
    last = interval.start;
    return interval;
  });
}

json::array write_days(const std::vector<DailySnapshot>& days) {
  json::array out;
  for (const DailySnapshot& day : days) {
    out.push_back(write_row("day", rfc3339::date_text(day.day), day.values));
  }
  return out;
}

std::vector<DailySnapshot> read_days(FieldReader& in) {
  std::optional<std::chrono::sys_days> last;
  return read_rows<DailySnapshot>(in, "days", [&](FieldReader& row) {
    DailySnapshot snapshot{row.day("day"), read_values(row)};
    if (last && snapshot.day <= *last) row.wrong("day", "a later day than the row before");
    last = snapshot.day;
    return snapshot;
  });
}

json::array write_entries(const std::vector<LogEntry>& entries) {
  json::array out;
  for (const LogEntry& entry : entries) {
    out.push_back(json::object{{"log", std::string{log_word(entry.log)}},
                               {"sequence", entry.sequence},
                               {"time", rfc3339::text(entry.meter_time)},
                               {"event", std::string{event_word(entry.code)}},
                               {"code", entry.raw_code},
                               {"cause", entry.cause},
                               {"detail", entry.detail}});
  }
  return out;
}

std::vector<LogEntry> read_entries(FieldReader& in) {
  return read_rows<LogEntry>(in, "entries", [](FieldReader& row) {
    LogEntry entry;
    const auto log = parse_log(row.text("log"));
    if (!log) row.wrong("log", "the name of a log, such as supply");
    entry.log = log.value_or(LogId::Token);
    entry.sequence = row.number<std::uint32_t>("sequence", 1);
    entry.meter_time = row.time("time");
    // A word of a later edition of the profile, or none: the entry is kept by its number.
    entry.code = parse_event(row.text("event")).value_or(EventCode::Unknown);
    entry.raw_code = row.number<std::uint16_t>("code");
    if (row.has("cause")) entry.cause = row.number<std::uint16_t>("cause");
    if (row.has("detail")) entry.detail = row.number<std::uint32_t>("detail");
    return entry;
  });
}

}  // namespace metergate::meter_mqtt
