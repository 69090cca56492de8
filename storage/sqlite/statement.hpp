// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/iso8601/rfc3339.hpp"
#include "protocols/octets/octets.hpp"

struct sqlite3_stmt;

namespace metergate::sqlite {

/// The text of a statement, known at compile time: nothing that came from outside can become SQL,
/// and its address may serve as the key of the statement cache.
class Sql {
 public:
  template <std::size_t N>
  consteval Sql(const char (&text)[N]) : text_{text} {}
  [[nodiscard]] constexpr const char* text() const { return text_; }

 private:
  const char* text_;
};

/// The current row of a running statement; text and octets live until the next row.
class Row {
 public:
  explicit Row(sqlite3_stmt* statement) : statement_{statement} {}

  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string_view text(int column) const;
  [[nodiscard]] OctetView octets(int column) const;

  template <typename T>
  [[nodiscard]] T as(int column) const {
    return static_cast<T>(integer(column));
  }
  [[nodiscard]] std::string string(int column) const { return std::string{text(column)}; }
  [[nodiscard]] UtcTime time_ms(int column) const {
    return UtcTime{std::chrono::milliseconds{integer(column)}};
  }
  [[nodiscard]] UtcSeconds time_s(int column) const {
    return UtcSeconds{std::chrono::seconds{integer(column)}};
  }
  [[nodiscard]] std::chrono::sys_days day(int column) const {
    return std::chrono::sys_days{std::chrono::days{integer(column)}};
  }
  [[nodiscard]] std::optional<UtcTime> maybe_time_ms(int column) const {
    return is_null(column) ? std::nullopt : std::optional{time_ms(column)};
  }
  [[nodiscard]] std::optional<UtcSeconds> maybe_time_s(int column) const {
    return is_null(column) ? std::nullopt : std::optional{time_s(column)};
  }

 private:
  sqlite3_stmt* statement_;
};

/// One execution of a prepared statement: bound, stepped, and given back to the cache when it goes
/// out of scope, which also ends its read of the file. What is bound must outlive the execution.
class Execution {
 public:
  explicit Execution(sqlite3_stmt* statement) : statement_{statement} {}
  ~Execution();
  Execution(const Execution&) = delete;
  Execution& operator=(const Execution&) = delete;

  template <typename... Values>
  void bind_all(const Values&... values) {
    int index = 0;
    (bind(++index, values), ...);
  }

  /// SQLite's result code of one step; a failed bind comes back here.
  [[nodiscard]] int step();
  [[nodiscard]] Row row() const { return Row{statement_}; }

 private:
  template <std::integral T>
  void bind(int index, T value) {
    bind_integer(index, static_cast<std::int64_t>(value));
  }
  void bind(int index, std::string_view value) { bind_text(index, value); }
  void bind(int index, const std::string& value) { bind_text(index, value); }
  void bind(int index, const char* value) { bind_text(index, value); }
  void bind(int index, OctetView value) { bind_octets(index, value); }
  void bind(int index, const Octets& value) { bind_octets(index, value); }
  void bind(int index, UtcTime value) { bind_integer(index, value.time_since_epoch().count()); }
  void bind(int index, UtcSeconds value) { bind_integer(index, value.time_since_epoch().count()); }
  void bind(int index, std::chrono::sys_days value) {
    bind_integer(index, value.time_since_epoch().count());
  }
  void bind(int index, std::nullopt_t) { bind_null(index); }
  template <typename T>
  void bind(int index, const std::optional<T>& value) {
    if (value) {
      bind(index, *value);
    } else {
      bind_null(index);
    }
  }

  void bind_integer(int index, std::int64_t value);
  void bind_text(int index, std::string_view value);
  void bind_octets(int index, OctetView value);
  void bind_null(int index);

  sqlite3_stmt* statement_;
  int bind_failure_ = 0;
};

}  // namespace metergate::sqlite
