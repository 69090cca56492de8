// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace metergate::journal {

enum class Level : std::uint8_t { Debug, Info, Warning, Error };

/// `debug`, `info`, `warning`, `error`
[[nodiscard]] std::string_view level_word(Level level);
[[nodiscard]] std::optional<Level> parse_level(std::string_view word);

/// One thing the gateway may say to the people who tail its log. The id never changes its meaning
/// and is never given twice; docs/events.md is generated from these.
struct EventDefinition {
  std::string_view id;  ///< `MG0203`; the first two digits name the block
  Level level;
  std::string_view name;  ///< `meter-silent`, for machines
  std::string_view text;  ///< a sentence with named fields: `meter {meter} is silent: {what}`
  std::string_view meaning;
  std::string_view action;  ///< what the reader should do about it
  bool is_alarm = false;    ///< also published on the alarm topic
};
inline constexpr bool kAlarm = true;

}  // namespace metergate::journal
