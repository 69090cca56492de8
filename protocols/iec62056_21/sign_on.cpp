// SPDX-License-Identifier: Apache-2.0
#include "protocols/iec62056_21/sign_on.hpp"

#include <algorithm>
#include <array>

#include "protocols/iec62056_21/characters.hpp"

namespace metergate::iec62056_21 {
namespace {

constexpr std::array<std::uint32_t, 7> kBauds{300, 600, 1'200, 2'400, 4'800, 9'600, 19'200};
constexpr std::size_t kMakerLetters = 3;

void append(Octets& out, std::string_view text) { out.insert(out.end(), text.begin(), text.end()); }

/// Where the message's text ends: before CR LF, which are its last octets.
Result<std::size_t, Fault> text_end(OctetView message, std::string_view field) {
  const std::size_t size = message.size();
  if (size < 2 || message[size - 2] != kCr || message[size - 1] != kLf) {
    return failure(Fault{field, size, "ended by CR LF"});
  }
  return size - 2;
}

bool is_address_character(std::uint8_t c) { return is_digit(c) || is_letter(c) || c == ' '; }

}  // namespace

std::optional<std::uint32_t> baud_of(char character) {
  const auto at = static_cast<std::size_t>(character - '0');
  if (character < '0' || at >= kBauds.size()) return std::nullopt;
  return kBauds[at];
}

std::optional<char> speed_character(std::uint32_t baud) {
  const auto found = std::ranges::find(kBauds, baud);
  if (found == kBauds.end()) return std::nullopt;
  return static_cast<char>('0' + (found - kBauds.begin()));
}

bool is_device_address(std::string_view text) {
  return text.size() <= kMaxDeviceAddress && std::ranges::all_of(text, [](char c) {
           return is_address_character(static_cast<std::uint8_t>(c));
         });
}

Octets RequestMessage::encode() const {
  Octets out;
  append(out, "/?");
  append(out, device_address);
  append(out, "!\r\n");
  return out;
}

Result<RequestMessage, Fault> RequestMessage::decode(OctetView message) {
  constexpr std::string_view kField = "request message";
  const auto end = text_end(message, kField);
  if (!end) return failure(end.error());
  if (*end < 1 || message[0] != '/') return failure(Fault{kField, 0, "begun with /?"});
  if (*end < 2 || message[1] != '?') return failure(Fault{kField, 1, "begun with /?"});
  RequestMessage out;
  for (std::size_t at = 2; at < *end; ++at) {
    const std::uint8_t c = message[at];
    if (c == '!' && at + 1 == *end) return out;
    if (!is_address_character(c)) {
      return failure(Fault{"device address", at, "of digits, letters and spaces, ended by !"});
    }
    if (out.device_address.size() == kMaxDeviceAddress) {
      return failure(Fault{"device address", at, "at most 32 characters"});
    }
    out.device_address.push_back(static_cast<char>(c));
  }
  return failure(Fault{kField, *end, "ended by ! before CR LF"});
}

std::string_view mode_word(Mode mode) {
  constexpr std::array<std::string_view, 4> kWords{"A", "B", "C", "E"};
  return kWords[static_cast<std::size_t>(mode)];
}

Mode IdentificationMessage::mode() const {
  const auto z = static_cast<std::uint8_t>(speed);
  if (is_digit(z)) return enhanced == kBinaryMode ? Mode::E : Mode::C;
  // 6.3.2, item 13b: A to F, and G to I that were reserved.
  return z >= 'A' && z <= 'I' ? Mode::B : Mode::A;
}

Octets IdentificationMessage::encode() const {
  Octets out;
  append(out, "/");
  append(out, maker);
  out.push_back(static_cast<std::uint8_t>(speed));
  if (enhanced) {
    out.push_back('\\');
    out.push_back(static_cast<std::uint8_t>(*enhanced));
  }
  append(out, identification);
  append(out, "\r\n");
  return out;
}

Result<IdentificationMessage, Fault> IdentificationMessage::decode(OctetView message) {
  constexpr std::string_view kField = "identification message";
  const auto end = text_end(message, kField);
  if (!end) return failure(end.error());
  if (*end < 1 || message[0] != '/') return failure(Fault{kField, 0, "begun with /"});
  std::size_t at = 1;
  IdentificationMessage out;
  for (; at <= kMakerLetters; ++at) {
    if (at >= *end || !is_letter(message[at])) {
      return failure(Fault{"maker", at, "three letters"});
    }
    out.maker.push_back(static_cast<char>(message[at]));
  }
  if (at >= *end || !is_printable(message[at]) || message[at] == '/' || message[at] == '!') {
    return failure(Fault{"speed character", at, "a printable character that is no / and no !"});
  }
  out.speed = static_cast<char>(message[at++]);
  // 6.3.2, items 23 and 24: a pair each; the first says what is offered beyond mode C.
  while (at < *end && message[at] == '\\') {
    if (at + 1 >= *end || !is_printable(message[at + 1])) {
      return failure(Fault{"enhanced identification", at + 1, "a printable character behind \\"});
    }
    if (!out.enhanced) out.enhanced = static_cast<char>(message[at + 1]);
    at += 2;
  }
  for (; at < *end; ++at) {
    const std::uint8_t c = message[at];
    if (!is_printable(c) || c == '/' || c == '!' || c == '\\') {
      return failure(Fault{"identification", at, "printable characters without / ! and \\"});
    }
    if (out.identification.size() == kMaxIdentification) {
      return failure(Fault{"identification", at, "at most 16 characters"});
    }
    out.identification.push_back(static_cast<char>(c));
  }
  return out;
}

Octets OptionSelectMessage::encode() const {
  return {kAck,
          static_cast<std::uint8_t>(procedure),
          static_cast<std::uint8_t>(speed),
          static_cast<std::uint8_t>(option),
          kCr,
          kLf};
}

Result<OptionSelectMessage, Fault> OptionSelectMessage::decode(OctetView message) {
  constexpr std::string_view kField = "option select message";
  const auto end = text_end(message, kField);
  if (!end) return failure(end.error());
  if (*end < 1 || message[0] != kAck) return failure(Fault{kField, 0, "begun with ACK"});
  constexpr std::array<std::string_view, 3> kFields{"procedure", "speed character", "option"};
  std::array<char, 3> characters{};
  for (std::size_t i = 0; i < kFields.size(); ++i) {
    const std::size_t at = i + 1;
    const bool holds = at < *end && (is_digit(message[at]) || is_letter(message[at]));
    if (!holds) return failure(Fault{kFields[i], at, "a digit or a letter"});
    characters[i] = static_cast<char>(message[at]);
  }
  if (*end != kFields.size() + 1) {
    return failure(Fault{kField, kFields.size() + 1, "ended by CR LF behind the option"});
  }
  return OptionSelectMessage{characters[0], characters[1], characters[2]};
}

}  // namespace metergate::iec62056_21
