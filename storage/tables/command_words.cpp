// SPDX-License-Identifier: Apache-2.0
#include "storage/tables/command_words.hpp"

namespace metergate {

std::string_view stored_state_word(CommandState state) {
  return state == CommandState::Unsettled ? "unsettled" : state_word(state);
}

std::optional<CommandState> parse_stored_state(std::string_view word) {
  for (std::size_t i = 0; i < kCommandStates; ++i) {
    const auto state = static_cast<CommandState>(i);
    if (stored_state_word(state) == word) return state;
  }
  return std::nullopt;
}

std::string data_classes_text(const std::vector<DataClass>& classes) {
  std::string out;
  for (const DataClass data : classes) {
    if (!out.empty()) out += ',';
    out += data_class_word(data);
  }
  return out;
}

std::optional<std::vector<DataClass>> parse_data_classes(std::string_view text) {
  std::vector<DataClass> out;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const auto data = parse_data_class(text.substr(0, comma));
    if (!data) return std::nullopt;
    out.push_back(*data);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return out;
}

}  // namespace metergate
