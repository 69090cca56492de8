// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gateway/sim/street/options.hpp"

namespace metergate::sim {

std::string line_name(unsigned index) {
  std::string letters;
  for (unsigned rest = index + 1; rest > 0; rest = (rest - 1) / 26) {
    letters.insert(letters.begin(), static_cast<char>('a' + (rest - 1) % 26));
  }
  return "line-" + letters;
}

std::string meter_name(const std::string& place, unsigned number) {
  std::string digits = std::to_string(number);
  digits.insert(0, 3 - std::min<std::size_t>(digits.size(), 3), '0');
  return place + "-" + digits;
}

std::string meter_serial(unsigned wire, unsigned number) {
  // Digits only behind the letters: models with a numeric serial register show them.
  std::string digits = std::to_string(wire * 1'000 + number);
  digits.insert(0, 8 - std::min<std::size_t>(digits.size(), 8), '0');
  return "VM" + digits;
}

std::filesystem::path control_socket(const StreetOptions& options) {
  return options.directory / "control.sock";
}

SignOnSettings sign_on_settings(const StreetOptions& options) {
  SignOnSettings out{options.opening_baud, options.opening_baud};
  for (char speed = '0'; const auto baud = iec62056_21::baud_of(speed); ++speed) {
    if (*baud <= options.wire.baud) out.greatest_baud = std::max(out.greatest_baud, *baud);
  }
  return out;
}

}  // namespace metergate::sim
