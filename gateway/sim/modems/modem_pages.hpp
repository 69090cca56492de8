// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/meter_mqtt/push.hpp"
#include "meters/virtual/virtual_meter.hpp"

/// How much of what a virtual meter says its MQTT modem puts into one message.
namespace metergate::sim {

/// Rows of one message, as a small modem's memory would have it: two days of half-hours.
inline constexpr std::size_t kPageRows = 96;
/// Pages on their way at a time, when there is much to push.
inline constexpr std::size_t kPagesAtOnce = 8;

/// The response to request `id`, cut to what one message holds.
[[nodiscard]] std::string answer_of_modem(std::string_view id,
                                          Result<operation::Answer, operation::OrderRefused> said);

/// Entries, intervals, days, in the order in which they are published.
[[nodiscard]] std::vector<meter_mqtt::Push> in_pages(const virtual_meter::Pushes& news);

}  // namespace metergate::sim
