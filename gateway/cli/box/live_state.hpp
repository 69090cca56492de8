// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// What only the running gateway knows of a meter (control method `meters`). Texts as received;
/// empty or absent where the gateway says nothing.
struct LiveMeter {
  std::string state;
  std::string line;
  std::string last_contact;
  std::string next_attempt;
  std::optional<std::int64_t> queue;
  std::optional<std::int64_t> timeout_ms;
  std::optional<std::int64_t> failures;
};

using LiveMeters = std::map<std::string, LiveMeter>;

/// Asks the gateway at `socket`. A gateway that is not there is no trouble for those who can also
/// read the store, so the caller decides what the complaint is worth.
[[nodiscard]] CliResult<LiveMeters> ask_live_meters(const std::filesystem::path& socket);

}  // namespace metergate::cli
