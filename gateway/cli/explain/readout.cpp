// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/explain/readout.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/iec62056_21/characters.hpp"
#include "protocols/iec62056_21/data_message.hpp"
#include "protocols/iec62056_21/parity.hpp"

namespace metergate::cli {
namespace {

using namespace iec62056_21;

constexpr std::uint8_t kParityBit = 0x80;

std::string speed_text(char character) {
  const auto baud = baud_of(character);
  return baud ? fmt::format("{} baud", *baud) : fmt::format("speed character {}", character);
}

std::string text_of(const IdentificationMessage& message) {
  return fmt::format("identification message: maker {}, mode {}, {}, `{}`\n", message.maker,
                     mode_word(message.mode()), speed_text(message.speed), message.identification);
}

std::string text_of(const DataMessage& data) {
  if (const auto error = data.error()) return fmt::format("the meter says error {}\n", *error);
  std::string out = fmt::format("data message: {} data sets\n", data.sets.size());
  for (const DataSet& set : data.sets) {
    out += fmt::format("  {:<16}", set.name);
    for (const Value& value : set.values) {
      out += ' ' + value.text + (value.unit.empty() ? "" : ' ' + value.unit);
    }
    out += '\n';
  }
  return out;
}

Result<std::string, std::string> explain_data(OctetView octets) {
  const auto data = DataMessage::decode(octets);
  if (!data) return failure(data.error().text());
  return text_of(*data);
}

}  // namespace

bool begins_like_readout(OctetView octets) {
  if (octets.empty()) return false;
  const auto first = static_cast<std::uint8_t>(octets.front() & ~kParityBit);
  return first == '/' || first == kAck || first == kStx;
}

Octets readout_octets(std::string_view text) {
  Octets out;
  for (const char c : text) {
    if (c == '\n' && (out.empty() || out.back() != kCr)) out.push_back(kCr);
    out.push_back(static_cast<std::uint8_t>(c));
  }
  // Whoever copies a telegram leaves its last line end behind.
  if (!out.empty() && out.back() == '!') out.insert(out.end(), {kCr, kLf});
  return out;
}

Result<std::string, std::string> explain_readout(OctetView octets) {
  Octets plain(octets.begin(), octets.end());
  const bool has_parity =
      std::ranges::any_of(plain, [](std::uint8_t one) { return (one & kParityBit) != 0; });
  if (has_parity) {
    auto characters = without_parity(octets);
    if (!characters) return failure(characters.error().text());
    plain = std::move(*characters);
  }
  if (plain.empty()) return failure(std::string{"nothing"});
  if (plain.front() == kStx) return explain_data(plain);
  if (plain.front() == kAck) {
    const auto option = OptionSelectMessage::decode(plain);
    if (!option) return failure(option.error().text());
    return fmt::format("option select message: procedure {}, {}, option {}\n", option->procedure,
                       speed_text(option->speed), option->option);
  }
  if (plain.size() > 1 && plain[1] == '?') {
    const auto request = RequestMessage::decode(plain);
    if (!request) return failure(request.error().text());
    return "request message to " +
           (request->device_address.empty() ? "whoever hears it" : request->device_address) + "\n";
  }
  const auto line_end = std::ranges::find(plain, kLf);
  if (line_end == plain.end() || line_end + 1 == plain.end()) {
    const auto alone = IdentificationMessage::decode(plain);
    if (!alone) return failure(alone.error().text());
    return text_of(*alone);
  }
  const auto readout = Readout::decode(plain);
  if (!readout) return failure(readout.error().text());
  return text_of(readout->identification) + text_of(readout->data);
}

}  // namespace metergate::cli
