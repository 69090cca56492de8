// SPDX-License-Identifier: Apache-2.0
#include "protocols/iso8601/rfc3339.hpp"

#include <array>
#include <cstdio>

namespace metergate::rfc3339 {
namespace {

using namespace std::chrono;

/// Reads exactly `count` decimal digits from the front of `text`.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, std::string_view allowed) {
  if (text.empty() || allowed.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<sys_days> take_date(std::string_view& text) {
  const auto y = take_digits(text, 4);
  if (!y || !take(text, "-")) return std::nullopt;
  const auto m = take_digits(text, 2);
  if (!m || !take(text, "-")) return std::nullopt;
  const auto d = take_digits(text, 2);
  if (!d) return std::nullopt;
  const year_month_day date{year{*y}, month{static_cast<unsigned>(*m)},
                            day{static_cast<unsigned>(*d)}};
  if (!date.ok()) return std::nullopt;
  return sys_days{date};
}

std::optional<milliseconds> take_fraction(std::string_view& text) {
  if (!take(text, ".")) return milliseconds{0};
  int value = 0;
  int digits = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    if (digits < 3) value = value * 10 + (text.front() - '0');
    ++digits;
    text.remove_prefix(1);
  }
  if (digits == 0) return std::nullopt;
  for (; digits < 3; ++digits) value *= 10;
  return milliseconds{value};
}

std::optional<minutes> take_offset(std::string_view& text) {
  if (take(text, "Zz")) return minutes{0};
  const bool west = !text.empty() && text.front() == '-';
  if (!take(text, "+-")) return std::nullopt;
  const auto h = take_digits(text, 2);
  if (!h || *h > 23 || !take(text, ":")) return std::nullopt;
  const auto m = take_digits(text, 2);
  if (!m || *m > 59) return std::nullopt;
  const minutes offset = hours{*h} + minutes{*m};
  return west ? -offset : offset;
}

/// The number with leading zeros; a message of a meter-day has fifty times in it, and
/// printf would take longer for them than JSON for all the rest.
void put_digits(std::string& out, std::int64_t number, std::size_t digits) {
  out.append(digits, '0');
  for (auto at = out.rbegin(); digits-- > 0; ++at, number /= 10) {
    *at = static_cast<char>('0' + number % 10);
  }
}

void put(std::string& out, char before, std::int64_t number, std::size_t digits) {
  out += before;
  put_digits(out, number, digits);
}

}  // namespace

std::string text(UtcTime time) {
  const auto days = floor<std::chrono::days>(time);
  const hh_mm_ss clock{time - days};
  std::string out = date_text(days);
  put(out, 'T', clock.hours().count(), 2);
  put(out, ':', clock.minutes().count(), 2);
  put(out, ':', clock.seconds().count(), 2);
  if (const auto fraction = clock.subseconds().count(); fraction != 0) put(out, '.', fraction, 3);
  return out + 'Z';
}

std::string text(UtcSeconds time) { return text(UtcTime{time}); }

std::string date_text(sys_days day) {
  const year_month_day date{day};
  const int year = static_cast<int>(date.year());
  std::string out;
  out.reserve(24);
  if (year >= 0 && year <= 9'999) {
    put_digits(out, year, 4);
  } else {
    std::array<char, 12> other{};
    std::snprintf(other.data(), other.size(), "%04d", year);
    out += other.data();
  }
  put(out, '-', static_cast<unsigned>(date.month()), 2);
  put(out, '-', static_cast<unsigned>(date.day()), 2);
  return out;
}

std::optional<UtcTime> parse(std::string_view text) {
  const auto date = take_date(text);
  if (!date || !take(text, "Tt ")) return std::nullopt;
  const auto h = take_digits(text, 2);
  if (!h || *h > 23 || !take(text, ":")) return std::nullopt;
  const auto m = take_digits(text, 2);
  if (!m || *m > 59 || !take(text, ":")) return std::nullopt;
  auto s = take_digits(text, 2);
  if (!s || *s > 60) return std::nullopt;
  auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  if (*s == 60) {
    s = 59;
    fraction = milliseconds{999};
  }
  return UtcTime{*date} + hours{*h} + minutes{*m} + seconds{*s} + *fraction - *offset;
}

std::optional<sys_days> parse_date(std::string_view text) {
  const auto date = take_date(text);
  if (!date || !text.empty()) return std::nullopt;
  return date;
}

}  // namespace metergate::rfc3339
