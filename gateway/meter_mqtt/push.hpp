// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "meters/event_log.hpp"
#include "meters/load_profile.hpp"
#include "meters/reading.hpp"

namespace metergate::meter_mqtt {

/// What a meter sends without being asked, by the last part of its topic:
/// `push/registers`, `push/profile`, `push/daily`, `push/events`.
using Push = std::variant<RegisterReading, std::vector<ProfileInterval>, std::vector<DailySnapshot>,
                          std::vector<LogEntry>>;

[[nodiscard]] std::string_view push_word(const Push& push);

}  // namespace metergate::meter_mqtt
