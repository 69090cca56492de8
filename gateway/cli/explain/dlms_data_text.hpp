// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "protocols/dlms/data.hpp"

namespace metergate::cli {

/// Lines of text, indented by two blanks for each level.
class Outline {
 public:
  void line(std::size_t level, const std::string& text) {
    lines_.push_back(std::string(2 * level, ' ') + text);
  }
  [[nodiscard]] std::string text() const {
    std::string out;
    for (const std::string& one : lines_) out += one + '\n';
    return out;
  }

 private:
  std::vector<std::string> lines_;
};

/// COSEM Data as a person reads it: the type, the value and, for octets, what they may mean (a
/// time, a logical name, text).
void outline_data(Outline& out, std::size_t level, const std::string& label,
                  const dlms::Data& data);

/// A simple value in one line; `array of 3` for the others.
[[nodiscard]] std::string data_text(const dlms::Data& data);

/// `2026-03-02 10:30:00.00 UTC+1`; fields that are not specified are stars.
[[nodiscard]] std::string date_time_text(const dlms::DateTime& time);

}  // namespace metergate::cli
