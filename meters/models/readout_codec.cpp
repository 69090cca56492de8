// SPDX-License-Identifier: Apache-2.0
#include "meters/models/readout_codec.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string_view>

namespace metergate::model {
namespace {

using iec62056_21::DataMessage;
using iec62056_21::DataSet;
using iec62056_21::Value;

const Value* value_of(const DataMessage& data, std::string_view name) {
  const DataSet* set = data.find(name);
  return set == nullptr || set->values.empty() ? nullptr : &set->values.front();
}

std::string trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return std::string{text};
}

/// As many digits as an int64 surely holds.
constexpr std::size_t kMostDigits = 18;

/// `-000123.45`, also with a comma.
std::optional<Decimal> parse_decimal(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  Decimal out;
  bool in_fraction = false;
  std::size_t seen = 0;
  std::size_t counted = 0;
  for (const char c : text) {
    if ((c == '.' || c == ',') && !in_fraction) {
      in_fraction = true;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    ++seen;
    if (out.mantissa != 0 || c != '0') ++counted;
    if (counted > kMostDigits || seen > 2 * kMostDigits) return std::nullopt;
    out.mantissa = out.mantissa * 10 + (c - '0');
    if (in_fraction) --out.exponent;
  }
  if (seen == 0) return std::nullopt;
  if (negative) out.mantissa = -out.mantissa;
  return out;
}

bool same_letters(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string quoted(std::string_view name, std::string_view text) {
  return "data set " + std::string{name} + " holds `" + std::string{text} + '`';
}

std::string digits_of(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= '0' && c <= '9') out.push_back(c);
  }
  return out;
}

unsigned number_at(std::string_view digits, std::size_t at, std::size_t length) {
  unsigned number = 0;
  std::from_chars(digits.data() + at, digits.data() + at + length, number);
  return number;
}

/// `YYMMDD` or `YYYYMMDD`
std::optional<std::chrono::sys_days> parse_date(std::string_view digits) {
  if (digits.size() != 6 && digits.size() != 8) return std::nullopt;
  const std::size_t year_digits = digits.size() - 4;
  unsigned year = number_at(digits, 0, year_digits);
  if (year_digits == 2) year += 2'000;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(year)},
                                         std::chrono::month{number_at(digits, year_digits, 2)},
                                         std::chrono::day{number_at(digits, year_digits + 2, 2)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date};
}

/// `hhmmss` or `hhmm`
std::optional<std::chrono::seconds> parse_time(std::string_view digits) {
  if (digits.size() != 6 && digits.size() != 4) return std::nullopt;
  const unsigned hour = number_at(digits, 0, 2);
  const unsigned minute = number_at(digits, 2, 2);
  const unsigned second = digits.size() == 6 ? number_at(digits, 4, 2) : 0;
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return std::chrono::hours{hour} + std::chrono::minutes{minute} + std::chrono::seconds{second};
}

struct ClockText {
  std::string date;  ///< digits
  std::string time;
  bool summer = false;
};

Understood<ClockText> clock_text(const ModeCLayout& layout, const DataMessage& data) {
  ClockText out;
  if (layout.date_time.empty()) {
    out.date = digits_of(readout_text(data, layout.date));
    out.time = digits_of(readout_text(data, layout.time));
    return out;
  }
  const std::string text = readout_text(data, layout.date_time);
  const std::string digits = digits_of(text);
  if (digits.size() < 10)
    return failure(quoted(layout.date_time, text) + ", no date with its time");
  out.summer = text.ends_with('S');
  const std::size_t date = digits.size() >= 14 ? 8 : 6;
  out.date = digits.substr(0, date);
  out.time = digits.substr(date);
  return out;
}

}  // namespace

std::string readout_text(const DataMessage& data, const std::string& name) {
  const Value* value = name.empty() ? nullptr : value_of(data, name);
  return value == nullptr ? std::string{} : trimmed(value->text);
}

std::optional<std::int8_t> scale_between(std::string_view written, Unit unit) {
  struct Prefix {
    std::string_view letter;
    std::int8_t exponent;
  };
  // A capital K is found on meters; a small m is a thousandth, never a million.
  constexpr std::array kPrefixes{Prefix{"", 0},  Prefix{"k", 3}, Prefix{"K", 3},
                                 Prefix{"M", 6}, Prefix{"G", 9}, Prefix{"m", -3}};
  const std::string_view symbol = unit_symbol(unit);
  for (const Prefix& prefix : kPrefixes) {
    if (symbol.empty() && !prefix.letter.empty()) break;
    if (!written.starts_with(prefix.letter)) continue;
    if (same_letters(written.substr(prefix.letter.size()), symbol)) return prefix.exponent;
  }
  return std::nullopt;
}

Understood<std::optional<Decimal>> decode_register(const ModeCRegister& reg,
                                                   const DataMessage& data) {
  const Value* value = value_of(data, reg.readout);
  const std::string text = value == nullptr ? std::string{} : trimmed(value->text);
  if (text.empty()) return std::optional<Decimal>{};
  auto number = parse_decimal(text);
  if (!number) {
    return failure(quoted(reg.readout, text) + " for " + reg.name +
                   ", must be a number of at most 18 digits");
  }
  const std::string written = value->unit.empty() ? reg.written_unit : trimmed(value->unit);
  const auto scale = scale_between(written, reg.unit);
  if (!scale) {
    return failure("data set " + reg.readout + " for " + reg.name + " is in `" + written +
                   "`, must be in " + std::string{unit_symbol(reg.unit)} + " or a multiple of it");
  }
  number->exponent = static_cast<std::int8_t>(number->exponent + *scale);
  return std::optional{*number};
}

Understood<UtcSeconds> decode_clock(const ModeCLayout& layout, const DataMessage& data) {
  const auto text = clock_text(layout, data);
  if (!text) return failure(text.error());
  const auto date = parse_date(text->date);
  if (!date) {
    return failure("the date `" + text->date + "` must be YYMMDD or YYYYMMDD, separators aside");
  }
  const auto time = parse_time(text->time);
  if (!time) return failure("the time `" + text->time + "` must be hhmmss, separators aside");
  UtcSeconds utc = *date + *time + layout.to_utc;
  if (text->summer) utc -= std::chrono::hours{1};
  return utc;
}

}  // namespace metergate::model
