// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "meters/time.hpp"

namespace metergate::virtual_meter {

/// Words and numbers with one space or line end between them: readable with `less`, quick to write.
class StateWriter {
 public:
  void line(std::string_view key) {
    if (!text_.empty()) text_ += '\n';
    text_ += key;
  }
  void word(std::string_view word) {
    text_ += ' ';
    text_ += word;
  }
  template <typename Number>
  requires std::integral<Number> || std::floating_point<Number>
  void number(Number value) {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value);
    word({digits, end.ptr});
  }
  void flag(bool value) { word(value ? "yes" : "no"); }
  /// Seconds, and for a day days, since 1970-01-01.
  void time(UtcSeconds time) { number(time.time_since_epoch().count()); }
  void day(std::chrono::sys_days day) { number(day.time_since_epoch().count()); }

  /// The text with a closing line that proves it whole.
  [[nodiscard]] std::string take();

 private:
  std::string text_;
};

/// Reads what StateWriter wrote. After the first word that does not fit everything reads as zero
/// and `error()` says where it was.
class StateReader {
 public:
  /// The closing line is looked at first: text that was cut or altered has an error at once.
  explicit StateReader(std::string_view text);

  void expect(std::string_view key);
  std::string_view word();
  std::string_view rest_of_line();
  template <typename Number>
  Number number() {
    const std::string_view text = word();
    Number value{};
    const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end.ec != std::errc{} || end.ptr != text.data() + text.size()) refuse("a number", text);
    return ok() ? value : Number{};
  }
  bool flag() {
    const std::string_view text = word();
    if (text != "yes" && text != "no") refuse("yes or no", text);
    return text == "yes";
  }
  UtcSeconds time() { return UtcSeconds{std::chrono::seconds{number<std::int64_t>()}}; }
  std::chrono::sys_days day() {
    return std::chrono::sys_days{std::chrono::days{number<std::int32_t>()}};
  }
  /// A count of things to follow, each at least two characters long.
  std::size_t count();
  /// Remembers the first complaint.
  void refuse(std::string_view wanted, std::string_view found);

  [[nodiscard]] bool ok() const { return error_.empty(); }
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  std::string_view rest_;
  std::size_t line_ = 1;
  std::string error_;
};

}  // namespace metergate::virtual_meter
