// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "gateway/console/house.hpp"
#include "gateway/console/line_log.hpp"

/// What the page is told of the gateway's present, as JSON. Pure.
namespace metergate::console {

/// Which meters a list shows.
struct MeterChoice {
  std::string text;   ///< part of the name, the serial number, the model or the link
  std::string state;  ///< of the session; empty: any
  std::size_t offset = 0;
  std::size_t limit = 100;
};
inline constexpr std::size_t kMostMetersAtOnce = 500;

/// Those in trouble first, then by name; beside them how many there are in which state.
[[nodiscard]] std::string meters_json(std::vector<LiveMeter> meters, const MeterChoice& choice,
                                      UtcTime now);

/// Every link with its figures, the last minutes and the last requests.
[[nodiscard]] std::string lines_json(const metrics::Figures& figures, const LineLog& log,
                                     UtcTime now);

}  // namespace metergate::console
