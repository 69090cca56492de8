// SPDX-License-Identifier: Apache-2.0
#include "protocols/iso8601/rfc3339.hpp"

#include <array>
#include <cstdint>

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

/// Where a time becomes text. A message of a meter-day has fifty times in it: printf would take
/// longer for them than all the rest, and so would strings that grow.
class Digits {
 public:
  void put(char octet) { octets_[count_++] = octet; }
  /// The number with leading zeros.
  void put(std::uint32_t number, std::size_t digits) {
    for (std::size_t at = count_ += digits; digits-- > 0; number /= 10) {
      octets_[--at] = static_cast<char>('0' + number % 10);
    }
  }
  void put(char before, std::uint32_t number, std::size_t digits) {
    put(before);
    put(number, digits);
  }
  [[nodiscard]] std::string text() const { return {octets_.data(), count_}; }

 private:
  std::array<char, 32> octets_;  // a date of any year std::chrono knows, and a time
  std::size_t count_ = 0;
};

void put_date(Digits& out, sys_days day) {
  const year_month_day date{day};
  const int year = static_cast<int>(date.year());
  if (year < 0) out.put('-');
  const auto without_sign = static_cast<std::uint32_t>(year < 0 ? -year : year);
  const std::size_t least = year < 0 ? 3 : 4;
  out.put(without_sign, without_sign > 9'999 ? 5 : without_sign > 999 ? 4 : least);
  out.put('-', static_cast<unsigned>(date.month()), 2);
  out.put('-', static_cast<unsigned>(date.day()), 2);
}

}  // namespace

std::string text(UtcTime time) {
  const auto days = floor<std::chrono::days>(time);
  const auto in_day = static_cast<std::uint32_t>((time - days).count());
  const std::uint32_t second = in_day / 1'000;
  Digits out;
  put_date(out, days);
  out.put('T', second / 3'600, 2);
  out.put(':', second / 60 % 60, 2);
  out.put(':', second % 60, 2);
  if (const std::uint32_t fraction = in_day % 1'000; fraction != 0) out.put('.', fraction, 3);
  out.put('Z');
  return out.text();
}

std::string text(UtcSeconds time) { return text(UtcTime{time}); }

std::string date_text(sys_days day) {
  Digits out;
  put_date(out, day);
  return out.text();
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
