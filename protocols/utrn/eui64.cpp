// SPDX-License-Identifier: Apache-2.0
#include "protocols/utrn/eui64.hpp"

#include "protocols/octets/hex.hpp"

namespace metergate::utrn {
namespace {

constexpr std::size_t kOctets = 8;

}  // namespace

Result<Eui64, FieldFault> Eui64::parse(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c != '-' && c != ':' && c != ' ') digits += c;
  }
  const auto octets = hex::parse(digits);
  if (!octets || octets->size() != kOctets) {
    return failure(FieldFault{"EUI-64", std::string{text}, "sixteen hex digits"});
  }
  std::uint64_t number = 0;
  for (const std::uint8_t octet : *octets) number = (number << 8U) | octet;
  return Eui64{number};
}

std::string Eui64::text() const {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (unsigned shift = 64; shift > 0;) {
    if (!out.empty()) out += '-';
    shift -= 4;
    out += kHex[(number_ >> shift) & 0xFU];
    shift -= 4;
    out += kHex[(number_ >> shift) & 0xFU];
  }
  return out;
}

}  // namespace metergate::utrn
