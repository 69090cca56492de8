// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meters/command.hpp"
#include "meters/lifecycle.hpp"

namespace metergate {

/// The word a state is stored under. Unlike the public words it keeps `unsettled` apart, since the
/// ledger has to know what has ended.
[[nodiscard]] std::string_view stored_state_word(CommandState state);
[[nodiscard]] std::optional<CommandState> parse_stored_state(std::string_view word);

/// `registers,profile`
[[nodiscard]] std::string data_classes_text(const std::vector<DataClass>& classes);
[[nodiscard]] std::optional<std::vector<DataClass>> parse_data_classes(std::string_view text);

}  // namespace metergate
