// SPDX-License-Identifier: Apache-2.0
#include "protocols/octets/hex.hpp"

namespace metergate::hex {
namespace {

std::optional<std::uint8_t> nibble(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
  return std::nullopt;
}

}  // namespace

std::string text(OctetView octets) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(octets.size() * 3);
  for (const std::uint8_t octet : octets) {
    if (!out.empty()) out += ' ';
    out += kDigits[octet >> 4U];
    out += kDigits[octet & 0x0FU];
  }
  return out;
}

std::optional<Octets> parse(std::string_view text) {
  constexpr unsigned kNone = 0x100;
  Octets out;
  out.reserve(text.size() / 2);  // in one piece: keys come this way, and are wiped in one place
  unsigned high = kNone;
  for (const char c : text) {
    if (high == kNone && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) continue;
    const auto value = nibble(c);
    if (!value) return std::nullopt;
    if (high == kNone) {
      high = *value;
    } else {
      out.push_back(static_cast<std::uint8_t>((high << 4U) | *value));
      high = kNone;
    }
  }
  if (high != kNone) return std::nullopt;
  return out;
}

}  // namespace metergate::hex
