// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace metergate::north {

/// Writes JSON (RFC 8259) straight into its text, octet by octet what Boost.JSON makes of a tree of
/// the same members. For messages of data: a tree of a meter-day has two hundred nodes that live
/// for as long as it takes to write them down. The caller closes what it opens and names each
/// member of an object once.
class JsonText {
 public:
  explicit JsonText(std::size_t expected_octets) { out_.reserve(expected_octets); }

  void open_object() { open('{'); }
  void close_object() { close('}'); }
  void open_array() { open('['); }
  void close_array() { close(']'); }

  /// Of the member whose value comes next.
  void name(std::string_view name) {
    separate();
    quote(name);
    out_ += ':';
    separated_ = true;
  }

  void text(std::string_view value) {
    separate();
    quote(value);
  }
  void number(std::int64_t value);
  void null() {
    separate();
    out_ += "null";
  }

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void open(char bracket) {
    separate();
    out_ += bracket;
    separated_ = true;
  }
  void close(char bracket) {
    out_ += bracket;
    separated_ = false;
  }
  /// A comma, unless this is the first of an object or array, or the value to a name.
  void separate() {
    if (!separated_) out_ += ',';
    separated_ = false;
  }
  void quote(std::string_view text);
  void escape(char octet);

  std::string out_;
  bool separated_ = true;
};

}  // namespace metergate::north
