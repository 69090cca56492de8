// SPDX-License-Identifier: Apache-2.0
#include "meters/load_profile.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace metergate {

std::vector<std::string> IntervalMarks::words() const {
  static constexpr std::array<std::pair<std::uint16_t, std::string_view>, 6> kWords{{
      {kPowerDown, "power-down"},
      {kClockSet, "clock-set"},
      {kIncomplete, "incomplete"},
      {kEstimated, "estimated"},
      {kDaylightSaving, "daylight-saving"},
      {kDoubtful, "doubtful"},
  }};
  std::vector<std::string> out;
  for (const auto& [bit, word] : kWords) {
    if ((bits & bit) != 0) out.emplace_back(word);
  }
  return out;
}

}  // namespace metergate
