// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/mode_c/sign_on_server.hpp"

#include <algorithm>

#include "protocols/iec62056_21/characters.hpp"
#include "protocols/iec62056_21/parity.hpp"

namespace metergate::sim {
namespace {

using namespace iec62056_21;

constexpr std::size_t kLongestMessage = 64;
constexpr std::uint8_t kCharacter = 0x7F;

std::optional<SignOnServer::Heard> understood(OctetView line) {
  const auto characters = without_parity(line);
  if (!characters) return std::nullopt;
  const OctetView message{*characters};
  const auto begin =
      std::ranges::find_if(message, [](std::uint8_t c) { return c == '/' || c == kAck; });
  const OctetView from = message.subspan(static_cast<std::size_t>(begin - message.begin()));
  if (const auto request = RequestMessage::decode(from)) {
    return SignOnServer::Called{request->device_address};
  }
  if (const auto option = OptionSelectMessage::decode(from)) return *option;
  return std::nullopt;
}

}  // namespace

std::optional<SignOnServer::Heard> SignOnServer::received(OctetView octets) {
  kept_.insert(kept_.end(), octets.begin(), octets.end());
  std::optional<Heard> heard;
  for (;;) {
    const auto end =
        std::ranges::find_if(kept_, [](std::uint8_t c) { return (c & kCharacter) == kLf; });
    if (end == kept_.end()) break;
    const auto size = static_cast<std::size_t>(end - kept_.begin()) + 1;
    if (auto one = understood(OctetView{kept_}.first(size))) heard = std::move(one);
    kept_.erase(kept_.begin(), end + 1);
  }
  if (kept_.size() > kLongestMessage) kept_.clear();
  return heard;
}

IdentificationMessage sign_on_identification(const SignOnSettings& settings, Mode mode) {
  IdentificationMessage out;
  out.maker = "VMG";
  out.speed = speed_character(settings.greatest_baud).value_or('0');
  if (mode == Mode::E) out.enhanced = kBinaryMode;
  out.identification = "metergate";
  return out;
}

std::optional<std::uint32_t> agreed_speed(const SignOnSettings& settings,
                                          const OptionSelectMessage& option) {
  if (option.speed == '0') return settings.opening_baud;
  const auto baud = baud_of(option.speed);
  return baud == settings.greatest_baud ? baud : std::nullopt;
}

}  // namespace metergate::sim
